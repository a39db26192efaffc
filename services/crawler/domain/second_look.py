"""When a page is asked for once more at once, and what two different answers say about a link."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from services.crawler.domain.verdict import Judgement, Verdict
from shared.vocabulary import Outcome, Reason

# The page was there, whole and without the link: only then may another answer hold it.
_ABSENT = frozenset({Reason.LINK_REMOVED, Reason.MENTION_ONLY, Reason.LINK_IN_COMMENT})


def is_doubtful(judgement: Judgement | None, awaited: Collection[UUID]) -> bool:
    """Return whether one of these links, which were there before, is gone from an ordinary page."""
    return judgement is not None and any(
        verdict.link_id in awaited
        and verdict.outcome is Outcome.MISSING
        and not _ABSENT.isdisjoint(verdict.reasons)
        for verdict in judgement.verdicts
    )


def shown_to_some(first: Judgement, second: Judgement) -> Judgement | None:
    """Return what both answers say together; None if the second shows no link that the first hid."""
    pairs = list(zip(first.verdicts, second.verdicts, strict=True))
    if not any(_hides(one) and other.outcome is Outcome.FOUND for one, other in pairs):
        return None
    return replace(second, verdicts=tuple(_together(one, other) for one, other in pairs))


def _together(one: Verdict, other: Verdict) -> Verdict:
    shown, hidden = (one, other) if one.outcome is Outcome.FOUND else (other, one)
    if shown.outcome is Outcome.FOUND and _hides(hidden):
        return replace(shown, reasons=(Reason.CLOAKED, *shown.reasons))
    return other


def _hides(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.MISSING
