"""What a worker takes from the frontier and what it brings back: claims, and records of checks.

What there is one of for each check is a named tuple: a frozen dataclass of as many fields takes ten
times as long to make, which was a quarter of what a claim costs the worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.crawler.domain.evidence.draft import Draft
from services.crawler.domain.hazard import NOTHING, History
from services.crawler.domain.pace import Pace
from services.crawler.domain.streak import LOST_AT
from services.crawler.domain.verdict import Watch
from shared.events import Encoded, Event, LinkDiscovered
from shared.vocabulary import Outcome


class WatchState(NamedTuple):
    """A watch with what earlier checks left behind; `observation` is packed (domain/packing.py)."""

    watch: Watch
    workspace_id: UUID
    known_since: datetime
    value: float = 1.0
    contract: bool = False
    ever_live: bool = False
    tracked_seq: int = 0
    missing_streak: int = 0
    missing_since: datetime | None = None
    observation: bytes | None = None
    evidence_id: UUID | None = None
    evidence_marks: bytes | None = None
    last_outcome: Outcome | None = None


class TargetState(NamedTuple):
    """A page of a site that links point at."""

    site_id: UUID
    workspace_id: UUID
    target_key: UUID
    target_url: str


class Memory(NamedTuple):
    """What the last checks of a page left behind, to spare work and to plan the next one.

    `short_run` counts the checks since the body was last sent whole; `failure_run` those that
    failed to observe, in a row. `rate` is how many looks a day the page wants.
    """

    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: bytes | None = None
    facts_hash: bytes | None = None
    facts_at: datetime | None = None
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    full_at: datetime | None = None
    short_run: int = 0
    failure_run: int = 0
    checks: int = 0
    rate: float = 0.0
    history: History = NOTHING


class Claim(NamedTuple):
    """One page that this worker may look at until `lease_until`, and everything watched on it.

    `host_load` is the sum of the rates that the host's pages want.
    """

    page_id: UUID
    page_key: UUID
    url: str
    host: str
    check_seq: int
    lease_until: datetime
    memory: Memory = Memory()
    host_history: History = NOTHING
    host_load: float = 0.0
    watches: tuple[WatchState, ...] = ()
    targets: tuple[TargetState, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Return whether nobody wants to know anything about this page any more."""
        return not self.watches and not self.targets

    def is_wanted_only_by(self, sites: frozenset[UUID]) -> bool:
        """Return whether no other site than these would learn anything from a look."""
        return all(state.watch.site_id in sites for state in self.watches) and all(
            target.site_id in sites for target in self.targets
        )

    @property
    def is_reusable(self) -> bool:
        """Return whether the last look may answer for this one if the page did not change.

        The look that confirms a loss is a whole one: its evidence shows the page of that moment.
        """
        return (
            bool(self.watches)
            and not self.targets
            and all(one.observation is not None for one in self.watches)
            and not any(one.ever_live and one.missing_streak == LOST_AT - 1 for one in self.watches)
        )

    @property
    def awaited(self) -> frozenset[UUID]:
        """Return the links that were seen and of which no loss is confirmed."""
        return frozenset(
            one.watch.link_id
            for one in self.watches
            if one.ever_live and one.missing_streak < LOST_AT
        )

    def has_time(self, now: datetime, *, needs_s: float) -> bool:
        """Return whether a visit of `needs_s` ends before another worker may claim the page."""
        return now + timedelta(seconds=needs_s) < self.lease_until


@dataclass(frozen=True, slots=True, kw_only=True)
class HostClaim:
    """One host and the pages of it that were claimed; without `held` others may ask it meanwhile."""

    host: str
    pace: Pace
    held: bool
    pages: tuple[Claim, ...]


class WatchRecord(NamedTuple):
    """What a check leaves behind at one watch; without `observation` the kept one still holds."""

    link_id: UUID
    outcome: Outcome
    missing_streak: int
    missing_since: datetime | None
    observation: bytes | None = None
    evidence_id: UUID | None = None
    evidence_marks: bytes | None = None

    def is_news(self, state: WatchState) -> bool:
        """Return whether this says anything that the watch does not say already: most looks do not."""
        return (
            self.observation is not None
            or self.evidence_marks is not None
            or self.outcome is not state.last_outcome
            or self.missing_streak != state.missing_streak
            or self.missing_since != state.missing_since
            or (self.outcome is Outcome.FOUND and not state.ever_live)
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """A confirmed loss: the other pages of the host, and what was placed with it, come next."""

    host: str
    site_id: UUID
    at: datetime
    placed_at: datetime | None = None


class CheckRecord(NamedTuple):
    """Everything that one finished check of one page writes, in one transaction with its events.

    `watches` are those of which there is news. `rate_before` is the page's part of its host's load
    until now, `learned` what its host learns.
    """

    page_id: UUID
    host: str
    check_seq: int
    next_check_at: datetime
    memory: Memory
    watches: Sequence[WatchRecord] = ()
    events: Sequence[Event | Encoded] = ()
    sites: tuple[UUID, ...] = ()
    requests: int = 0
    wire_bytes: int = 0
    discoveries: Sequence[LinkDiscovered] = ()
    evidence: Sequence[Draft] = ()
    rate_before: float = 0.0
    learned: History = NOTHING
    alarms: Sequence[Alarm] = ()

    @property
    def weight(self) -> int:
        """Return about how many bytes of evidence wait in memory until this is written."""
        return sum(draft.weight for draft in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord:
    """How a host wants to be asked from now on; `released` when our pages of it are done."""

    host: str
    pace: Pace
    released: bool


@dataclass(slots=True)
class Batch:
    """Finished work that is written together, and the CPU that all of it took."""

    checks: list[CheckRecord] = field(default_factory=list)
    hosts: list[HostRecord] = field(default_factory=list)
    given_back: list[tuple[Claim, datetime]] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def weight(self) -> int:
        return sum(check.weight for check in self.checks)

    def __len__(self) -> int:
        return len(self.checks) + len(self.hosts) + len(self.given_back)
