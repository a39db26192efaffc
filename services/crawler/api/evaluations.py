"""Places where a link could stand: one look at each, before anybody is asked for a link."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.observer import Question
from services.crawler.adapters.pacer import HostBusyError
from services.crawler.api.checks import EyesDep, PortsDep
from services.crawler.domain.look import Look
from services.crawler.domain.target import sites_for, watch_for
from services.crawler.domain.verdict import Watch
from services.crawler.store import sites
from shared import addresses, urls, words
from shared.access import Scope
from shared.dependencies import CallerDep, DbDep
from shared.errors import UnavailableError
from shared.events import PageFacts
from shared.vocabulary import Outcome, Reason, Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["toxicity"])

MOST = 10
LOOK_S = 10.0
"""For https and, where a host knows none, once more for http: below the 30 s of the route."""
PATIENCE_S = 5.0
"""How long a look waits for its turn at a host that we are asking already."""

_BUSY = "We are asking this host just now, and leave it pauses: nothing was asked. Try again alone."

_NO_HTTPS = frozenset({Reason.UNREACHABLE, Reason.TLS_ERROR, Reason.TIMEOUT})


class EvaluationBody(BaseModel):
    """The places."""

    model_config = ConfigDict(extra="forbid")

    addresses: list[str] = Field(
        min_length=1,
        max_length=MOST,
        description="Pages, or domains, whose home page is looked at.",
        examples=[["https://blog.example/write-for-us", "magazine.example"]],
    )


class PlaceOut(BaseModel):
    """One place: what the look saw, and what it comes to."""

    address: str = Field(description="As it was handed in.")
    url: str
    final_url: str
    domain: str
    seen: bool
    why: str | None = Field(description="Where nothing was seen: why, in a sentence.")
    reasons: list[Reason] = Field(description="Of the look, as programs know them.")
    links_to_you: bool = Field(description="Whether the page has a link to the site already.")
    indexable: bool | None
    page_followed: bool | None
    facts: PageFacts | None
    evaluation: dict[str, Any] | None = Field(
        default=None,
        description="`advice` (`good`, `look_closer`, `stay_away`, `not_seen`), `label`, `sentence`,"
        " `reasons` and `notes` in sentences, the four `answers` as of a link, and `toxicity`: the score"
        " of the plainest link that could stand there, with its evidence. null: see `degraded`.",
    )


class EvaluationsOut(BaseModel):
    """The places in the order in which they were handed in; nothing of them is stored."""

    items: list[PlaceOut]
    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


@router.post("/evaluations", summary="Judge places for a link before anybody is asked")
async def create_evaluations(
    site_id: UUID,
    body: EvaluationBody,
    caller: CallerDep,
    db: DbDep,
    eyes: EyesDep,
    ports: PortsDep,
) -> EvaluationsOut:
    """Look at each page politely and say what is to be thought of a link from there.

    The engine is that of the toxicity score. A page that could not be looked at is `not_seen`: that
    says nothing against it. Only an address that is wrong by itself is refused (422).
    """
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    wanted = [
        addresses.check_url(
            urls.from_text(text) or text, pointer=f"/addresses/{number}", ports=ports, text=text
        )
        for number, text in enumerate(body.addresses)
    ]
    async with db.begin() as tx:
        await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
        domain = (await sites.get_hosts(tx, site_id))[0]
    if eyes is None:
        raise UnavailableError("The crawler is not running.")
    ours = watch_for(domain, pointer="/site_id")
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_look(eyes, url, ours)) for url in wanted]
    places = zip(body.addresses, wanted, looks, strict=True)
    return EvaluationsOut(items=[_out(text, url, task.result()) for text, url, task in places])


async def _look(eyes: Eyes, url: str, ours: Watch) -> Look | None:
    """Return the look at a page, without encryption where its host knows none; None: not our turn."""
    try:
        look = await _ask(eyes, url, ours)
        if look.fetched.failure not in _NO_HTTPS or not url.startswith("https://"):
            return look
        plain = await _ask(eyes, f"http://{url.removeprefix('https://')}", ours)
    except HostBusyError:
        return None
    return plain if plain.fetched.failure is None else look


async def _ask(eyes: Eyes, url: str, ours: Watch) -> Look:
    question = Question(
        url=url,
        watches=(ours,),
        sites=sites_for(ours),
        wants_facts=True,
        patience_s=PATIENCE_S,
    )
    return await eyes.observer.look_within(question, LOOK_S)


def _out(text: str, url: str, look: Look | None) -> PlaceOut:
    domain = urls.domain_or_host(urls.host_of(url))
    if look is None:
        return PlaceOut(
            address=text,
            url=url,
            final_url=url,
            domain=domain,
            seen=False,
            why=_BUSY,
            reasons=[],
            links_to_you=False,
            indexable=None,
            page_followed=None,
            facts=None,
        )
    judgement = look.judgement
    sight = judgement.sight if judgement is not None else None
    verdict = judgement.verdicts[0] if judgement is not None else None
    unseen = verdict.reasons if look.facts is None and verdict is not None else ()
    return PlaceOut(
        address=text,
        url=url,
        final_url=look.fetched.final_url,
        domain=domain,
        seen=look.facts is not None,
        why=_why(unseen) if look.facts is None else None,
        reasons=list(dict.fromkeys([*unseen, *(sight.reasons if sight is not None else ())])),
        links_to_you=verdict is not None and verdict.outcome is Outcome.FOUND,
        indexable=sight.indexable if sight is not None else None,
        page_followed=sight.page_followed if sight is not None else None,
        facts=look.facts,
    )


def _why(reasons: Sequence[Reason]) -> str:
    return words.reason(reasons[0]).sentence if reasons else "The page shows nothing to read."
