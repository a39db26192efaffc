"""Judges places that the crawler has looked at; asked by the gateway only, which puts both together."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.api.answers import AnswersOut
from services.toxicity.api.versions import own_guard, site_of
from services.toxicity.domain.evaluation import LABELS, Evaluation, Place, evaluate
from services.toxicity.domain.facts import PageView
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.names import Names, names_of
from services.toxicity.domain.score import waterfall_json
from services.toxicity.domain.source import UNKNOWN, Source
from services.toxicity.store import places, sources
from shared import clock
from shared.access import Scope
from shared.events import PageFacts
from shared.vocabulary import Reason, Role
from shared.web import CallerDep, TxDep

MOST = 10

# Not for the outside: it believes what it is told of the pages.
router = APIRouter(prefix="/internal/sites/{site_id}", include_in_schema=False)


class SeenPlace(BaseModel):
    """What the crawler saw of one place; it may tell more than is wanted here."""

    model_config = ConfigDict(extra="ignore")

    domain: str = Field(max_length=253)
    reasons: list[Reason]
    indexable: bool | None
    page_followed: bool | None
    facts: PageFacts | None


class SeenPlaces(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[SeenPlace] = Field(max_length=MOST)


@router.post("/evaluations")
async def create_evaluations(
    site_id: UUID, body: SeenPlaces, caller: CallerDep, tx: TxDep
) -> list[dict[str, Any]]:
    """Return the evaluation of each place, in their order."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.LINKS_WRITE)
    domains = sorted({one.domain for one in body.items})
    found = await sources.list_sources(
        tx, [(site_id, domain) for domain in domains], today=clock.now().date()
    )
    known = await places.list_known(tx, site_id, domains)
    guard = await own_guard(tx, site)
    names = names_of(site.brands, site.keywords, (site.domain, *site.hosts), site.domain)
    return [
        _out(
            evaluate(
                _place(
                    one,
                    names,
                    guard,
                    source=found.get((site_id, one.domain), UNKNOWN),
                    known=known[one.domain],
                )
            )
        )
        for one in body.items
    ]


def _place(
    seen: SeenPlace, names: Names, guard: Guard, *, source: Source, known: places.Known
) -> Place:
    facts = seen.facts
    page = None
    if facts is not None:
        values = facts.model_dump(mode="json")
        page = PageView.from_json(
            {**values, "title_is_toxic": names.is_toxic(facts.title or "")},
        )
    return Place(
        page=page,
        indexable=seen.indexable,
        page_followed=seen.page_followed,
        unfollowed=facts.outlinks_unfollowed if facts is not None else None,
        reasons=frozenset(seen.reasons),
        source=source,
        decision=known.decision,
        live_links=known.live_links,
        hold=guard.of_domain(seen.domain),
    )


def _out(found: Evaluation) -> dict[str, Any]:
    score = found.score
    answers = AnswersOut.of(found.answers)
    answers.passes.question = "Would a link there pass anything?"
    return {
        "advice": found.advice.value,
        "label": LABELS[found.advice],
        "sentence": found.sentence,
        "reasons": list(found.reasons),
        "notes": list(found.notes),
        "answers": answers.model_dump(mode="json"),
        "toxicity": {
            "score": score.score,
            "p_toxic": score.p_toxic,
            "band": score.band.value,
            "confidence": score.confidence,
            "insufficient_data": score.score is None,
            "model": score.model,
            **{
                name: part
                for name, part in waterfall_json(score).items()
                if name in {"findings", "waterfall", "observed_families"}
            },
        },
    }
