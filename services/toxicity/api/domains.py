"""Referring domains of a site, one sentence for each."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.api.answers import AnswersOut
from services.toxicity.api.toxicity import Spoken, spoken
from services.toxicity.api.versions import site_of
from services.toxicity.domain import building
from services.toxicity.domain.answers import Answers, answers_of_domain
from services.toxicity.domain.disavow.entries import covering_domain
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.verdict import DomainLinks, verdict
from services.toxicity.store import answering, domains, versions
from shared import clock, words
from shared.access import Scope
from shared.pages import Page, PageDep
from shared.vocabulary import Action, Band, Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["toxicity"])


class DomainVerdict(BaseModel):
    """What is to be done about a referring domain, and why."""

    domain: str
    action: Action
    action_words: Spoken
    sentence: str
    links: int
    live: int
    followed: int
    good: int = Field(description="Live, followed links in which nothing worrying was seen.")
    judged: int
    worst_band: Band | None
    families: list[str] = Field(description="Kinds of evidence that speak against its links.")
    decision: Decision | None
    in_file: bool = Field(description="Whether the newest disavow file names the whole domain.")
    answers: AnswersOut | None = Field(
        description="Four answers apart: of its worst link, and of its links as counted; null: not"
        " judged yet."
    )


@router.get("/v1/sites/{site_id}/toxicity/domains")
async def list_domains(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[DomainVerdict]:
    """Return the referring domains of a site by the alphabet, each with one sentence."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    after = "" if page.after is None else str(page.after[0])
    rows = await domains.list_domains(
        tx, site_id, workspace_id=site.workspace_id, after=after, limit=page.limit + 1
    )
    newest = await versions.find_last(tx, site_id)
    named = frozenset(building.domains_of(building.lines_of(newest.text)) if newest else ())
    worst = [row.worst_link for row in rows[: page.limit] if row.worst_link is not None]
    answers = await answering.of_worst(tx, worst, now=clock.now())
    return page.page(
        rows,
        key=lambda row: (row.domain,),
        item=lambda row: _out(row, named, answers.get(row.worst_link)),
    )


def _out(row: DomainLinks, named: frozenset[str], worst: Answers | None) -> DomainVerdict:
    found = verdict(row)
    return DomainVerdict(
        domain=row.domain,
        action=found.action,
        action_words=spoken(words.action(found.action)),
        sentence=found.sentence,
        links=row.links,
        live=row.live,
        followed=row.followed,
        good=row.good,
        judged=row.judged,
        worst_band=row.worst_band,
        families=list(row.families),
        decision=row.decision,
        in_file=covering_domain(row.domain, named) is not None,
        answers=None if worst is None else AnswersOut.of(answers_of_domain(row, worst)),
    )
