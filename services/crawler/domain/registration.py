"""What registries tell of domains by RDAP: whom to ask (RFC 9224), what the answer says (RFC 9083); pure.

What is not told stays unknown. Only an answer about exactly this name counts, and of all that it
holds only dates and states: who the owner is, we neither read nor keep.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from shared import suffixes, urls

MAX_BODY = 512 * 1024
MAX_SERVERS = 10_000
MAX_STATES = 20
_MAX_STATE = 60
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # redemptionPeriod
_PACKAGED = "registries.json"


class Ending(StrEnum):
    """What became of a question."""

    TOLD = "told"
    NOT_TOLD = "not_told"  # the registry answered, but not what was asked
    LATER = "later"  # the registry wants to be left alone for a while
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registry says of a domain; None and () are what it does not say."""

    expires_at: datetime | None = None
    registered_at: datetime | None = None
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a question brought; `after` is how long the registry wants to be left alone."""

    ending: Ending
    registration: Registration | None = None
    after: timedelta | None = None


# ---- whom to ask ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registries:
    """The RDAP server of each ending, as IANA's bootstrap file lists them."""

    servers: Mapping[str, str] = field(default_factory=dict)

    def question(self, domain: str) -> str | None:
        """Return the address of the question about a domain; None if nobody can be asked."""
        if is_own_registration(domain):
            above = domain.partition(".")[2]
            while above:
                if above in self.servers:
                    return f"{self.servers[above]}domain/{quote(domain)}"
                above = above.partition(".")[2]
        return None


def is_own_registration(domain: str) -> bool:
    """Say whether a domain is registered for itself, and not a name that a host gives away."""
    return urls.registrable_domain(domain) == domain and not suffixes.is_private(domain)


def parse_registries(body: bytes) -> Registries:
    """Return the registries of a bootstrap file. Raises ValueError if it is none."""
    try:
        services = json.loads(body)["services"]
        pairs = [(endings, _secure(addresses)) for endings, addresses in services]
        servers = {
            ending.lower().strip("."): server
            for endings, server in pairs
            if server is not None
            for ending in endings
        }
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("It is no bootstrap file of RFC 9224") from error
    if not 0 < len(servers) <= MAX_SERVERS:
        raise ValueError("It names no server, or far too many")
    return Registries(servers)


def packaged_registries() -> Registries:
    """Return the list that comes with the product."""
    return parse_registries(files(__package__).joinpath(_PACKAGED).read_bytes())


def _secure(addresses: list[str]) -> str | None:
    """Return the https address of a server, else the http one, ending in a slash."""
    usable = sorted(filter(urls.is_http, addresses), key=lambda url: not url.startswith("https:"))
    return f"{usable[0].rstrip('/')}/" if usable else None


# ---- what the answer says -------------------------------------------------------------------------


def read_answer(body: bytes, domain: str) -> Registration | None:
    """Return what an answer says of a domain; None if it is no answer about this domain."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("objectClassName") != "domain":
        return None
    name = said.get("ldhName") or said.get("unicodeName")
    if not isinstance(name, str) or urls.host_of(f"http://{name.strip('.')}/") != domain:
        return None
    # Of several dates the later one: nobody is to be alarmed by an entry of long ago.
    return Registration(
        expires_at=max(_moments(said, "expiration"), default=None),
        registered_at=min(_moments(said, "registration"), default=None),
        states=_states(said.get("status")),
    )


def _moments(said: Mapping[str, Any], action: str) -> list[datetime]:
    events = said.get("events")
    found = (
        _moment(event.get("eventDate"))
        for event in (events if isinstance(events, list) else [])
        if isinstance(event, dict) and event.get("eventAction") == action
    )
    return [moment for moment in found if moment is not None]


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _states(said: object) -> tuple[str, ...]:
    """Return the states, in the words of RFC 8056; registries write them with and without spaces."""
    states = [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
    kept = (" ".join(_HUMP.sub(" ", one).lower().split())[:_MAX_STATE] for one in states)
    return tuple(dict.fromkeys(kept))[:MAX_STATES]


# ---- when to ask again ----------------------------------------------------------------------------

_RARELY = timedelta(days=30)
_SOON = timedelta(days=1)
_NEAR = timedelta(days=30)
"""So long before its end a registration is asked about more often."""
_OFTEN = timedelta(days=3)
LEAST_PAUSE = timedelta(minutes=10)
"""For which a registry is left alone that is busy, at least."""
_ENDING_STATES = frozenset({"redemption period", "pending delete", "pending restore"})


def next_question(told: Told, now: datetime, *, failures: int) -> datetime:
    """Return when to ask about a domain again; `failures` are those in a row, this one included."""
    if told.ending is Ending.FAILED:
        doublings: int = 2 ** min(failures - 1, 8)
        return now + min(_RARELY, _SOON * doublings)
    if told.ending is Ending.LATER:
        return now + (told.after or _SOON)
    found = told.registration or Registration()
    if _ENDING_STATES.intersection(found.states):
        return now + _SOON
    if found.expires_at is None:
        return now + _RARELY
    if found.expires_at - now <= _NEAR:
        return now + _OFTEN
    return now + min(_RARELY, found.expires_at - _NEAR - now + _SOON)
