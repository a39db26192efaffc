"""What an audit says, in plain words for a terminal; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.profile.domain.imports.labels import DIALECT_LABELS
from shared import clock, hostnames, words
from shared.vocabulary import LinkStatus

_SHOWN_REASONS = 6
_SHOWN_FINDINGS = 10


def spoken(report: Mapping[str, Any]) -> str:
    """Return the audit as text: what was read, what was seen, why, and what to do about it."""
    return "\n".join(_lines(report))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    totals = report["totals"]
    yield f"Links to {hostnames.shown(report['site']['domain'])}"
    yield from _imports(report["imports"])
    yield ""
    yield f"{totals['links']} links from {totals['referring_domains']} domains:"
    yield from _statuses(report["statuses"])
    yield f"  {totals['links_counting']:>7}  count for SEO: there, followed, on a page for the index"
    yield _new_links(report)
    if report["reasons"]:
        yield ""
        yield "Why, most often:"
        for reason in report["reasons"][:_SHOWN_REASONS]:
            yield f"  {reason['count']:>7}  {reason['label']}"
    yield ""
    yield f"Anchors: {report['anchors']['sentence']}"
    yield _toxicity(report["toxicity"])
    if report["findings"]:
        yield ""
        yield "What to do:"
        for finding in report["findings"][:_SHOWN_FINDINGS]:
            yield f"  * {finding['sentence']} {finding['todo']}"


def _new_links(report: Mapping[str, Any]) -> str:
    known = report["velocity"]["known_up_to"]
    until = f"new links known up to {known[:10]}" if known else "no source tells of new links yet"
    return f"  {report['totals']['gained_30d']:>7}  gained in 30 days ({until})"


def _imports(imports: list[Mapping[str, Any]]) -> Iterator[str]:
    for row in imports:
        kind = DIALECT_LABELS.get(row["dialect"], "no list of links")
        yield (
            f"  {row['file']}: {kind}, {row['rows']} rows, {row['accepted']} accepted, "
            f"{row['duplicates']} twice, {row['own_domain']} from the site itself, "
            f"{row['rejected']} not readable"
        )


def _statuses(statuses: Mapping[str, int]) -> Iterator[str]:
    now = clock.now()
    for status in LinkStatus:
        if statuses[status]:
            yield f"  {statuses[status]:>7}  {words.status(status, now=now).label}"


def _toxicity(toxicity: Mapping[str, Any]) -> str:
    worth = toxicity["worth_action"]["links"]
    if toxicity["judged"] == 0:
        return "Toxicity: not enough was seen of any link to judge it."
    if worth == 0:
        return (
            f"Toxicity: none of the {toxicity['judged']} links that could be judged needs action."
        )
    return f"Toxicity: {worth} of the {toxicity['judged']} links that could be judged are worth a look."
