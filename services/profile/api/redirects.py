"""Where the dead pages of a site should lead, for people and for web servers."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.link_models import WordsOut
from services.profile.domain.redirects.exports import MEDIA_TYPES, export
from services.profile.domain.redirects.rules import rules_of
from services.profile.domain.redirects.score import Known
from services.profile.domain.redirects.suggest import Finder, RedirectAction, Suggestion
from services.profile.domain.site import Site
from services.profile.store import own_pages, sites
from shared import clock, recovery_words
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import FieldError, InvalidError
from shared.urls import from_text, host_of, same_site
from shared.vocabulary import Reason, Role

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["redirects"])


class RedirectFormat(StrEnum):
    JSON = "json"
    NGINX = "nginx"
    APACHE = "apache"
    NETLIFY = "netlify"
    CLOUDFLARE = "cloudflare"
    CADDY = "caddy"
    CSV = "csv"


class CandidateOut(BaseModel):
    """A page that answers and may take the place of the dead one."""

    path: str
    score: float


class RedirectOut(BaseModel):
    """A page of the site that others link to and that does not answer."""

    dead: str
    candidates: list[CandidateOut] = Field(description="At most five, the best first.")
    action: RedirectAction
    words: WordsOut
    links: int
    referring_domains: int
    value: float = Field(description="What the links to it are worth together.")
    reasons: list[Reason]
    http_status: int | None


class RedirectsOut(BaseModel):
    """The dead pages whose links are worth most come first."""

    items: list[RedirectOut]
    live_pages: int = Field(description="Among how many pages was searched.")


@router.get(
    "/redirects",
    response_model=RedirectsOut,
    responses={
        200: {
            "content": {
                media: {"schema": {"type": "string"}} for media in ("text/plain", "text/csv")
            }
        }
    },
)
async def list_redirects(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    format: Annotated[  # noqa: A002 - the parameter's public name
        RedirectFormat, Query(description="JSON, or the rules of a web server.")
    ] = RedirectFormat.JSON,
    unsure: Annotated[
        bool, Query(description="Rules also for what a person should choose: its best candidate.")
    ] = False,
    limit: Annotated[
        int, Query(ge=1, le=own_pages.MOST_DEAD, description="Most dead pages, the best first.")
    ] = own_pages.MOST_DEAD,
) -> Any:
    """Return where dead pages should lead; never the home page, 410 where nothing fits."""
    site = await _site(tx, caller, site_id, Role.VIEWER)
    dead = await own_pages.list_dead(tx, site_id, limit=limit)
    live = await own_pages.list_live(tx, site_id)
    found = await asyncio.to_thread(_suggest, dead, live)
    if format is not RedirectFormat.JSON:
        text = export(rules_of(found, also_unsure=unsure), format, host=site.domain)
        return Response(text, media_type=MEDIA_TYPES.get(format, "text/plain"))
    items = [_out(one, row) for one, row in zip(found, dead, strict=True)]
    return RedirectsOut(items=items, live_pages=len(live))


async def _site(tx: Tx, caller: Caller, site_id: UUID, role: Role) -> Site:
    caller.require_scope(Scope.LINKS_WRITE if role is Role.EDITOR else Scope.LINKS_READ)
    caller.require(site_id, role)
    return await sites.get_site(tx, caller.workspace_id, site_id)


def _suggest(dead: Sequence[Any], live: Sequence[Any]) -> list[Suggestion]:
    if not dead:
        return []  # an index of all live pages is not for nothing
    known = {row["url"]: Known(row["title"]) for row in live if row["title"]}
    known |= {row["target_url"]: Known(row["anchors"]) for row in dead if row["anchors"]}
    finder = Finder([row["url"] for row in live], known=known)
    return finder.suggest_all([row["target_url"] for row in dead])


def _out(one: Suggestion, row: Any) -> RedirectOut:
    said = recovery_words.redirect_action(one.action)
    names = ("links", "referring_domains", "value", "reasons", "http_status")
    return RedirectOut(
        dead=one.dead,
        candidates=[CandidateOut(path=each.path, score=each.score) for each in one.candidates],
        action=one.action,
        words=WordsOut(label=said.label, sentence=said.sentence, todo=said.todo),
        **{name: row[name] for name in names},
    )


class OwnPage(BaseModel):
    """A page of the site that answers."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=4096)
    title: str | None = Field(default=None, max_length=500)


class OwnPages(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pages: list[OwnPage] = Field(min_length=1, max_length=5000)


class SavedPages(BaseModel):
    """How many pages were kept."""

    saved: int


@router.post("/pages", status_code=201)
async def add_pages(site_id: UUID, body: OwnPages, caller: CallerDep, tx: TxDep) -> SavedPages:
    """Name pages of the site that answer and that its sitemap does not name: dead ones may lead there."""
    site = await _site(tx, caller, site_id, Role.EDITOR)
    pages = [_page(site, number, page) for number, page in enumerate(body.pages)]
    await own_pages.save_pages(tx, site_id, pages, source=own_pages.BY_HAND, now=clock.now())
    return SavedPages(saved=len(pages))


def _page(site: Site, number: int, page: OwnPage) -> tuple[str, str | None]:
    text = page.url.strip()
    url = from_text(f"https://{site.domain}{text}" if text.startswith("/") else text)
    if url is None or not same_site(host_of(url), site.hosts):
        fault = FieldError(
            f"/pages/{number}/url", "not-of-the-site", "This is no page of the site."
        )
        raise InvalidError("Only pages of the site itself can be named.", errors=[fault])
    return url, page.title
