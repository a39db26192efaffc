"""What registries tell of domains, put into words, and what of it a site should be told; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.toxicity.domain.turns import Turn
from shared.flag_words import Flag

SOON, OWN_SOON = timedelta(days=14), timedelta(days=30)
LONG_AGO = timedelta(days=90)
"""A date that lies further back says nothing: the registry tells something old."""

REDEMPTION = frozenset({"redemption period", "pending restore"})
DELETION = "pending delete"
OF_OTHERS = (Flag.EXPIRING, Flag.REDEMPTION, Flag.PENDING_DELETE)
OF_OWN = (Flag.OWN_EXPIRING, Flag.OWN_ENDED)


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry of a domain told last; None and () are what it did not tell."""

    domain: str
    read_at: datetime
    expires_at: datetime | None = None
    registered_at: datetime | None = None
    states: tuple[str, ...] = ()


def turn_of(one: Registration) -> Turn | None:
    """Return what a site should be told of a domain that links to it; nothing of what is not told."""
    flag = _stage(one, soon=SOON)
    return None if flag is None else Turn(flag, (sentence(one),))


def own_turn_of(one: Registration) -> Turn | None:
    """Return what a site should be told of its own domain."""
    flag = _stage(one, soon=OWN_SOON)
    if flag is None:
        return None
    own = Flag.OWN_EXPIRING if flag is Flag.EXPIRING else Flag.OWN_ENDED
    return Turn(own, (sentence(one),))


def _stage(one: Registration, *, soon: timedelta) -> Flag | None:
    # While it can be taken back a domain is `pending delete` as well: redemption comes first.
    if REDEMPTION.intersection(one.states):
        return Flag.REDEMPTION
    if DELETION in one.states:
        return Flag.PENDING_DELETE
    if one.expires_at is None or not -LONG_AGO <= one.expires_at - one.read_at <= soon:
        return None
    return Flag.EXPIRING


def sentence(one: Registration) -> str:
    """Return what the registry told, with the day on which it did."""
    told = f"as its registry told on {_day(one.read_at)}"
    if one.expires_at is None:
        return f"Its registry was asked on {_day(one.read_at)} and tells no end."
    if one.expires_at < one.read_at:
        return f"Registered until {_day(one.expires_at)}, {told}; not renewed by then."
    return f"Registered until {_day(one.expires_at)}, {told}."


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
