"""Sites: with all their hosts, brands, keywords, competitors and partners."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.profile.domain.logo import MAX_LOGO, read_logo
from services.profile.domain.site import Host, Site, read_host, read_hosts, snapshot
from services.profile.store import connectors, figures, sites
from shared import clock, jobs, outbox, urls
from shared.access import Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import NotFoundError
from shared.events import SiteCreated, SiteDeleted, SiteSnapshot, SiteUpdated
from shared.ids import new_id
from shared.inputs import Shape, Whole
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, is_unchanged, require_match
from shared.vocabulary import HostRole, Role

router = APIRouter(prefix="/v1/sites", tags=["sites"])
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=500)]


class HostIn(BaseModel):
    """A host of the site; everything below it belongs to it."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(max_length=2048)
    role: HostRole = HostRole.OTHER


Logo = Annotated[str, Field(max_length=MAX_LOGO), AfterValidator(read_logo)]


class SiteSettings(BaseModel):
    """What a site may set for itself."""

    model_config = ConfigDict(extra="forbid")

    languages: Annotated[
        list[Annotated[str, Shape("^[a-z]{2,3}$", "Give a language by its code, such as en.")]],
        Field(max_length=20),
    ] = Field(default=["en"], description="Languages of the site's anchors, ISO 639-1.")
    toxic_from: Whole = Field(
        default=80, ge=0, le=100, description="Score from which a link is toxic."
    )
    report_name: str | None = Field(
        default=None, max_length=120, description="Under whose name reports go out."
    )
    report_logo: Logo | None = Field(
        default=None,
        description="The logo on reports, as `data:image/png;base64,...`; png, jpeg, gif or webp, up "
        "to 48 kB. Nothing is ever loaded from elsewhere.",
    )


class NewSite(BaseModel):
    """A site to look after; a domain is enough."""

    model_config = ConfigDict(extra="forbid")

    domain: str = Field(max_length=2048, examples=["example.com"])
    domains: Annotated[list[HostIn], Field(max_length=200)] = []
    name: str | None = Field(default=None, max_length=200)
    brands: Words = []
    keywords: Words = []
    competitors: Words = []
    partners: Words = []
    manual_action: str | None = Field(default=None, max_length=2000)
    settings: SiteSettings = SiteSettings()


class SiteChange(BaseModel):
    """What to change of a site; a field that is left out stays."""

    model_config = ConfigDict(extra="forbid")

    domain: str | None = Field(default=None, max_length=2048)
    domains: Annotated[list[HostIn], Field(max_length=200)] | None = None
    name: str | None = Field(default=None, min_length=1, max_length=200)
    brands: Words | None = None
    keywords: Words | None = None
    competitors: Words | None = None
    partners: Words | None = None
    manual_action: str | None = Field(default=None, max_length=2000)
    settings: SiteSettings | None = None
    paused: bool | None = None
    archived: bool | None = None
    deleted: bool | None = Field(default=None, description="false brings a deleted site back.")


class SiteOut(BaseModel):
    """A web property that a workspace looks after."""

    id: UUID
    domain: str
    domains: list[HostIn]
    name: str
    brands: list[str]
    keywords: list[str]
    competitors: list[str]
    partners: list[str]
    manual_action: str | None
    settings: dict[str, Any]
    paused: bool
    archived: bool
    new_links_known_until: datetime | None = Field(
        description="Links that came up later than this cannot be known yet."
    )
    created_at: datetime | None
    updated_at: datetime | None
    version: int

    @classmethod
    def of(cls, site: Site, known: datetime | None = None) -> "SiteOut":
        same = set(cls.model_fields) - {"id", "domains", "new_links_known_until"}
        values = {name: getattr(site, name) for name in same}
        for name in ("brands", "keywords", "competitors", "partners"):
            values[name] = list(values[name])
        hosts = [HostIn(host=host.host, role=host.role) for host in site.domains]
        until = known or site.discovered_until
        return cls(id=site.site_id, domains=hosts, new_links_known_until=until, **values)


@router.post("", status_code=201)
async def create_site(body: NewSite, response: Response, caller: CallerDep, tx: TxDep) -> SiteOut:
    """Add a site to the workspace."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require_workspace(Role.EDITOR)
    hosts = read_hosts(body.domain, [Host(host.host, host.role) for host in body.domains])
    site = Site(
        site_id=new_id(),
        workspace_id=caller.workspace_id,
        domain=hosts[0].host,
        name=body.name or urls.readable_host(hosts[0].host),
        domains=hosts,
        brands=_texts(body.brands),
        keywords=_texts(body.keywords),
        competitors=_hosts(body.competitors, "/competitors"),
        partners=_hosts(body.partners, "/partners"),
        manual_action=body.manual_action,
        settings=body.settings.model_dump(),
    )
    site = await sites.add_site(tx, site)
    await outbox.add(tx, [snapshot(site, SiteCreated)])
    response.headers["Location"] = f"/v1/sites/{site.site_id}"
    response.headers["ETag"] = etag(site.version)
    return SiteOut.of(site)


@router.get("")
async def list_sites(caller: CallerDep, tx: TxDep, paging: PageDep) -> Page[SiteOut]:
    """Return the sites that you may see."""
    caller.require_scope(Scope.LINKS_READ)
    after = paging.after[0] if paging.after else None
    found = await sites.list_sites(
        tx, caller.workspace_id, only=caller.site_ids, after=after, limit=paging.limit + 1
    )
    count = None
    if paging.wants_count:
        count = await sites.count_sites(tx, caller.workspace_id, only=caller.site_ids)
    known = await figures.list_known_until(tx, [site.site_id for site in found])
    return paging.page(
        found,
        key=lambda site: (site.site_id,),
        item=lambda site: SiteOut.of(site, known.get(site.site_id)),
        count=count,
    )


@router.get("/{site_id}", response_model=SiteOut)
async def get_site(
    site_id: UUID, request: Request, response: Response, caller: CallerDep, tx: TxDep
) -> Any:
    """Return one site; its ETag is what a change must send as If-Match."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.CLIENT)
    site = await sites.get_site(tx, caller.workspace_id, site_id)
    if is_unchanged(request, response, site.version):
        return Response(status_code=304, headers={"ETag": etag(site.version)})
    return SiteOut.of(site, (await figures.list_known_until(tx, [site_id])).get(site_id))


@router.patch("/{site_id}", dependencies=[IF_MATCH])
async def change_site(
    site_id: UUID,
    body: SiteChange,
    request: Request,
    response: Response,
    caller: CallerDep,
    tx: TxDep,
) -> SiteOut:
    """Change a site; needs If-Match with the ETag that you read. Undeletes with `deleted: false`."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.EDITOR)
    before = await sites.lock_site(tx, caller.workspace_id, site_id)
    if before.deleted_at is not None and body.deleted is not False:
        raise NotFoundError("There is no such site.")
    require_match(request, before.version)
    after = await _save(tx, before, _changed(before, body))
    response.headers["ETag"] = etag(after.version)
    return SiteOut.of(after, (await figures.list_known_until(tx, [site_id])).get(site_id))


@router.delete("/{site_id}", status_code=204, dependencies=[IF_MATCH])
async def delete_site(site_id: UUID, request: Request, caller: CallerDep, tx: TxDep) -> None:
    """Delete a site: nothing of it is watched any more. A change with `deleted: false` undoes it."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.OWNER)
    site = await sites.lock_site(tx, caller.workspace_id, site_id)
    if site.deleted_at is not None:
        raise NotFoundError("There is no such site.")
    require_match(request, site.version)
    await _save(tx, site, replace(site, deleted_at=clock.now()))
    await connectors.remove(tx, site_id)  # nobody's key is kept for nothing


async def _save(tx: Tx, before: Site, after: Site) -> Site:
    """Save a changed site, tell the others, and queue what follows from the change."""
    saved = await sites.save_site(tx, after, now=clock.now())
    event: type[SiteSnapshot] = SiteUpdated
    if saved.deleted_at is not None:
        event = SiteDeleted
    elif before.deleted_at is not None:
        event = SiteCreated
    await outbox.add(tx, [snapshot(saved, event)])
    rewatch = before.hosts != saved.hosts or before.deleted_at != saved.deleted_at
    words = (before.brands, before.keywords, before.settings.get("languages"))
    reclassify = words != (saved.brands, saved.keywords, saved.settings.get("languages"))
    if saved.deleted_at is None and (rewatch or reclassify):
        await jobs.add_job(
            tx,
            kind="refresh_links",
            workspace_id=saved.workspace_id,
            site_id=saved.site_id,
            payload={"rewatch": rewatch},
        )
    return saved


def _changed(site: Site, body: SiteChange) -> Site:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    given.pop("deleted", None)
    domain = given.pop("domain", None) or site.domain
    hosts = given.pop("domains", None)
    others = site.domains if hosts is None else [Host(host.host, host.role) for host in hosts]
    if domain != site.domain and hosts is None:
        # The site moved: links to where it was stay links of the site.
        former = Host(site.domain, HostRole.FORMER)
        others = [former, *(host for host in site.domains if host.host != site.domain)]
    given["domains"] = read_hosts(domain, others)
    given["domain"] = given["domains"][0].host
    for name in ("brands", "keywords"):
        if given.get(name) is not None:
            given[name] = _texts(given[name])
    for name in ("competitors", "partners"):
        if given.get(name) is not None:
            given[name] = _hosts(given[name], f"/{name}")
    if body.settings is not None:
        given["settings"] = {**site.settings, **body.settings.model_dump(exclude_unset=True)}
    kept = {name: value for name, value in given.items() if value is not None}
    if "manual_action" in body.model_fields_set:
        kept["manual_action"] = body.manual_action
    return replace(site, deleted_at=None, **kept)


def _texts(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def _hosts(texts: list[str], pointer: str) -> tuple[str, ...]:
    found = (read_host(text, pointer=f"{pointer}/{n}") for n, text in enumerate(texts))
    return tuple(dict.fromkeys(found))
