"""Notices: what a channel is told of one alert or report, and which of them one person may read; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.gateway.domain.channels import Kind
from services.gateway.domain.texts import MAX_LINE, MAX_LINES, MAX_TITLE, plain
from shared.access import rank, stronger
from shared.events import AlertRaised, AlertResolved, ReportReady
from shared.vocabulary import AlertEnd, AlertSeverity, Role

ALERTS = "/alerts"
"""The place of the console that lists all alerts, behind its `#`."""

_ENDS: Mapping[AlertEnd, str] = {AlertEnd.ITSELF: "Over", AlertEnd.PERSON: "Acknowledged"}


class NoticeState(StrEnum):
    """What became of one notice."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """After the last attempt."""
    WITHHELD = "withheld"
    """Its reader has gone, or may not see the site any more."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of one alert or report, in words."""

    notice_id: UUID
    alert_id: UUID
    site_id: UUID | None
    severity: AlertSeverity
    is_over: bool
    title: str
    sentences: tuple[str, ...]
    path: str
    attempts: int
    """The one that begins now included."""
    has_links: bool = False
    """There are links that can be looked at again."""
    can_act: bool = False
    """It is about an alert, and not over: something can be done about it."""

    @property
    def is_of_alert(self) -> bool:
        """Say whether somebody can take note of it: of reports nobody has to."""
        return self.path.startswith(ALERTS)


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who gets e-mail, with what they may see."""

    user_id: UUID
    email: str
    workspace_role: Role | None
    grants: Mapping[UUID, Role]

    def may_read(self, notice: Notice) -> bool:
        """Say whether it is for this person. Nothing is for clients: a report may be a draft yet."""
        granted = None if notice.site_id is None else self.grants.get(notice.site_id)
        return rank(stronger(self.workspace_role, granted)) >= rank(Role.VIEWER)


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that is due for one receiver now; it goes as one message."""

    channel_id: UUID
    kind: Kind
    chat: str | None
    sealed: str | None
    user_id: UUID | None
    reader: Reader | None
    """None in a chat, and for a person who is no reader (any more)."""
    leased_until: datetime
    notices: tuple[Notice, ...]
    has_buttons: bool = False
    """What is pressed in the chat comes back to us."""

    @property
    def readable(self) -> tuple[Notice, ...]:
        """Return what may be told; the rest is withheld."""
        if self.user_id is None:
            return self.notices
        reader = self.reader
        return () if reader is None else tuple(filter(reader.may_read, self.notices))

    @property
    def attempts(self) -> int:
        """Return how often the oldest of them was tried, this time included."""
        return max(notice.attempts for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be told of one event, to whichever of these channels there are."""

    event_id: UUID
    workspace_id: UUID
    site_id: UUID | None
    alert_id: UUID
    severity: AlertSeverity
    is_over: bool
    title: str
    sentences: tuple[str, ...]
    path: str
    channel_ids: tuple[UUID, ...]
    deliver_at: datetime
    has_links: bool = False
    can_act: bool = False
    by_person: bool = False
    """It is over because a person took note of it."""


def draft_of(event: AlertRaised | AlertResolved | ReportReady) -> Draft | None:
    """Return what is told of an event; None if it is of no workspace or for no channel."""
    if event.workspace_id is None or not event.channel_ids:
        return None
    told = _report_told(event) if isinstance(event, ReportReady) else _alert_told(event)
    title = told.title
    return Draft(
        event.event_id,
        event.workspace_id,
        event.site_id,
        told.about,
        told.severity,
        is_over=isinstance(event, AlertResolved),
        title=plain(f"{event.site_name}: {title}" if event.site_name else title, MAX_TITLE),
        sentences=tuple(plain(sentence, MAX_LINE) for sentence in told.sentences),
        path=told.path,
        channel_ids=tuple(dict.fromkeys(event.channel_ids)),
        deliver_at=event.deliver_at,
        has_links=isinstance(event, AlertRaised) and bool(event.link_ids),
        can_act=isinstance(event, AlertRaised),
        by_person=isinstance(event, AlertResolved) and event.resolved_by is AlertEnd.PERSON,
    )


@dataclass(frozen=True, slots=True)
class Noted:
    """Somebody took note of an alert from a chat."""

    alert_id: UUID
    channel_id: UUID
    name: str
    pressed: bool
    """The message in that chat says it already."""


def unsaid(draft: Draft, noted: Sequence[Noted]) -> Draft:
    """Return what is still to be told of an end: not where it stands already, and by whom it came."""
    mine = [one for one in noted if one.alert_id == draft.alert_id]
    if not draft.by_person or not mine:
        return draft
    done = {one.channel_id for one in mine if one.pressed}
    return replace(
        draft,
        channel_ids=tuple(one for one in draft.channel_ids if one not in done),
        sentences=(f"By {mine[0].name}.", *draft.sentences),
    )


def put_off(draft: Draft, until: datetime | None) -> Draft:
    """Return what is to be told of an alert that somebody put off: not before then."""
    if until is None or not draft.can_act or draft.deliver_at >= until:
        return draft
    return replace(draft, deliver_at=until)


@dataclass(frozen=True, slots=True)
class _Told:
    """What there is to say of one event, and where the console shows it."""

    about: UUID
    severity: AlertSeverity
    title: str
    sentences: tuple[str, ...]
    path: str


def _alert_told(event: AlertRaised | AlertResolved) -> _Told:
    why = f"By your rule “{event.rule_name}”."
    if isinstance(event, AlertResolved):
        title, path = f"{_ENDS[event.resolved_by]}: {event.title}", f"{ALERTS}/{event.alert_id}"
        return _Told(event.alert_id, event.severity, title, (why,), path)
    said = (*event.sentences[: MAX_LINES - 1], why)
    return _Told(event.alert_id, event.severity, event.title, said, event.path)


def _report_told(event: ReportReady) -> _Told:
    said = (*event.sentences[: MAX_LINES - 1], "By the schedule of the site's reports.")
    return _Told(event.report_id, AlertSeverity.NOTICE, event.title, said, event.path)
