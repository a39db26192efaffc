"""A client's report as a table for spreadsheets; pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from services.profile.domain.client_report.content import MOVES
from services.profile.domain.client_report.sections import SHOWN
from services.profile.domain.report.marks import percent
from shared.report_words import TITLES, Section
from shared.spreadsheets import harmless

_HEAD = ("section", "what", "in these days", "before", "unit", "note")
_MOVED = {
    "gained": "Link gained",
    "lost": "Link lost",
    "won_back": "Link won back",
    "changed": "Link changed",
}
Row = tuple[Any, ...]


def csv_of(report: Mapping[str, Any], *, as_shown: bool = False) -> str:
    """Return one line for each figure, link, deed and step; no cell is taken for a formula.

    `as_shown`: for whoever was given the page only; nothing is in it that the page does not show.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(_HEAD)
    for row in _rows(report, as_shown=as_shown):
        write.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in row)
    return out.getvalue()


def _rows(report: Mapping[str, Any], *, as_shown: bool) -> Iterator[Row]:
    content, texts = report["content"], report["texts"]
    span, before = content["span"], content["before"]
    yield ("report", content["site"]["domain"], span["label"], before["label"], "", report["state"])
    if texts["summary"]:
        yield ("summary", texts["summary"], "", "", "", "")
    for section, comment in texts["comments"].items():
        yield ("comment", comment, "", "", "", TITLES[Section(section)])
    for remark in (*content["remarks"], *(one["sentence"] for one in content["degraded"])):
        yield ("remark", remark, "", "", "", "")
    results = content["results"]
    for one in (*results["stocks"], *results["flows"]):
        why = "; ".join(filter(None, (one["because"], one["before_because"])))
        figures = (_figure(one[name], as_shown=as_shown) for name in ("now", "before"))
        yield ("results", one["label"], *figures, one["unit"], why)
    yield from _links(content, as_shown=as_shown)
    agreed = content["placements"]
    counts = ("", "", "") if as_shown else (agreed["live"], agreed["live_before"])
    of = () if as_shown else (f"of {agreed['agreed']}",)
    yield ("placements", "Agreed links in place", *counts, *of, agreed["sentence"])
    for group in content["anchors"]["groups"]:
        aim = f"new links aim at {group['low']:.0%} to {group['high']:.0%}"
        size = (percent(group["by_domain"]), "", "of domains")
        found = size if as_shown else (group["domains"], "", "domains")
        yield ("anchors", group["label"], *found, aim)
    unnatural = content["unnatural"]
    worth = "" if as_shown else unnatural["worth_action"]["links"]
    yield ("unnatural", "Links worth action", worth, "", "links", unnatural["sentence"])
    for deed in content["work"]:
        yield ("work", deed["sentence"], deed["count"], "", "", "; ".join(deed["names"]))
    for step in content["next"]:
        yield ("next", step["sentence"], step["count"], "", "", step["next"])


def _figure(value: float | None, *, as_shown: bool) -> float | None:
    return round(value, 1) if as_shown and value is not None else value


def _links(content: Mapping[str, Any], *, as_shown: bool) -> Iterator[Row]:
    """Return the links by name, and how many are left out."""
    unknown = {one["code"] for one in content["results"]["flows"] if one["now"] is None}
    for move in MOVES:
        found = content["links"][move]
        if as_shown and move in unknown:  # the page says why it is not known
            continue
        items = found["items"][:SHOWN] if as_shown else found["items"]
        for link in items:
            said = " ".join(filter(None, (link["at"][:10], link["sentence"])))
            target = "" if as_shown else link["target_url"]
            yield ("links", _MOVED[move], link["referring_url"], target, "page", said)
        more = found["count"] - len(items) if as_shown else found["more"]
        if more:
            yield ("links", f"{_MOVED[move]}: and more", more, "", "links", "")
