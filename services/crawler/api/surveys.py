"""Searches pages of others for ways to a link: dead links, pages that collect links, mentions."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from services.crawler.api.checks import PortsDep
from services.crawler.domain.survey.wanted import (
    JOB_KIND,
    MOST_PAGES,
    MOST_PASTED,
    MOST_URL,
    wanted_pages,
)
from services.crawler.store import findings, sites, surveys
from shared import addresses, clock, jobs, urls
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.job_routes import JobOut
from shared.vocabulary import Role

router = APIRouter(prefix="/v1/sites/{site_id}/opportunities", tags=["opportunities"])


class SurveyBody(BaseModel):
    """Which pages are searched."""

    model_config = ConfigDict(extra="forbid")

    pages: list[str] = Field(
        default_factory=list,
        max_length=MOST_PASTED,
        description="Pages of others, each with its address.",
        examples=[["https://blog.example/resources"]],
    )
    sources: list[Literal["prospects", "competitors", "mentions"]] = Field(
        default_factory=list,
        max_length=3,
        description="Pages that are known: of your prospects (the named page, their lists of links, their"
        " blog), pages that link to competitors by the files that you imported, pages that name you.",
    )
    known: SkipJsonSchema[dict[str, list[str]] | None] = None


@router.post("/searches", status_code=202, summary="Search pages of others for ways to a link")
async def start_survey(
    site_id: UUID,
    body: SurveyBody,
    caller: CallerDep,
    tx: TxDep,
    ports: PortsDep,
    response: Response,
) -> JobOut:
    """Read pages politely and ask each address once that they link to; at most 500 pages in one search.

    An address that looks dead is looked at again an hour later at least; only then is it told of. What
    was found is among the opportunities.
    """
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.require_site(tx, site_id, workspace_id=caller.workspace_id)
    site = await sites.find_searched(tx, site_id)
    if site is None:
        raise NotFoundError("This site is paused or archived: nothing is looked at for it.")
    pasted = [_page(text, number, ports) for number, text in enumerate(body.pages)]
    known = [url for name in body.sources for url in (body.known or {}).get(name, ())]
    if "mentions" in body.sources:
        known += await surveys.list_mentioning(tx, site_id, limit=MOST_PAGES)
        await findings.tell_mentions(tx, site, limit=MOST_PAGES)
    pages = wanted_pages(pasted, known, own_hosts=site.hosts)
    if not pages:
        raise _nothing(body)
    job = await jobs.add_job(
        tx, kind=JOB_KIND, workspace_id=caller.workspace_id, site_id=site_id, total=len(pages)
    )
    await surveys.add_wishes(tx, site, job.job_id, pages, clock.now())
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


def _page(text: str, number: int, ports: frozenset[int]) -> str:
    pointer = f"/pages/{number}"
    if len(text) > MOST_URL:
        detail = f"An address has at most {MOST_URL} characters."
        raise InvalidError(detail, [FieldError(pointer, "url-too-long", detail)])
    return addresses.check_url(
        urls.from_text(text) or text, pointer=pointer, ports=ports, text=text
    )


def _nothing(body: SurveyBody) -> InvalidError:
    if not body.pages and not body.sources:
        detail = "Give pages to search, or say which known ones: prospects, competitors, mentions."
    elif not body.pages:
        detail = "No page is known there yet: paste some, or add prospects or files of competitors."
    else:
        detail = "These are pages of your own site; give pages of others."
    return InvalidError(detail, [FieldError("/pages", "no-pages", detail)])
