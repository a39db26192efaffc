"""Alerts: what happened that a rule is about, and who took note of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.link_detail import Requested
from services.profile.api.link_models import Row, WordsOut
from services.profile.domain.alert_words import Item
from services.profile.domain.alerts import KINDS, OF_LINKS, AlertKind
from services.profile.store import alert_list
from services.profile.store.alert_list import Wanted
from services.profile.store.alert_telling import tell_ended
from shared import clock, outbox, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep, at_once
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.events import CheckRequested
from shared.inputs import Moment
from shared.pages import Page, PageDep
from shared.screen_words import ALERT_STATES
from shared.vocabulary import AlertEnd, AlertSeverity, AlertState, Role

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
MOST = 10_000
_ITEMS = 100
_SAMPLE = 5


class KindOut(BaseModel):
    """Something that a rule can be about."""

    kind: AlertKind
    label: str
    when: str = Field(description="As a rule says it: “a link is lost”.")
    about_links: bool = Field(description="Whether value, count and grouping of links apply.")


class Kinds(BaseModel):
    """What rules can be about."""

    items: list[KindOut]


class AlertOut(BaseModel):
    """Something that a rule of the workspace is about, and what became of it."""

    id: UUID
    site_id: UUID
    rule_id: UUID
    rule_name: str
    kind: AlertKind
    severity: AlertSeverity
    state: AlertState
    words: WordsOut
    title: str
    sentences: list[str]
    count: int = Field(description="How many changes it stands for.")
    first_at: datetime
    last_at: datetime
    told_at: datetime = Field(description="When the rule last found that it is to be told.")
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None
    resolved_at: datetime | None = Field(description="null while it goes on.")

    @classmethod
    def of(cls, row: Row) -> "AlertOut":
        state = ALERT_STATES[row["state"]]
        todo = KINDS[AlertKind(row["kind"])].todo
        over = row["resolved_at"] if row["state"] == AlertState.RESOLVED else None
        same = set(cls.model_fields) - {"id", "words", "resolved_at"}
        return cls(
            id=row["alert_id"],
            words=WordsOut(label=state.label, sentence=state.sentence, todo=todo),
            resolved_at=over,
            **{name: row[name] for name in same},
        )


class ItemOut(BaseModel):
    """One thing that an alert stands for."""

    link_ids: list[UUID]
    name: str
    url: str | None
    sentence: str
    at: datetime
    over: bool = Field(description="It is so no more.")

    @classmethod
    def of(cls, item: Item) -> "ItemOut":
        return cls(
            link_ids=list(item.link_ids),
            name=item.name,
            url=item.url or None,
            sentence=item.sentence,
            at=item.at,
            over=item.over,
        )


class AlertDetail(AlertOut):
    """An alert with what it stands for, at most a hundred things."""

    items: list[ItemOut]


class AckIn(BaseModel):
    """What whoever takes note has to say."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(default=None, max_length=2_000)


class Acknowledged(BaseModel):
    """How many open alerts the filter means, and how many were acknowledged (none by a dry run)."""

    matched: int
    changed: int
    dry_run: bool
    sample: list[AlertOut] = Field(
        default=[], description="Of a dry run: the first that are meant."
    )


@dataclass(frozen=True, slots=True)
class _Filter:
    """The parameters that say which alerts are meant."""

    severity: Annotated[
        str | None, Query(max_length=100, description="notice, warning, urgent")
    ] = None
    site_id: UUID | None = None
    rule_id: UUID | None = None
    since: Annotated[Moment | None, Query(description="With news since this moment.")] = None

    def wanted(self, caller: Caller, role: Role) -> Wanted:
        """Return what is meant, on the sites on which the caller has the role."""
        return Wanted(
            caller.workspace_id,
            caller.sites_as(role, site_id=self.site_id),
            severities=queries.choices("severity", self.severity, AlertSeverity),
            rule_id=self.rule_id,
            since=self.since,
        )


FilterDep = Annotated[_Filter, Depends(at_once(_Filter))]


@router.get("")
async def list_alerts(
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    wanted: FilterDep,
    state: Annotated[
        str | None, Query(max_length=100, description="open, acknowledged, resolved")
    ] = None,
) -> Page[AlertOut]:
    """Return the alerts of the sites that you may see, those with the newest news first."""
    caller.require_scope(Scope.LINKS_READ)
    states = queries.choices("state", state, AlertState) or tuple(AlertState)
    asked = replace(wanted.wanted(caller, Role.VIEWER), states=states)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await alert_list.list_alerts(tx, asked, after=after, limit=paging.limit + 1)
    count = await alert_list.count_alerts(tx, asked) if paging.wants_count else None
    return paging.page(
        rows, key=lambda row: (row["last_at"], row["alert_id"]), item=AlertOut.of, count=count
    )


@router.get("/kinds")
async def list_kinds(caller: CallerDep) -> Kinds:
    """Return what rules can be about."""
    caller.require_scope(Scope.LINKS_READ)
    return Kinds(
        items=[
            KindOut(kind=kind, label=known.label, when=known.when, about_links=kind in OF_LINKS)
            for kind, known in KINDS.items()
        ]
    )


@router.post("/acks")
async def acknowledge_alerts(
    caller: CallerDep,
    tx: TxDep,
    wanted: FilterDep,
    body: AckIn,
    *,
    dry_run: Annotated[bool, Query(description="Only count what would be acknowledged.")] = False,
) -> Acknowledged:
    """Take note of all open alerts that the filter means."""
    caller.require_scope(Scope.LINKS_WRITE)
    asked = wanted.wanted(caller, Role.EDITOR)
    rows = await alert_list.list_open(tx, asked, limit=MOST + 1)
    if len(rows) > MOST:
        detail = f"More than {MOST:,} alerts match. Narrow the filter and do it in parts."
        raise InvalidError(detail, [FieldError("/query", "too_many", detail)])
    if dry_run:
        sample = [AlertOut.of(row) for row in rows[:_SAMPLE]]
        return Acknowledged(matched=len(rows), changed=0, dry_run=True, sample=sample)
    changed = await _acknowledge(tx, caller, [row["alert_id"] for row in rows], body.note)
    return Acknowledged(matched=len(rows), changed=changed, dry_run=False)


@router.get("/{alert_id}")
async def get_alert(alert_id: UUID, caller: CallerDep, tx: TxDep) -> AlertDetail:
    """Return one alert with what it stands for."""
    caller.require_scope(Scope.LINKS_READ)
    return await _detail(tx, await _visible(tx, caller, alert_id, Role.VIEWER))


@router.post("/{alert_id}/ack")
async def acknowledge_alert(
    alert_id: UUID, body: AckIn, caller: CallerDep, tx: TxDep
) -> AlertDetail:
    """Take note of an alert; one that is no longer open stays as it is."""
    caller.require_scope(Scope.LINKS_WRITE)
    await _visible(tx, caller, alert_id, Role.EDITOR)
    await _acknowledge(tx, caller, [alert_id], body.note)
    return await _detail(tx, await _visible(tx, caller, alert_id, Role.EDITOR))


@router.post("/{alert_id}/checks", status_code=202)
async def check_alert(alert_id: UUID, caller: CallerDep, tx: TxDep) -> Requested:
    """Ask the crawler to look again at the links that an alert is about, at most a hundred of them."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await _visible(tx, caller, alert_id, Role.EDITOR)
    link_ids = await alert_list.list_link_ids(tx, alert_id, limit=_ITEMS)
    about = {"workspace_id": caller.workspace_id, "site_id": row["site_id"]}
    await outbox.add(tx, [CheckRequested(**about, link_id=link_id) for link_id in link_ids])
    return Requested(requested=len(link_ids), matched=len(link_ids))


async def _acknowledge(
    tx: Tx, caller: Caller, alert_ids: Collection[UUID], note: str | None
) -> int:
    now = clock.now()
    ended = await alert_list.acknowledge(tx, alert_ids, actor=caller.actor, note=note, now=now)
    await tell_ended(tx, ended, by=AlertEnd.PERSON, now=now)
    return len(ended)


async def _visible(tx: Tx, caller: Caller, alert_id: UUID, role: Role) -> Row:
    row: Row | None = await alert_list.find_alert(tx, caller.workspace_id, alert_id)
    if row is None or not caller.may_see(row["site_id"]):
        raise NotFoundError("There is no such alert.")
    caller.require(row["site_id"], role)
    return row


async def _detail(tx: Tx, row: Row) -> AlertDetail:
    items = await alert_list.list_items(tx, row["alert_id"], limit=_ITEMS)
    shown = [ItemOut.of(item) for item in items]
    return AlertDetail(**AlertOut.of(row).model_dump(), items=shown)
