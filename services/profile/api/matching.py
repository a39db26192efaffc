"""Pages of a site that fit what lies open elsewhere, and pages that link to competitors; asked by the gateway only."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.profile.domain.matching import Fitting, Matcher, OwnPage, Wanted
from services.profile.store import competitors, own_pages, sites
from shared.access import Scope
from shared.dependencies import CallerDep, TxDep
from shared.vocabulary import Role

router = APIRouter(prefix="/internal/sites/{site_id}", include_in_schema=False)
MOST_PAGES = 500


class WantedIn(BaseModel):
    url: str = Field(max_length=8_192)
    anchors: list[str] = Field(default_factory=list, max_length=10)
    context: list[str] = Field(default_factory=list, max_length=10)


class MatchesIn(BaseModel):
    wanted: list[WantedIn] = Field(max_length=500)


class CandidateOut(BaseModel):
    url: str
    title: str | None
    score: float
    shared: list[str]


class MatchOut(BaseModel):
    candidates: list[CandidateOut]
    sentence: str


@router.post("/matches")
async def list_matches(
    site_id: UUID, body: MatchesIn, caller: CallerDep, tx: TxDep
) -> list[MatchOut]:
    """Return for each thing wanted the pages of the site that fit, in the order of the request."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, caller.workspace_id, site_id)
    live = await own_pages.list_live(tx, site_id)
    return await asyncio.to_thread(_matches, live, body.wanted)


def _matches(live: Sequence[Any], wanted: Sequence[WantedIn]) -> list[MatchOut]:
    if not live:
        sentence = "No page of yours is known yet: its sitemap was not read, or names none."
        return [MatchOut(candidates=[], sentence=sentence) for _ in wanted]
    matcher = Matcher([OwnPage(url=row["url"], title=row["title"]) for row in live])
    return [
        _out(
            matcher.fitting(Wanted(url=one.url, anchors=one.anchors, context=one.context)),
            len(live),
        )
        for one in wanted
    ]


def _out(found: Sequence[Fitting], pages: int) -> MatchOut:
    if not found:
        sentence = f"No page of yours fits, among {pages:,}."
        return MatchOut(candidates=[], sentence=sentence)
    words = ", ".join(f"“{word}”" for word in found[0].shared)
    return MatchOut(
        candidates=[
            CandidateOut(url=one.url, title=one.title, score=one.score, shared=list(one.shared))
            for one in found
        ],
        sentence=f"It shares {words}.",
    )


@router.get("/competitor-pages")
async def list_competitor_pages(site_id: UUID, caller: CallerDep, tx: TxDep) -> list[str]:
    """Return pages that link to competitors, those of domains with most of them first."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    return await competitors.list_pages(tx, site_id, never=list(site.hosts), limit=MOST_PAGES)
