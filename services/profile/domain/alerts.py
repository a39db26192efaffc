"""Which change deserves somebody's attention: one entry for each kind of alert; pure.

A new kind is an entry in KINDS, its test and its row in docs/alerts.md. What is about a link is read from
the rows of its history; the rest is told by the part that found it (`store/occasions.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.profile.domain.lifecycle import PRESENT
from shared.vocabulary import (
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    LinkStatus,
    Reason,
)

IMPORT_DAY = timedelta(days=1)
"""So long what is learned about an imported link is no news: it was so before (seams.md 15)."""


class AlertKind(StrEnum):
    """What a rule can be about."""

    LINK_LOST = "link_lost"
    LINK_CHANGED = "link_changed"
    LINK_RECOVERED = "link_recovered"
    LINK_GAINED = "link_gained"
    CONTRACT_BROKEN = "contract_broken"
    TOXICITY_WORSE = "toxicity_worse"
    TARGET_BROKEN = "target_broken"
    PATTERN = "pattern"
    VELOCITY_ANOMALY = "velocity_anomaly"
    ANCHORS_DRIFTED = "anchors_drifted"
    DOMAIN_FLAGGED = "domain_flagged"
    PAYMENT_DUE = "payment_due"


@dataclass(frozen=True, slots=True)
class Moved:
    """A row of a link's history, beside what is known of the link now."""

    change_id: UUID
    workspace_id: UUID
    site_id: UUID
    link_id: UUID
    kind: ChangeKind
    to_status: LinkStatus
    reasons: tuple[Reason, ...]
    previous: Mapping[str, Any]
    current: Mapping[str, Any]
    sentence: str
    actor: str | None
    at: datetime
    referring_url: str
    referring_domain: str
    value: float
    discovery: DiscoveryReason
    known_since: datetime
    status: LinkStatus
    """Now, as the last look that saw the page says: a look that could not see says nothing."""
    contract_state: ContractState | None
    """Now, too."""

    @property
    def is_import_day(self) -> bool:
        """Say whether the link came by an import and was known for less than a day."""
        imported = self.discovery is DiscoveryReason.IMPORTED
        return imported and self.at < self.known_since + IMPORT_DAY


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that happened and that a rule may be about."""

    kind: AlertKind
    workspace_id: UUID
    site_id: UUID
    item_id: UUID
    """What it is about: a link, a page of ours, a burst. The same thing again is no news."""
    name: str
    """The domain, page or thing that is named when several are told as one."""
    sentence: str
    at: datetime
    url: str = ""
    value: float = 0.0
    reasons: tuple[Reason, ...] = ()
    link_ids: tuple[UUID, ...] = ()
    counts: int = 1


@dataclass(frozen=True, slots=True)
class Ending:
    """What an alert told of is over."""

    kind: AlertKind
    site_id: UUID
    item_id: UUID


Test = Callable[[Moved], bool]


def _never(_: Moved) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of alert: its words, and which rows of the history begin and end it."""

    label: str
    when: str
    """As a rule reads: "When ...". """
    happened: str = ""
    """What became of links, as in "3 links from blog.example were lost"; empty: its own sentence is told."""
    todo: str = ""
    begins: Test = _never
    ends: Test = _never


# ---- which rows of the history begin and end what ------------------------------------------------------


def _is_lost(moved: Moved) -> bool:
    return moved.kind is ChangeKind.LOST and moved.status is LinkStatus.LOST


def _is_changed(moved: Moved) -> bool:
    return _has_changed(moved) and moved.status is LinkStatus.CHANGED


def _has_changed(moved: Moved) -> bool:
    """Say whether the link was seen otherwise than before, be it after looks that could not see."""
    back = moved.kind is ChangeKind.UNKNOWN and moved.to_status is LinkStatus.CHANGED
    return moved.kind is ChangeKind.CHANGED or (back and bool(moved.current))


_ABOUT_CONTRACTS = frozenset(
    {
        *(ChangeKind.VERIFIED, ChangeKind.NEW, ChangeKind.LOST, ChangeKind.RECOVERED),
        ChangeKind.CONTRACT,
    }
)


def _is_broken(moved: Moved) -> bool:
    if moved.contract_state is not ContractState.MISMATCHED:
        return False
    bound = moved.kind is ChangeKind.CONTRACT and moved.previous.get("contract_state") is None
    if moved.is_import_day and (bound or moved.kind is ChangeKind.VERIFIED):
        return False
    return moved.kind in _ABOUT_CONTRACTS or _has_changed(moved)


_WORSE = (Band.OK, Band.WATCH, Band.REVIEW, Band.PROPOSE_DISAVOW)


def _worse_by(moved: Moved) -> int:
    """Return by how many bands toxicity judges the link worse than before; 0 where it cannot say."""
    before, now = moved.previous.get("band"), moved.current.get("band")
    if moved.kind is not ChangeKind.TOXIC or before not in _WORSE or now not in _WORSE:
        return 0
    return _WORSE.index(Band(now)) - _WORSE.index(Band(before))


KINDS: Mapping[AlertKind, Kind] = {
    AlertKind.LINK_LOST: Kind(
        label="Link lost",
        when="a link is lost",
        happened="lost",
        todo="Look at Win back: what is worth it comes with a draft to send.",
        begins=_is_lost,
        ends=lambda moved: moved.status in PRESENT,
    ),
    AlertKind.LINK_CHANGED: Kind(
        label="Link changed",
        when="a link is changed",
        happened="changed",
        todo="See what was changed; acknowledge it if it may stay so.",
        begins=_is_changed,
        ends=lambda moved: moved.status in {LinkStatus.LIVE, LinkStatus.LOST},
    ),
    AlertKind.LINK_RECOVERED: Kind(
        label="Link back",
        when="a lost link is back",
        happened="found again",
        begins=lambda moved: moved.kind is ChangeKind.RECOVERED and moved.status in PRESENT,
    ),
    AlertKind.LINK_GAINED: Kind(
        label="Link gained",
        when="a new link comes up",
        happened="gained",
        begins=lambda moved: moved.kind is ChangeKind.NEW and moved.status in PRESENT,
    ),
    AlertKind.CONTRACT_BROKEN: Kind(
        label="Not as agreed",
        when="an agreed link is not as agreed",
        happened="found not as agreed",
        todo="Write to whoever promised it, with the evidence from the link's page.",
        begins=_is_broken,
        ends=lambda moved: moved.contract_state in {ContractState.MET, None},
    ),
    AlertKind.TOXICITY_WORSE: Kind(
        label="Judged worse",
        when="a link is judged more toxic than before",
        happened="judged worse than before",
        todo="Look at the evidence in the review; you decide.",
        begins=lambda moved: _worse_by(moved) > 0 and not moved.is_import_day,
        ends=lambda moved: _worse_by(moved) < 0,
    ),
    AlertKind.TARGET_BROKEN: Kind(
        label="Own page broken",
        when="a page of yours that has links breaks",
        todo="Bring the page back, or redirect its address to one that fits.",
    ),
    AlertKind.PATTERN: Kind(label="Lost together", when="links die together"),
    AlertKind.VELOCITY_ANOMALY: Kind(
        label="Unusual growth",
        when="far more domains come or go than usual",
        todo="Look at Growth, which days and domains it was.",
    ),
    AlertKind.ANCHORS_DRIFTED: Kind(
        label="Other anchors",
        when="new links say other things than those before",
        todo="Look at Anchors, which kinds came.",
    ),
    AlertKind.DOMAIN_FLAGGED: Kind(
        label="Domain changed",
        when="a domain that links to you is not what it was",
        todo="Look at Changed domains for what was seen.",
    ),
    AlertKind.PAYMENT_DUE: Kind(
        label="Payment due",
        when="a payment for a link is due or overdue",
        todo="Look at Owed: pay, or say what became of it.",
    ),
}
OF_LINKS = frozenset(kind for kind, known in KINDS.items() if known.happened)
"""Kinds that are about single links: those have a value, and can be told together by domain."""


def signals_of(moved: Moved) -> Iterator[Signal]:
    """Return what a row of the history may be told as; what a person did is no news to anybody."""
    if moved.actor is not None:
        return
    for kind, known in KINDS.items():
        if known.begins(moved):
            yield Signal(
                kind=kind,
                workspace_id=moved.workspace_id,
                site_id=moved.site_id,
                item_id=moved.link_id,
                name=moved.referring_domain,
                sentence=moved.sentence,
                at=moved.at,
                url=moved.referring_url,
                value=moved.value,
                reasons=moved.reasons,
                link_ids=(moved.link_id,),
            )


def endings_of(moved: Moved) -> Iterator[Ending]:
    """Return what is over by this row of the history."""
    for kind, known in KINDS.items():
        if known.ends(moved):
            yield Ending(kind, moved.site_id, moved.link_id)


def newest_word(moves: Iterable[Moved]) -> tuple[list[Signal], list[Ending]]:
    """Return what rows of the history say, the newest of them about each thing."""
    newest: dict[tuple[AlertKind, UUID], Signal | Ending] = {}
    for moved in moves:
        for signal in signals_of(moved):
            newest[signal.kind, signal.item_id] = signal
        for ending in endings_of(moved):
            newest[ending.kind, ending.item_id] = ending
    signals = [said for said in newest.values() if isinstance(said, Signal)]
    return signals, [said for said in newest.values() if isinstance(said, Ending)]
