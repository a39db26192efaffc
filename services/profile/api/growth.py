"""What was unusual about a site's growth, what lost links have in common, and which anchors to change."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.profile.domain.anchors import (
    AnchorCount,
    KindCount,
    Share,
    distribution,
    next_placements,
)
from services.profile.domain.patterns import MIN_LINKS, Shared, find_patterns
from services.profile.domain.reanchor import (
    MAX_CHANGES,
    Change,
    Rebalancing,
    loud_to_change,
    rebalancing,
)
from services.profile.store import figures, growth, reanchor, sites
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.pages import Page, PageDep
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["reports"])
_TOP_ANCHORS = 100
_TARGETS = 200
_GROUPS = 500


async def _site(tx: Tx, caller: Caller, site_id: UUID, role: Role) -> None:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, role)
    await sites.get_site(tx, caller.workspace_id, site_id)


class AnomalyOut(BaseModel):
    """A time in which referring domains came or went unlike before, or anchors changed their kinds."""

    id: UUID
    kind: str = Field(description="burst, drop or anchor_drift.")
    started_on: date
    found_on: date
    ended_on: date | None
    count: int
    expected: float
    confidence: float = Field(description="That this is no chance, after looking at a whole year.")
    sentence: str
    evidence: dict[str, Any] = Field(description="What each day brought, domains, patterns.")


class AnomaliesOut(Page[AnomalyOut]):
    """One page of what was unusual."""

    new_links_known_until: datetime | None = Field(
        description="Links that came up later than this cannot be known yet: no burst is seen there."
    )


@router.get("/anomalies")
async def list_anomalies(
    site_id: UUID, caller: CallerDep, tx: TxDep, paging: PageDep
) -> AnomaliesOut:
    """Return what was unusual about the growth of the site, the newest first."""
    await _site(tx, caller, site_id, Role.CLIENT)
    after = None if paging.after is None else (paging.after[0], paging.after[1])
    rows = await growth.list_unusual(tx, site_id, after=after, limit=paging.limit + 1)
    known = await figures.list_known_until(tx, [site_id])
    page = paging.page(
        rows,
        key=lambda row: (row["started_on"], row["anomaly_id"]),
        item=lambda row: AnomalyOut(
            id=row["anomaly_id"],
            evidence=orjson.loads(row["evidence"]),
            **{
                name: row[name]
                for name in AnomalyOut.model_fields
                if name not in {"id", "evidence"}
            },
        ),
    )
    return AnomaliesOut(**dict(page), new_links_known_until=known.get(site_id))


class PatternOut(BaseModel):
    """Links that died together, and what they have in common."""

    sentence: str
    todo: str
    count: int
    stood: int = Field(description="Links with the same in common before the first of the days.")
    domains: int
    expected: float = Field(description="How many of them would have died by chance.")
    chance: float = Field(description="The chance of that, over everything that was compared.")
    shares: list[dict[str, str]]
    links: list[UUID]


class PatternsOut(BaseModel):
    """What the links that were lost lately have in common."""

    since: date
    until: date
    stood: int
    died: int
    items: list[PatternOut]


@router.get("/patterns")
async def list_patterns(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    days: Annotated[int, Query(ge=1, le=90, description="How many days to look back.")] = 14,
) -> PatternsOut:
    """Return what the links lost in the last days have in common, where chance does not explain it."""
    await _site(tx, caller, site_id, Role.CLIENT)
    until = clock.now().date()
    since = until - timedelta(days=days - 1)
    losses = await growth.get_losses(
        tx, site_id, since=since, until=until, least=MIN_LINKS, limit=_GROUPS
    )
    found = find_patterns(
        losses.groups, stood=losses.stood, died=losses.died, since=since, until=until
    )
    inside = caller.sees_everything_in(site_id)
    items = [
        PatternOut(
            **{
                name: getattr(one, name)
                for name in PatternOut.model_fields
                if name not in {"shares", "links"}
            },
            links=list(one.links),
            shares=[
                {"what": shared, "value": value}
                for shared, value in one.shares
                if inside or shared is not Shared.VENDOR
            ],
        )
        for one in found
    ]
    return PatternsOut(since=since, until=until, stood=losses.stood, died=losses.died, items=items)


@dataclass(frozen=True, slots=True)
class Anchors:
    """The anchors of a site, counted, and what of them to change."""

    kinds: Sequence[KindCount]
    texts: Sequence[AnchorCount]
    domains: int
    shares: Sequence[Share]
    plan: Rebalancing


async def anchors_of(tx: Tx, site_id: UUID) -> Anchors:
    """Count the anchors of a site, and say which of them to change."""
    kinds = await figures.list_anchor_kinds(tx, site_id)
    texts = await figures.list_anchor_texts(tx, site_id, limit=_TOP_ANCHORS)
    rows = await figures.list_overviews(tx, [site_id], now=clock.now())
    domains = rows[site_id]["referring_domains"] if site_id in rows else 0
    shares = distribution(kinds, texts, domains=domains).shares
    loud = loud_to_change(texts, domains)
    candidates = await reanchor.list_candidates(
        tx, site_id, loud=sorted(loud), limit=10 * MAX_CHANGES
    )
    targets = await reanchor.list_target_counts(tx, site_id, limit=_TARGETS)
    plan = rebalancing(shares, texts, candidates, targets, domains=domains)
    return Anchors(kinds, texts, domains, shares, plan)


class RebalancingOut(BaseModel):
    """Which anchors that stand to change, and what the next placements should say."""

    sentence: str
    domains: int
    changes_needed: int
    or_placements: int | None = Field(
        description="New links of other kinds that would do the same; null: more than 10,000."
    )
    changes: list[dict[str, Any]] = Field(description="The anchors to change, the easiest first.")
    targets: list[dict[str, Any]] = Field(description="Your pages with too many exact keywords.")
    shares_after: dict[str, float]
    next: list[dict[str, Any]] = Field(description="What the next placements should say.")


@router.get("/anchors/rebalancing")
async def get_rebalancing(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    placements: Annotated[int, Query(ge=0, le=100, description="How many to advise on.")] = 10,
) -> RebalancingOut:
    """Return the anchors to change, who could do it, and how many it takes to reach the band."""
    await _site(tx, caller, site_id, Role.CLIENT)
    found = await anchors_of(tx, site_id)
    plan = found.plan
    inside = caller.sees_everything_in(site_id)
    return RebalancingOut(
        sentence=plan.sentence,
        domains=found.domains,
        changes_needed=plan.changes_needed,
        or_placements=plan.or_placements,
        changes=[_change(change, inside=inside) for change in plan.changes],
        targets=[asdict(target) for target in plan.targets],
        shares_after=dict(plan.shares_after),
        next=[asdict(advice) for advice in next_placements(found.shares, placements)],
    )


def _change(change: Change, *, inside: bool) -> dict[str, Any]:
    told = asdict(change.candidate)
    if not inside:
        del told["vendor_id"], told["vendor_name"]
    who = change.who if inside else ""
    return {**told, "group": change.group, "label": change.label, "why": change.why, "who": who}
