"""A client's report as a table for spreadsheets; pure."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from services.profile.domain.client_report.content import MOVES
from shared.report_words import TITLES, Section
from shared.spreadsheets import harmless

_HEAD = ("section", "what", "in these days", "before", "unit", "note")
_MOVED = {
    "gained": "Link gained",
    "lost": "Link lost",
    "won_back": "Link won back",
    "changed": "Link changed",
}


def csv_of(report: Mapping[str, Any]) -> str:
    """Return one line for each figure, link, deed and step; no cell is taken for a formula."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(_HEAD)
    for row in _rows(report):
        write.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in row)
    return out.getvalue()


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
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
        yield ("results", one["label"], one["now"], one["before"], one["unit"], why)
    for move in MOVES:
        for link in content["links"][move]["items"]:
            said = " ".join(filter(None, (link["at"][:10], link["sentence"])))
            yield ("links", _MOVED[move], link["referring_url"], link["target_url"], "page", said)
        more = content["links"][move]["more"]
        if more:
            yield ("links", f"{_MOVED[move]}: and more", more, "", "links", "")
    agreed = content["placements"]
    yield (
        *("placements", "Agreed links in place", agreed["live"], agreed["live_before"]),
        *(f"of {agreed['agreed']}", agreed["sentence"]),
    )
    for group in content["anchors"]["groups"]:
        aim = f"new links aim at {group['low']:.0%} to {group['high']:.0%}"
        yield ("anchors", group["label"], group["domains"], "", "domains", aim)
    worth = content["unnatural"]["worth_action"]
    said = content["unnatural"]["sentence"]
    yield ("unnatural", "Links worth action", worth["links"], "", "links", said)
    for deed in content["work"]:
        yield ("work", deed["sentence"], deed["count"], "", "", "; ".join(deed["names"]))
    for step in content["next"]:
        yield ("next", step["sentence"], step["count"], "", "", step["next"])
