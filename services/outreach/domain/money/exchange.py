"""A link that we owe in return for one: what was agreed, and what was seen of it on our own page; pure.

That it is gone is only said after a second look, at least an hour later: a page that could not be seen, or
that was being edited, breaks no word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.outreach.domain.terms import RELS
from shared import urls, words
from shared.errors import FieldError
from shared.events import LookMade, Occurrence
from shared.vocabulary import Outcome, Reason

MAX_URL = 2_048
CONFIRM_AFTER = timedelta(hours=1)
_YOUNG = timedelta(days=7)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_AGAIN = timedelta(hours=6)
LONGEST_PAUSE = timedelta(days=7)
"""However often looks could not see a page, one is made after this long."""
LEASE = timedelta(hours=12)
"""How long an answer to a question for a look is waited for before it is asked again."""


class Seen(StrEnum):
    """What was last seen of a link that we owe."""

    UNVERIFIED = "unverified"
    KEPT = "kept"
    DIFFERENT = "different"
    MISSING = "missing"


class ExchangeState(StrEnum):
    """How an obligation stands today: what was seen, unless its days or a person say otherwise."""

    NOT_BEGUN = "not_begun"
    UNVERIFIED = "unverified"
    KEPT = "kept"
    DIFFERENT = "different"
    MISSING = "missing"
    OVER = "over"
    CANCELLED = "cancelled"


LABELS: dict[ExchangeState, str] = {
    ExchangeState.NOT_BEGUN: "Not due yet",
    ExchangeState.UNVERIFIED: "Not seen yet",
    ExchangeState.KEPT: "Kept",
    ExchangeState.DIFFERENT: "Not as agreed",
    ExchangeState.MISSING: "Missing",
    ExchangeState.OVER: "Over",
    ExchangeState.CANCELLED: "Cancelled",
}
OWED_STATES = (ExchangeState.DIFFERENT, ExchangeState.MISSING)
"""Those that somebody should look after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    exchange_id: UUID
    workspace_id: UUID
    site_id: UUID
    our_url: str
    their_url: str
    their_domain: str
    rel: tuple[str, ...] | None = None
    """The tokens; empty = followed, None = nothing was agreed."""
    since_on: date | None = None
    until_on: date | None = None
    placement_id: UUID | None = None
    """The link that we get for it."""
    note: str | None = None
    seen: Seen = Seen.UNVERIFIED
    reasons: tuple[Reason, ...] = ()
    missing_since: datetime | None = None
    """When it was first missed; while it is not MISSING it waits for a second look."""
    looked_at: datetime | None = None
    failure: Reason | None = None
    """Why the last look saw nothing; what was seen before stands beside it."""
    failing_since: datetime | None = None
    failures: int = 0
    """How many looks in a row could see nothing, or were never answered."""
    evidence: dict[str, Any] | None = None
    next_look_at: datetime | None = None
    look_id: UUID | None = None
    """The look that was asked for last: answers to earlier ones come too late."""
    version: int = 1
    created_by: UUID
    created_at: datetime
    cancelled_at: datetime | None = None

    def state(self, today: date) -> ExchangeState:
        """Return how it stands today."""
        if self.cancelled_at is not None:
            return ExchangeState.CANCELLED
        if self.until_on is not None and self.until_on < today:
            return ExchangeState.OVER
        if self.since_on is not None and self.since_on > today:
            return ExchangeState.NOT_BEGUN
        return ExchangeState(self.seen.value)


def faults(one: Exchange, hosts: Sequence[str]) -> list[FieldError]:
    """Return what is wrong with an obligation, each with the field and the fix."""
    found = []
    if not urls.same_site(urls.host_of(one.our_url), hosts):
        fix = "Give a page of this site, or name its host among the site's own."
        found.append(FieldError("/our_url", "not-your-site", fix))
    if urls.same_site(urls.host_of(one.their_url), hosts):
        fix = "Give the page of the other site that you owe a link to."
        found.append(FieldError("/their_url", "own-site", fix))
    if any(token not in RELS for token in one.rel or ()):
        fix = f"Use {', '.join(RELS)}, or an empty list for a followed link."
        found.append(FieldError("/rel", "not-allowed", fix))
    if one.since_on and one.until_on and one.until_on < one.since_on:
        fix = "The end must not be before the beginning."
        found.append(FieldError("/until_on", "before-since", fix))
    return found


def address(text: str) -> str | None:
    """Return the http address that somebody meant, None where it is none."""
    found = urls.from_text(text) if len(text) <= MAX_URL else None
    return urls.normalise(found) if found and "." in urls.host_of(found) else None


# ---- what a look says ----------------------------------------------------------------------------------


def advance(one: Exchange, look: LookMade) -> Exchange:
    """Return the obligation after a look at our page."""
    now = look.looked_at
    one = replace(one, look_id=None)
    if look.outcome is Outcome.UNKNOWN:
        failure = next(iter(look.reasons), Reason.UNREACHABLE)
        return replace(
            one,
            looked_at=now,
            failure=failure,
            failing_since=one.failing_since or now,
            failures=one.failures + 1,
            next_look_at=now + min(_AGAIN * 2 ** min(one.failures, 9), LONGEST_PAUSE),
        )
    one = replace(one, failure=None, failing_since=None, failures=0)
    if look.outcome is Outcome.FOUND:
        reasons = _differences(one, look)
        seen = Seen.DIFFERENT if reasons else Seen.KEPT
        after = replace(one, seen=seen, reasons=reasons, missing_since=None)
    else:
        first = one.missing_since or now
        confirmed = one.seen is Seen.MISSING or now - first >= CONFIRM_AFTER
        seen = Seen.MISSING if confirmed else one.seen
        reasons = look.reasons if confirmed else one.reasons
        after = replace(one, seen=seen, reasons=reasons, missing_since=first)
    after = replace(after, looked_at=now, evidence=_evidence(look))
    return replace(after, next_look_at=now + _pause(after, now))


def _pause(one: Exchange, now: datetime) -> timedelta:
    if one.missing_since is not None and one.seen is not Seen.MISSING:
        return CONFIRM_AFTER
    is_calm = one.seen is Seen.KEPT and now - one.created_at >= _YOUNG
    return _WEEK if is_calm else _DAY


def _differences(one: Exchange, look: LookMade) -> tuple[Reason, ...]:
    """Return in what the best of the links on the page is not as agreed."""
    if one.rel is None or not look.occurrences:
        return ()
    return min((_rel_reasons(one.rel, each, look) for each in look.occurrences), key=len)


_ADDED = {
    "nofollow": Reason.NOFOLLOW_ADDED,
    "sponsored": Reason.SPONSORED_ADDED,
    "ugc": Reason.UGC_ADDED,
}


def _rel_reasons(agreed: Sequence[str], each: Occurrence, look: LookMade) -> tuple[Reason, ...]:
    """A mark that was agreed and is not there harms nobody we owe; one that was not agreed does."""
    found = [_ADDED[token] for token in RELS if token in each.rel and token not in agreed]
    if not agreed and (look.page_followed is False or look.indexable is False):
        found += [one for one in look.reasons if one not in found] or [Reason.PAGE_NOFOLLOW_META]
    return tuple(found)


def _evidence(look: LookMade) -> dict[str, Any]:
    return {
        "looked_at": look.looked_at.isoformat(),
        "outcome": look.outcome.value,
        "reasons": [one.value for one in look.reasons],
        "http_status": look.http_status,
        "final_url": look.final_url,
        "occurrences": [
            {
                "target_url": one.target_url,
                "anchor_text": one.anchor_text,
                "rel": list(one.rel),
                "position": one.position.value,
            }
            for one in look.occurrences[:5]
        ],
    }


# ---- words -----------------------------------------------------------------------------------------


def sentence(one: Exchange, today: date) -> str:
    """Say how an obligation stands, and what was last seen."""
    text = _SENTENCES[one.state(today)]
    match one.state(today):
        case ExchangeState.NOT_BEGUN:
            return f"{text} on {words.date_of(one.since_on or today)}."
        case ExchangeState.DIFFERENT | ExchangeState.MISSING if one.reasons:
            text = f"{text[:-1]}: {words.breaches(one.reasons)}."
        case ExchangeState.OVER:
            return f"{text} on {words.date_of(one.until_on or today)}."
        case ExchangeState.CANCELLED:
            return text
    return f"{text}{_last_look(one)}"


_SENTENCES: dict[ExchangeState, str] = {
    ExchangeState.NOT_BEGUN: "The time for which you owe it begins",
    ExchangeState.UNVERIFIED: "Your page was not looked at yet, or could not be seen.",
    ExchangeState.KEPT: "Your page has the link that you owe.",
    ExchangeState.DIFFERENT: "Your page has the link, but not as you agreed.",
    ExchangeState.MISSING: "Your page does not have the link that you owe.",
    ExchangeState.OVER: "The time for which you owed it ended",
    ExchangeState.CANCELLED: "Nothing is owed any more.",
}


def _last_look(one: Exchange) -> str:
    if one.failing_since is not None:
        why = "" if one.failure is None else f": {words.reason(one.failure).label.lower()}"
        since = words.date_of(one.failing_since.date())
        return f" It could not be looked at since {since}{why}. It is tried again, less often each time."
    if one.missing_since is not None and one.seen is not Seen.MISSING:
        return " The last look missed it; a second one will say whether it is gone."
    if one.looked_at is None:
        return ""
    return f" Last seen by a look on {words.date_of(one.looked_at.date())}."
