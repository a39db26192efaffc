"""`/toxicity` of a link, a referring domain and a site: the score with everything it is made of."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.api.answers import AnswersOut
from services.toxicity.api.attacks import OpenAttack
from services.toxicity.api.flags import AgeOut, FlagOut
from services.toxicity.api.registrations import RegistrationOut
from services.toxicity.domain import weights
from services.toxicity.domain.answers import Answers
from services.toxicity.domain.verdict import site_sentence
from services.toxicity.store import (
    answering,
    attacks,
    domains,
    flags,
    graphs,
    queue,
    reads,
    registrations,
    sites,
)
from services.toxicity.store.reads import Judged, Totals
from shared import clock, urls, words
from shared.access import Scope
from shared.db import Tx
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.vocabulary import Action, Band, Role
from shared.web import CallerDep, TxDep

MAX_LINKS_OF_DOMAIN = 100
MAX_MONTHS = 36
MAX_FLAGS = 50

router = APIRouter(tags=["toxicity"])


class Spoken(BaseModel):
    """A code in words for people."""

    label: str
    sentence: str
    todo: str


class Policy(BaseModel):
    clause: str = Field(description="Section of Google's spam policies that speaks of this.")
    url: str


class FindingOut(BaseModel):
    """One weighted piece of evidence."""

    code: str
    family: str
    label: str
    value: str = Field(description="What was seen.")
    threshold: str = Field(description="What would not have been a finding.")
    evidence: str = Field(description="The evidence in one sentence.")
    policy: Policy
    weight: int = Field(description="Thousandths of log-odds; negative speaks for the link.")


class LineOut(BaseModel):
    """One line of the waterfall."""

    kind: str = Field(description="`prior`, `finding`, or `limit`: what a family's cap takes away.")
    code: str
    weight: int = Field(description="Thousandths of log-odds. All lines add up to `log_odds`.")
    text: str


class ChangeOut(BaseModel):
    code: str
    score: int
    band: Band
    text: str


class LinkToxicity(BaseModel):
    """How far a link looks manipulative, and why."""

    link_id: UUID
    site_id: UUID
    referring_url: str | None
    referring_domain: str | None
    target_url: str | None
    score: int | None = Field(description="0-100; null where too little has been seen.")
    log_odds: int | None = Field(description="Thousandths; exactly the sum of the waterfall.")
    band: Band
    action: Action
    sentence: str
    confidence: str = Field(description="`low`, `medium` or `high`, by what could be observed.")
    model: str
    scored_at: datetime | None
    findings: list[FindingOut]
    waterfall: list[LineOut]
    what_would_change_it: list[ChangeOut]
    observed_families: list[str]
    held_back_by: list[str] = Field(description="Why this is not proposed for disavowing.")
    answers: AnswersOut | None = Field(
        description="Four answers apart, from what is known now; null while nothing is."
    )
    band_words: Spoken
    action_words: Spoken


def spoken(found: Any) -> Spoken:
    return Spoken(label=found.label, sentence=found.sentence, todo=found.todo)


def link_answer(judged: Judged, answers: Answers | None) -> LinkToxicity:
    known = judged.explanation
    return LinkToxicity(
        link_id=judged.link_id,
        site_id=judged.site_id,
        referring_url=judged.referring_url,
        referring_domain=judged.referring_domain,
        target_url=judged.target_url,
        score=judged.score,
        log_odds=judged.milli,
        band=judged.band,
        action=judged.action,
        sentence=judged.sentence,
        confidence=judged.confidence,
        model=judged.model,
        scored_at=judged.scored_at,
        findings=known.get("findings", []),
        waterfall=known.get("waterfall", []),
        what_would_change_it=known.get("what_would_change_it", []),
        observed_families=known.get("observed_families", []),
        held_back_by=known.get("held_back_by", []),
        answers=None if answers is None else AnswersOut.of(answers),
        band_words=spoken(words.band(judged.band)),
        action_words=spoken(words.action(judged.action)),
    )


@router.get("/v1/links/{link_id}/toxicity")
async def get_link_toxicity(link_id: UUID, caller: CallerDep, tx: TxDep) -> LinkToxicity:
    """Return the score of a link with its findings, their sum and what would change it."""
    caller.require_scope(Scope.TOXICITY_READ)
    site_id, judged = await reads.get_link(tx, link_id, workspace_id=caller.workspace_id)
    if not caller.may_see(site_id):
        raise NotFoundError("There is no such link.")
    if judged is None:
        raise NotFoundError("This link has not been judged yet.", code="not-judged-yet")
    answers = await answering.of_links(tx, [judged], now=clock.now())
    return link_answer(judged, answers.get(link_id))


class LinkBrief(BaseModel):
    """A link's score as a list shows it."""

    link_id: UUID
    site_id: UUID
    referring_url: str | None
    target_url: str | None
    band: Band
    action: Action
    sentence: str


class StandingOut(BaseModel):
    """Where a domain stands in the graph of the links that we have seen; null = cannot be said."""

    looked_at: datetime
    authority: float | None = Field(
        description="0-100, by Anchorwatch: the share of linked domains in the graph that it exceeds."
    )
    page_rank: float | None = Field(description="0-100, the same by PageRank alone.")
    trust_rank: float | None = Field(description="0-100, the same by TrustRank alone.")
    spam_mass: float | None = Field(
        description="0-1: the part of its PageRank that no trusted site leads to."
    )
    blame: float | None = Field(
        description="0-1: whether its links lead to condemned sites more than by chance (0.5)."
    )
    far_share: float | None = Field(
        description="0-1: the part of its rank from farther than two steps (truncated PageRank)."
    )
    reciprocity: float | None = Field(
        description="0-1: the part of the domains it links to that link back."
    )
    linking_domains: int
    linked_domains: int


class DomainToxicity(BaseModel):
    """All that is known of one referring domain, over the sites that the caller may see."""

    domain: str
    links: int
    worst_band: Band | None
    worst: list[LinkBrief] = Field(description=f"At most {MAX_LINKS_OF_DOMAIN}, the worst first.")
    guard: str | None = Field(description="Why the whole domain would never be disavowed, or null.")
    standing: StandingOut | None = Field(
        description="What the graph of links that we have seen says of it; null: not in it yet."
    )
    first_seen: AgeOut | None = Field(description="Since when it is known to be there, or null.")
    registration: RegistrationOut | None = Field(
        description="What its registry told; null: it was not asked, or told nothing."
    )
    flags: list[FlagOut] = Field(
        description=f"What became of it, the newest first; at most {MAX_FLAGS}."
    )
    answers: AnswersOut | None = Field(
        description=f"Four answers apart, over its worst {MAX_LINKS_OF_DOMAIN} links."
    )


@router.get("/v1/domains/{domain}/toxicity")
async def get_domain_toxicity(domain: str, caller: CallerDep, tx: TxDep) -> DomainToxicity:
    """Return the judged links of a referring domain, the worst first."""
    caller.require_scope(Scope.TOXICITY_READ)
    name = registrable(domain)
    count, worst = await reads.list_domain(
        tx,
        name,
        workspace_id=caller.workspace_id,
        site_ids=caller.site_ids,
        limit=MAX_LINKS_OF_DOMAIN,
    )
    if not count:
        raise NotFoundError("No judged link comes from this domain.")
    own = await sites.list_sites(tx, [caller.workspace_id])
    visible = [site for site in own if caller.may_see(site.site_id)]
    guards = sites.guards_of(own)
    holds = [guards[site.site_id].of_domain(name) for site in visible]
    hold = next((one for one in holds if one is not None), None)
    answers = await answering.of_source(tx, worst, now=clock.now())
    seen_by = [site.site_id for site in visible]
    told = await registrations.find(tx, name)
    age = await flags.find_age(
        tx,
        name,
        workspace_id=caller.workspace_id,
        site_ids=seen_by,
        registered_at=None if told is None else told.registered_at,
    )
    flagged = await flags.list_flags_of(tx, name, site_ids=seen_by, limit=MAX_FLAGS)
    return DomainToxicity(
        domain=name,
        links=count,
        worst_band=worst[0].band,
        worst=[_brief(judged) for judged in worst],
        guard=None if hold is None else hold.sentence,
        standing=await _standing(tx, caller.workspace_id, name),
        first_seen=None if age is None else AgeOut.of(age),
        registration=None if told is None else RegistrationOut.of(told),
        flags=[FlagOut.of(one) for one in flagged],
        answers=None if answers is None else AnswersOut.of(answers),
    )


async def _standing(tx: Tx, workspace_id: UUID, domain: str) -> StandingOut | None:
    found = await graphs.find_standing(tx, workspace_id, domain)
    if found is None:
        return None
    looked_at, standing = found
    return StandingOut(
        looked_at=looked_at,
        authority=standing.authority,
        page_rank=standing.rank,
        trust_rank=standing.trust,
        spam_mass=standing.spam_mass,
        blame=standing.blame,
        far_share=standing.far_share,
        reciprocity=standing.reciprocity,
        linking_domains=standing.in_domains,
        linked_domains=standing.out_domains,
    )


def registrable(text: str) -> str:
    """Return the registrable domain that a path or a body names."""
    host = urls.host_of(urls.from_text(text) or "")
    name = urls.registrable_domain(host)
    if name is None:
        raise InvalidError(
            f"{text[:100]!r} is not a domain.",
            [FieldError("/path/domain", "not-a-domain", "Give a name such as example.com.")],
        )
    return name


def _brief(judged: Judged) -> LinkBrief:
    return LinkBrief(
        link_id=judged.link_id,
        site_id=judged.site_id,
        referring_url=judged.referring_url,
        target_url=judged.target_url,
        band=judged.band,
        action=judged.action,
        sentence=judged.sentence,
    )


class Figure(BaseModel):
    """One of the two figures of toxic density."""

    links: int
    share: float | None = Field(description="Of the judged links; null while there are none.")
    label: str


class Density(BaseModel):
    """Toxic density, always as two figures: only the second asks for anything."""

    ignored_junk: Figure | None = Field(description="Not shown to clients.")
    worth_action: Figure


class Month(BaseModel):
    """Toxic density as it was counted last in one month."""

    month: date
    judged: int
    density: Density


class SiteToxicity(BaseModel):
    """How the links of a site are spread, and with which model."""

    site_id: UUID
    sentence: str = Field(description="The sums in words; an attack under way comes first.")
    attack: OpenAttack | None = Field(
        description="A suspected attack that is not over; null: none. Not shown to clients."
    )
    judged: int = Field(
        description="Links with a score; those of which too little was seen are not in."
    )
    density: Density
    bands: dict[Band, int]
    actions: dict[Action, int]
    waiting_for_decision: int
    model: str
    models: dict[str, int] = Field(description="Links by the model that judged them.")
    by_month: list[Month] = Field(
        description="The newest first; months before we counted are not made up."
    )


@router.get("/v1/sites/{site_id}/toxicity")
async def get_site_toxicity(site_id: UUID, caller: CallerDep, tx: TxDep) -> SiteToxicity:
    """Return the sums of a site: junk that search engines ignore apart from what is worth action."""
    caller.require_scope(Scope.TOXICITY_READ)
    caller.require(site_id, Role.CLIENT)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    totals = await reads.sum_site(tx, site_id)
    with_junk = caller.sees_everything_in(site_id)
    attack = await _open_attack(tx, site_id) if with_junk else None
    return SiteToxicity(
        site_id=site_id,
        sentence=site_sentence(
            judged=totals.judged,
            worth=totals.worth_action,
            junk=totals.junk_ignored if with_junk else None,
            attack="" if attack is None else attack.sentence,
        ),
        attack=attack,
        judged=totals.judged,
        density=_density(totals, with_junk=with_junk),
        bands={band: totals.bands.get(band, 0) for band in Band},
        actions={action: totals.actions.get(action, 0) for action in Action},
        waiting_for_decision=await queue.count_queue(tx, site_id),
        model=weights.MODEL,
        models=dict(totals.models),
        by_month=[
            Month(month=month, judged=then.judged, density=_density(then, with_junk=with_junk))
            for month, then in await _months(tx, site_id, totals)
        ],
    )


async def _open_attack(tx: Tx, site_id: UUID) -> OpenAttack | None:
    last = await attacks.find_last(tx, site_id)
    if last is None or last.is_over(clock.now().date()):
        return None
    return OpenAttack.of(last)


async def _months(tx: Tx, site_id: UUID, now: Totals) -> list[tuple[date, Totals]]:
    """Return what was counted, and for the running month what is there now."""
    running = clock.now().date().replace(day=1)
    counted = await domains.list_months(tx, site_id, limit=MAX_MONTHS)
    return [(running, now), *(one for one in counted if one[0] < running)]


def _density(totals: Totals, *, with_junk: bool) -> Density:
    junk = _figure(totals.junk_ignored, totals.judged, "Junk that search engines ignore")
    return Density(
        ignored_junk=junk if with_junk else None,
        worth_action=_figure(totals.worth_action, totals.judged, "Worth action"),
    )


def _figure(links: int, judged: int, label: str) -> Figure:
    return Figure(links=links, share=round(links / judged, 4) if judged else None, label=label)
