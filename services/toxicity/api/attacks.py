"""Suspected attacks on a site: bursts of bad-looking new domains, with the evidence and what to do."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.domain.attacks.telling import TODO, sentence
from services.toxicity.store import attacks, sites
from services.toxicity.store.attacks import Attack
from shared import clock
from shared.access import Scope
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["toxicity"])


class DriftOut(BaseModel):
    """How far the new domains differ from those before."""

    anchor_bits: float = Field(
        description="Between the kinds of link texts then and before (Kullback-Leibler, in bits)."
    )
    new_script_share: float = Field(description="Link texts in scripts that no link had before.")
    new_tld_share: float = Field(description="Domains under endings that were not there before.")
    anchors: list[str] = Field(description="The most frequent link texts.")
    tlds: list[str]


class AttackOut(BaseModel):
    """A suspected attack; what to do is mostly nothing."""

    attack_id: UUID
    started_on: date
    found_on: date
    last_on: date = Field(description="The last day on which far too many came.")
    is_over: bool
    domains: int = Field(description="Domains that linked to the site for the first time.")
    toxic_domains: int = Field(description="Those of them that the score calls bad.")
    expected: float = Field(description="Bad ones that as many days bring as usual.")
    sentence: str
    evidence: list[str]
    todo: str
    drift: DriftOut


class OpenAttack(BaseModel):
    """An attack that is not over, as the sums of a site mention it."""

    attack_id: UUID
    started_on: date
    last_on: date
    sentence: str
    evidence: list[str]
    todo: str
    url: str = Field(description="Where all that is known of it stands.")

    @classmethod
    def of(cls, one: Attack) -> "OpenAttack":
        return cls(
            attack_id=one.attack_id,
            started_on=one.started_on,
            last_on=one.last_on,
            sentence=sentence(one.bad, one.started_on, one.last_on, one.expected),
            evidence=one.evidence["said"],
            todo=TODO,
            url=f"/v1/sites/{one.site_id}/attacks",
        )


class Attacks(Page[AttackOut]):
    """One page of suspected attacks, and up to when new domains are known."""

    known_until: date | None = Field(
        default=None,
        description="The last day on which a domain was seen to come; null: none yet. Imports say"
        " nothing about when a link came and are not counted.",
    )


@router.get("/v1/sites/{site_id}/attacks")
async def list_attacks(site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep) -> Attacks:
    """Return the suspected attacks on a site, the newest first."""
    caller.require_scope(Scope.TOXICITY_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await attacks.list_attacks(tx, site_id, before=before, limit=page.limit + 1)
    today = clock.now().date()
    count = await attacks.count_attacks(tx, site_id) if page.wants_count else None
    found = page.page(
        rows, key=lambda row: (row.attack_id,), item=lambda row: _attack(row, today), count=count
    )
    return Attacks(**dict(found), known_until=await attacks.find_newest_day(tx, site_id))


def _attack(one: Attack, today: date) -> AttackOut:
    return AttackOut(
        attack_id=one.attack_id,
        started_on=one.started_on,
        found_on=one.found_on,
        last_on=one.last_on,
        is_over=one.is_over(today),
        domains=one.domains,
        toxic_domains=one.bad,
        expected=round(one.expected, 1),
        sentence=sentence(one.bad, one.started_on, one.last_on, one.expected),
        evidence=one.evidence["said"],
        todo=TODO,
        drift=DriftOut(**one.evidence["drift"]),
    )
