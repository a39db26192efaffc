"""Rules for alerts: what somebody wants to be told, and a look at what a rule would have raised."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictFloat

from services.profile.domain.alert_rules import LONGEST_WINDOW, GroupBy, Rule, sentence_of
from services.profile.domain.alerts import KINDS, OF_LINKS, AlertKind
from services.profile.domain.rehearsal import rehearse
from services.profile.domain.telling import Digest, QuietHours, Timing
from services.profile.store import alert_rules, news, sites
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import ConflictError, FieldError, InvalidError, NotFoundError
from shared.ids import new_id
from shared.inputs import Shape, Whole
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import AlertSeverity, Reason, Role
from shared.zones import zone_of

router = APIRouter(prefix="/v1/alerts/rules", tags=["alerts"])
PREVIEW_DAYS = 30
_PREVIEW_ROWS = 5_000
_PREVIEW_SITES = 500
_EXAMPLES = 20
_MOST_HOURS = LONGEST_WINDOW // timedelta(hours=1)

Name = Annotated[str, Field(min_length=1, max_length=100), Shape(r"\S", "Give it a name.")]
Clock = Annotated[
    str, Field(max_length=5), Shape(r"^([01]\d|2[0-3]):[0-5]\d$", "Give a time such as 22:00.")
]
Hour = Annotated[Whole, Field(ge=0, le=23)]
Kinds = Annotated[list[AlertKind], Field(min_length=1, max_length=len(AlertKind))]


class QuietHoursIn(BaseModel):
    """When nothing is told, by the clock of the rule's time zone; past midnight if need be."""

    model_config = ConfigDict(extra="forbid")

    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")


class RuleIn(BaseModel):
    """A rule: what, how much of it, how urgent, and when and where it is told."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    kinds: Kinds = Field(description="What it is about; `GET /v1/alerts/kinds` says what there is.")
    site_id: UUID | None = Field(default=None, description="null: all sites of the workspace.")
    reasons: list[Reason] = Field(
        default=[], max_length=len(Reason), description="Of changed links: only these; none: all."
    )
    least_value: StrictFloat = Field(
        default=0.0, ge=0, le=1_000_000, description="Of links: worth at least so much."
    )
    least_count: Whole = Field(
        default=1, ge=1, le=1_000, description="Of links told together: from so many on."
    )
    severity: AlertSeverity = AlertSeverity.WARNING
    group_by: GroupBy = Field(
        default=GroupBy.DOMAIN, description="Links of what are told as one alert."
    )
    window_hours: Whole = Field(
        default=24,
        ge=1,
        le=_MOST_HOURS,
        description="So long more of the same goes into the same alert.",
    )
    quiet_hours: QuietHoursIn | None = None
    digest: Digest = Field(default=Digest.NONE, description="none: each alert at once.")
    digest_hour: Hour = Field(default=8, description="Of daily and weekly digests.")
    digest_weekday: Whole = Field(
        default=0, ge=0, le=6, description="Of weekly digests: 0 is Monday."
    )
    time_zone: str = Field(
        default="UTC", max_length=64, description="A name of the IANA's list: Europe/Berlin."
    )
    channel_ids: list[UUID] = Field(
        default=[], max_length=10, description="Where it is told besides the console."
    )
    enabled: bool = True


class RuleChange(BaseModel):
    """What to change of a rule; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    kinds: Kinds | None = None
    site_id: UUID | None = Field(default=None, description="null, given: all sites.")
    reasons: list[Reason] | None = Field(default=None, max_length=len(Reason))
    least_value: StrictFloat | None = Field(default=None, ge=0, le=1_000_000)
    least_count: Whole | None = Field(default=None, ge=1, le=1_000)
    severity: AlertSeverity | None = None
    group_by: GroupBy | None = None
    window_hours: Whole | None = Field(default=None, ge=1, le=_MOST_HOURS)
    quiet_hours: QuietHoursIn | None = Field(default=None, description="null, given: none.")
    digest: Digest | None = None
    digest_hour: Hour | None = None
    digest_weekday: Whole | None = Field(default=None, ge=0, le=6)
    time_zone: str | None = Field(default=None, max_length=64)
    channel_ids: list[UUID] | None = Field(default=None, max_length=10)
    enabled: bool | None = None


class RuleOut(RuleIn):
    """A rule, and the sentence that reads it back."""

    id: UUID
    sentence: str
    version: int


class ExampleOut(BaseModel):
    """One alert that the rule would have raised."""

    at: datetime
    site_id: UUID
    title: str
    count: int


class PreviewOut(BaseModel):
    """What a rule would have raised in the last days; nothing is kept and nobody is told."""

    days: int
    alerts: int
    changes: int = Field(description="Changes that they stand for.")
    complete: bool = Field(description="false: only some of the changes were looked at.")
    sentence: str
    examples: list[ExampleOut] = Field(description="The newest of them.")


@router.get("")
async def list_rules(
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    site_id: Annotated[UUID | None, Query(description="Only rules of this site alone.")] = None,
) -> Page[RuleOut]:
    """Return the rules that you may see: of your sites, and of all sites if the workspace is yours."""
    caller.require_scope(Scope.LINKS_READ)
    only = caller.sites_as(Role.VIEWER, site_id=site_id)
    await alert_rules.begin_with_defaults(tx, [caller.workspace_id])
    found = await alert_rules.list_rules(
        tx,
        caller.workspace_id,
        only=only,
        after=paging.after[0] if paging.after else None,
        limit=paging.limit + 1,
    )
    names = await _domains(tx, found)
    return paging.page(found, key=lambda rule: (rule.rule_id,), item=lambda rule: _out(rule, names))


@router.post("", status_code=201)
async def add_rule(body: RuleIn, response: Response, caller: CallerDep, tx: TxDep) -> RuleOut:
    """Add a rule for one site, or for all sites of the workspace."""
    rule = await _checked(tx, caller, body, rule_id=new_id())
    await alert_rules.begin_with_defaults(tx, [caller.workspace_id])
    if await alert_rules.count_rules(tx, caller.workspace_id) >= alert_rules.MOST_RULES:
        raise ConflictError(
            f"A workspace has at most {alert_rules.MOST_RULES} rules.", code="too-many-rules"
        )
    await alert_rules.add_rule(tx, rule)
    response.headers["Location"] = f"/v1/alerts/rules/{rule.rule_id}"
    return await _answer(tx, rule, response)


@router.post("/previews")
async def preview_rule(body: RuleIn, caller: CallerDep, tx: TxDep) -> PreviewOut:
    """Say what a rule would have raised in the last 30 days by the history of links; keeps nothing.

    What is not in that history (own pages, patterns, growth, domains) is left out.
    """
    rule = await _checked(tx, caller, body, rule_id=new_id())
    site_ids = [rule.site_id] if rule.site_id else await _all_sites(tx, caller)
    since = clock.now() - timedelta(days=PREVIEW_DAYS)
    past = await news.list_past(tx, site_ids, since=since, limit=_PREVIEW_ROWS)
    would = await asyncio.to_thread(rehearse, rule, past)  # half a second for the most rows
    examples = [
        ExampleOut(at=one.at, site_id=one.site_id, title=one.title, count=one.count)
        for one in would[: -_EXAMPLES - 1 : -1]
    ]
    changes = sum(one.count for one in would)
    return PreviewOut(
        days=PREVIEW_DAYS,
        alerts=len(would),
        changes=changes,
        complete=len(past) < _PREVIEW_ROWS and len(site_ids) < _PREVIEW_SITES,
        sentence=_would(rule, len(would), changes),
        examples=examples,
    )


def _would(rule: Rule, alerts: int, changes: int) -> str:
    left_out = ", ".join(KINDS[kind].label for kind in rule.kinds if kind not in OF_LINKS)
    if OF_LINKS.isdisjoint(rule.kinds):
        return f"The history of links does not hold what this rule is about ({left_out})."
    raised = {0: "no alert", 1: "1 alert"}.get(alerts, f"{alerts:,} alerts")
    stood = {0: "", 1: " about 1 change"}.get(changes, f" about {changes:,} changes")
    said = f"In the last {PREVIEW_DAYS} days this rule would have raised {raised}{stood}."
    return f"{said} Not in the history of links, so not counted: {left_out}." if left_out else said


@router.get("/{rule_id}")
async def get_rule(rule_id: UUID, response: Response, caller: CallerDep, tx: TxDep) -> RuleOut:
    """Return one rule; its ETag is what a change must send as If-Match."""
    caller.require_scope(Scope.LINKS_READ)
    return await _answer(tx, await _visible(tx, caller, rule_id), response)


@router.patch("/{rule_id}", dependencies=[IF_MATCH])
async def change_rule(
    rule_id: UUID,
    body: RuleChange,
    request: Request,
    response: Response,
    caller: CallerDep,
    tx: TxDep,
) -> RuleOut:
    """Change a rule; needs If-Match with the ETag that you read. What it raised stays as it is."""
    caller.require_scope(Scope.LINKS_WRITE)
    before = await _visible(tx, caller, rule_id, lock=True)
    _require_editor(caller, before.site_id)
    require_match(request, before.version)
    changed = RuleIn.model_validate(_shape(before) | _given(body))
    after = await _checked(tx, caller, changed, rule_id=rule_id)
    await alert_rules.save_rule(tx, after)
    return await _answer(tx, replace(after, version=before.version + 1), response)


@router.delete("/{rule_id}", status_code=204, dependencies=[IF_MATCH])
async def delete_rule(rule_id: UUID, request: Request, caller: CallerDep, tx: TxDep) -> None:
    """Delete a rule; the alerts that it raised stay."""
    caller.require_scope(Scope.LINKS_WRITE)
    rule = await _visible(tx, caller, rule_id, lock=True)
    _require_editor(caller, rule.site_id)
    require_match(request, rule.version)
    await alert_rules.remove_rule(tx, rule_id)


# ---- who may ---------------------------------------------------------------------------------------------


async def _visible(tx: Tx, caller: Caller, rule_id: UUID, *, lock: bool = False) -> Rule:
    """Return a rule; who may not see its sites is told that there is none."""
    rule = await alert_rules.find_rule(tx, caller.workspace_id, rule_id, lock=lock)
    only = caller.sites_as(Role.VIEWER)
    if rule is None or (only is not None and rule.site_id not in only):
        raise NotFoundError("There is no such rule.")
    return rule


def _require_editor(caller: Caller, site_id: UUID | None) -> None:
    if site_id is None:
        caller.require_workspace(Role.EDITOR)
    else:
        caller.require(site_id, Role.EDITOR)


async def _all_sites(tx: Tx, caller: Caller) -> list[UUID]:
    found = await sites.list_sites(tx, caller.workspace_id, only=None, limit=_PREVIEW_SITES)
    return [site.site_id for site in found]


# ---- what is asked and answered ------------------------------------------------------------------------


async def _checked(tx: Tx, caller: Caller, body: RuleIn, *, rule_id: UUID) -> Rule:
    """Return the rule that is asked for; raises where it is none, or not the caller's to make."""
    caller.require_scope(Scope.LINKS_WRITE)
    _require_editor(caller, body.site_id)
    if body.site_id is not None:
        await sites.get_site(tx, caller.workspace_id, body.site_id)
    try:
        zone_of(body.time_zone)
    except ValueError as error:
        raise _refused("/time_zone", "There is no such time zone.") from error
    if body.least_count > 1 and body.group_by is GroupBy.LINK:
        raise _refused("/least_count", "Links that are told one by one are never more than one.")
    quiet = body.quiet_hours
    if quiet is not None and quiet.begin == quiet.end:
        raise _refused("/quiet_hours/to", "Quiet hours that end when they begin are none.")
    return Rule(
        rule_id=rule_id,
        workspace_id=caller.workspace_id,
        name=" ".join(body.name.split()),
        kinds=tuple(dict.fromkeys(body.kinds)),
        reasons=tuple(dict.fromkeys(body.reasons)),
        window=timedelta(hours=body.window_hours),
        timing=_timing(body),
        channel_ids=tuple(dict.fromkeys(body.channel_ids)),
        **{name: getattr(body, name) for name in _SAME},
    )


_SAME = ("site_id", "least_value", "least_count", "severity", "group_by", "enabled")


def _refused(pointer: str, detail: str) -> InvalidError:
    return InvalidError(detail, [FieldError(pointer, "not-allowed", detail)])


def _timing(body: RuleIn) -> Timing:
    quiet = body.quiet_hours
    return Timing(
        time_zone=body.time_zone,
        digest=body.digest,
        hour=body.digest_hour,
        weekday=body.digest_weekday,
        quiet=None
        if quiet is None
        else QuietHours(time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end)),
    )


def _given(body: RuleChange) -> dict[str, Any]:
    """Return what is to be changed; null means something only where a rule can do without."""
    given = body.model_dump(exclude_unset=True, by_alias=True)
    may_be_null = {"site_id", "quiet_hours"}
    return {
        name: value for name, value in given.items() if value is not None or name in may_be_null
    }


def _shape(rule: Rule) -> dict[str, Any]:
    """Return a rule in the shape in which it is asked for."""
    timing, quiet = rule.timing, rule.timing.quiet
    return {
        **{name: getattr(rule, name) for name in ("name", *_SAME)},
        "kinds": list(rule.kinds),
        "reasons": list(rule.reasons),
        "window_hours": round(rule.window / timedelta(hours=1)),
        "quiet_hours": None
        if quiet is None
        else {"from": f"{quiet.begin:%H:%M}", "to": f"{quiet.end:%H:%M}"},
        "digest": timing.digest,
        "digest_hour": timing.hour,
        "digest_weekday": timing.weekday,
        "time_zone": timing.time_zone,
        "channel_ids": list(rule.channel_ids),
    }


async def _answer(tx: Tx, rule: Rule, response: Response) -> RuleOut:
    response.headers["ETag"] = etag(rule.version)
    return _out(rule, await _domains(tx, [rule]))


async def _domains(tx: Tx, rules: Iterable[Rule]) -> dict[UUID, str]:
    found = await sites.find_sites(tx, {rule.site_id for rule in rules if rule.site_id})
    return {site.site_id: site.domain for site in found.values()}


def _out(rule: Rule, names: dict[UUID, str]) -> RuleOut:
    site = names.get(rule.site_id) if rule.site_id else None
    said = sentence_of(rule, site=site)
    return RuleOut(id=rule.rule_id, version=rule.version, sentence=said, **_shape(rule))
