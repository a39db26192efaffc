"""When the address behind a link is dead: by what two looks saw, an hour apart at least; pure.

Dead are 404, 410, a domain that its registry denies, a soft 404 and a parked domain (seams.md 3); a wall,
an error of the server, a time-out and robots.txt say nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from services.crawler.domain.look import Look
from services.crawler.domain.target_health import TargetHealth
from shared import urls
from shared.events import TargetLook
from shared.opportunities import OutlinkState
from shared.vocabulary import Reason

CONFIRM_AFTER = timedelta(hours=1)
CONFIRM_GONE_AFTER = timedelta(hours=6)
FRESH_FOR = timedelta(days=7)
"""So long a look at a page or an address serves whoever wants to know."""
TRY_AGAIN_AFTER = timedelta(days=1)
MOST_TRIES = 3
"""Second looks that may see nothing before the first one is given up."""


class AddressState(StrEnum):
    """How far the looks at an address are."""

    NEW = "new"
    ANSWERS = "answers"
    UNSURE = "unsure"
    DOUBTFUL = "doubtful"
    """Looked dead once; a second look has to say so, too."""
    DEAD = "dead"


TOLD_AS = {
    AddressState.DEAD: OutlinkState.DEAD,
    AddressState.ANSWERS: OutlinkState.ANSWERS,
    AddressState.UNSURE: OutlinkState.UNSURE,
    AddressState.DOUBTFUL: OutlinkState.UNSURE,
    AddressState.NEW: OutlinkState.UNSURE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What is known of an address; `due_at` is when a second look is to be had."""

    state: AddressState = AddressState.NEW
    first: TargetLook | None = None
    last: TargetLook | None = None
    due_at: datetime | None = None
    tries: int = 0


def seen(look: Look) -> tuple[bool | None, TargetLook]:
    """Return whether a look found the address dead, None where it saw nothing, and what it saw."""
    health = look.health or TargetHealth(broken=None)
    dead = health.broken
    reasons = health.reasons
    if dead and _leads_home(look, reasons):
        dead = None
    told = TargetLook(
        at=look.looked_at,
        http_status=look.fetched.status,
        final_url=look.fetched.final_url[:2_048],
        reasons=_telling(look, reasons),
    )
    return dead, told


def _leads_home(look: Look, reasons: Iterable[Reason]) -> bool:
    """Say whether readers come to a home page: not the page they wanted, but nobody calls that dead."""
    if Reason.TARGET_SOFT_404 not in reasons:
        return False
    final = urlsplit(look.fetched.final_url)
    asked = look.fetched.url
    return final.path in {"", "/"} and urls.url_key(look.fetched.final_url) != urls.url_key(asked)


def _telling(look: Look, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Return the reasons with the plain word for what was answered, where the house has one."""
    plain = {404: Reason.PAGE_404, 410: Reason.PAGE_410}.get(look.fetched.status or 0)
    if look.fetched.failure is Reason.DNS_GONE:
        plain = Reason.DNS_GONE
    kept = tuple(one for one in reasons if one is not Reason.TARGET_ERROR or plain is None)
    return kept if plain is None or plain in kept else (plain, *kept)


def after_look(
    known: Address, dead: bool | None, look: TargetLook, *, confirm_after: timedelta | None = None
) -> Address:
    """Return what is known of an address after one more look."""
    if dead is False:
        return Address(state=AddressState.ANSWERS, last=look)
    if dead is None:
        return _unseen(known, look)
    if known.state is AddressState.DEAD:
        return Address(state=AddressState.DEAD, first=known.first, last=look)
    wait = _wait(look, confirm_after)
    if known.state is not AddressState.DOUBTFUL or known.first is None:
        return Address(state=AddressState.DOUBTFUL, first=look, last=look, due_at=look.at + wait)
    wait = max(wait, _wait(known.first, confirm_after))
    if look.at - known.first.at < wait:
        return Address(
            state=AddressState.DOUBTFUL,
            first=known.first,
            last=known.first,
            due_at=known.first.at + wait,
        )
    return Address(state=AddressState.DEAD, first=known.first, last=look)


def _wait(look: TargetLook, confirm_after: timedelta | None) -> timedelta:
    if confirm_after is not None:
        return confirm_after
    return CONFIRM_GONE_AFTER if Reason.DNS_GONE in look.reasons else CONFIRM_AFTER


def _unseen(known: Address, look: TargetLook) -> Address:
    """A look that saw nothing takes back nothing; it only costs a try."""
    if known.state is AddressState.DEAD:
        return known
    if known.state is AddressState.DOUBTFUL and known.tries + 1 < MOST_TRIES:
        return Address(
            state=AddressState.DOUBTFUL,
            first=known.first,
            last=known.last,
            due_at=look.at + TRY_AGAIN_AFTER,
            tries=known.tries + 1,
        )
    return Address(state=AddressState.UNSURE, last=look)
