"""Look at one page for one link, now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.observer import Question
from services.crawler.domain.answer import CheckAnswer, answer_of
from services.crawler.domain.target import sites_for, watch_for
from shared import addresses
from shared.access import Scope
from shared.errors import UnavailableError
from shared.web import CallerDep

DEADLINE_S = 55.0
"""Below the 60 s of the route, so that the answer still says what happened."""

router = APIRouter()


class CheckBody(BaseModel):
    """Where to look, and for what."""

    model_config = ConfigDict(extra="forbid")

    referring_url: str = Field(
        description="The page to look at: http or https, public.",
        examples=["https://blog.example/post"],
    )
    target: str = Field(
        description="A URL: this page in any spelling. A domain: any link to it or below it.",
        examples=["https://our.example/guide", "our.example"],
    )
    render: bool = Field(
        default=False,
        description="Run the page's scripts even where its bytes answer the question, to compare both. "
        "Where only scripts can tell they are run anyhow, if rendering is on.",
    )


async def get_eyes(request: Request) -> Eyes | None:
    """Return what the service looks with; it is open while the service runs."""
    eyes: Eyes | None = request.app.state.eyes
    return eyes


async def get_ports(request: Request) -> frozenset[int]:
    ports: frozenset[int] = request.app.state.allowed_ports
    return ports


EyesDep = Annotated[Eyes | None, Depends(get_eyes)]
PortsDep = Annotated[frozenset[int], Depends(get_ports)]


@router.post("/v1/checks", tags=["checks"], summary="Look at one page for one link, now")
async def create_check(
    body: CheckBody, caller: CallerDep, eyes: EyesDep, ports: PortsDep
) -> CheckAnswer:
    """Fetch the page politely, read it and say whether the link is there; nothing is stored.

    What the web answers is part of a 200: a wall, a time-out or an address that a name or redirect
    leads to and that we must not ask are `outcome: unknown` with their reason. Only a URL that is
    wrong by itself is refused (422).
    """
    caller.require_scope(Scope.LINKS_READ)
    url = addresses.check_url(body.referring_url, pointer="/referring_url", ports=ports)
    watch = watch_for(body.target, pointer="/target")
    if eyes is None:
        raise UnavailableError("The crawler is not running.")
    question = Question(
        url=url,
        watches=(watch,),
        sites=sites_for(watch),
        wants_facts=True,
        render_always=body.render,
    )
    return answer_of(await eyes.observer.look_within(question, DEADLINE_S))
