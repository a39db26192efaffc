"""A client's report: everything that it says, out of what was read at one moment, with a hash; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from services.profile.domain.anchors import distribution, overlaps
from services.profile.domain.audit import WORTH_ACTION
from services.profile.domain.client_report import figures, work
from services.profile.domain.client_report.inputs import Named, ReportInputs
from services.profile.domain.client_report.spans import Span
from services.profile.domain.client_report.texts import Texts
from shared.vocabulary import Band

MODEL = "client-report-1"
MOVES = ("gained", "lost", "won_back", "changed")


def build_content(inputs: ReportInputs, *, now: datetime) -> dict[str, Any]:
    """Return what the report says. The same inputs give the same hash, whenever it is made."""
    body = {
        "model": MODEL,
        "site": {"domain": inputs.site.domain, "name": inputs.site.name},
        "span": _span(inputs.span),
        "before": _span(inputs.span.before),
        "watched_since": inputs.watched_since.isoformat(),
        "known_up_to": inputs.known_until.isoformat() if inputs.known_until else None,
        "remarks": list(_remarks(inputs)),
        "results": {
            "stocks": [one.as_row() for one in figures.stocks(inputs)],
            "flows": [one.as_row() for one in figures.flows(inputs)],
            "months": _months(inputs),
        },
        "links": _links(inputs),
        "placements": figures.agreed(inputs),
        "anchors": _anchors(inputs),
        "unnatural": _unnatural(inputs),
        "work": work.deeds(inputs),
        "next": work.steps(inputs),
        "degraded": work.degraded(inputs),
    }
    return {**body, "inputs_hash": _digest(body), "made_at": now.isoformat()}


def whole_hash(content: Mapping[str, Any], texts: Texts, brand: Mapping[str, Any]) -> str:
    """Return the fingerprint of a report as it is approved: figures, sentences, name and logo."""
    return _digest({"content": content, "texts": texts, "brand": brand})


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _span(span: Span) -> dict[str, Any]:
    return {
        "from": span.starts_on.isoformat(),
        "to": span.ends_on.isoformat(),
        "days": span.days,
        "label": span.label,
    }


def _remarks(inputs: ReportInputs) -> Sequence[str]:
    said = list(figures.horizon_of(inputs).remarks(inputs.span))
    if inputs.span.ends_on >= inputs.today:
        said.append("The last day was not over when this was made.")
    return said


def _months(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the last months of which anything can be known, for the chart."""
    since = inputs.watched_since.date().replace(day=1)
    return [
        {
            "at": month.starts_on.isoformat(),
            "gained_links": month.gained_links,
            "lost_links": month.lost_links,
            "recovered_links": month.recovered_links,
        }
        for month in inputs.months
        if month.starts_on >= since
    ]


def _links(inputs: ReportInputs) -> dict[str, Any]:
    window = inputs.windows[0]
    lists = {}
    for move in MOVES:
        rows = inputs.named.get(move, ())
        count = window.of(move).links
        lists[move] = {
            "count": count,
            "items": [_named(one) for one in rows],
            "more": max(0, count - len(rows)),
        }
    return {"balance": figures.balance(inputs), "sentences": list(_said(inputs)), **lists}


def _named(one: Named) -> dict[str, Any]:
    return asdict(one) | {"at": one.at.isoformat(), "value": round(one.value, 2)}


def _said(inputs: ReportInputs) -> Sequence[str]:
    """Say what the bare counts do not: which links are no growth, and which were seen late."""
    window, said = inputs.windows[0], []
    first, gained = window.of("first"), window.of("gained").links
    known_before = first.times - first.gained
    if known_before:
        many = known_before != 1
        said.append(
            f"{known_before:,} more {'links were' if many else 'link was'} seen in place for the first"
            f" time, but {'they are' if many else 'it is'} older than these days or without a date:"
            " known now, not gained."
        )
    late = gained - first.gained
    if late > 0:
        many = late != 1
        said.append(
            f"{late:,} of the gained links {'were' if many else 'was'} seen by us only after these days."
        )
    return said


def _anchors(inputs: ReportInputs) -> dict[str, Any]:
    site = inputs.site
    found = distribution(
        inputs.kinds,
        inputs.texts,
        domains=inputs.domains_now,
        overlap=overlaps(site.brands, site.keywords),
    )
    return {
        "sentence": found.verdict,
        "groups": [asdict(share) for share in found.shares],
        "warnings": [asdict(warning) for warning in found.warnings],
        "overlap": list(found.overlap),
    }


def _unnatural(inputs: ReportInputs) -> dict[str, Any]:
    """Return what is worth action; junk that search engines ignore is nobody's report (seams.md 37)."""
    judged = sum(n for band, n in inputs.bands.items() if band != Band.INSUFFICIENT_DATA)
    worth = sum(n for action, n in inputs.actions.items() if action in WORTH_ACTION)
    months = [] if inputs.parts.toxicity is None else inputs.parts.toxicity.density
    return {
        "judged": judged,
        "worth_action": {"links": worth, "share": worth / judged if judged else None},
        "months": [
            {
                "month": one.month.isoformat(),
                "counted_on": one.counted_on.isoformat(),
                "judged": one.judged,
                "links": one.worth_action,
                "share": one.worth_action / one.judged if one.judged else None,
            }
            for one in months
        ],
        "sentence": _worth(judged, worth),
    }


def _worth(judged: int, worth: int) -> str:
    if not judged:
        return "Not enough was seen of any link to judge it."
    if not worth:
        return f"None of the {judged:,} links that could be judged is worth action."
    share = worth / judged
    shown = "less than 1%" if share < 0.005 else f"{share:.0%}"
    return (
        f"{worth:,} of the {judged:,} links that could be judged ({shown}) "
        f"{'is' if worth == 1 else 'are'} worth action. That a link looks odd proves nothing: a person decides."
    )
