"""Until when the domains are registered that link to a site, and its own, as registries told."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.api.versions import site_of
from services.toxicity.domain.registrations import Registration, sentence
from services.toxicity.store import registrations
from shared import hostnames, urls
from shared.access import Scope
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["toxicity"])


class RegistrationOut(BaseModel):
    """What the registry of a domain told; what is null or empty was not told."""

    domain: str
    readable_domain: str
    expires_at: datetime | None
    registered_at: datetime | None
    states: list[str] = Field(description="In the words of RFC 8056: `redemption period`.")
    read_at: datetime = Field(description="When the registry was asked.")
    sentence: str
    own: bool = Field(default=False, description="Whether it is a domain of the site itself.")

    @classmethod
    def of(cls, one: Registration, *, own: bool = False) -> "RegistrationOut":
        return cls(
            domain=one.domain,
            readable_domain=hostnames.shown(one.domain),
            expires_at=one.expires_at,
            registered_at=one.registered_at,
            states=list(one.states),
            read_at=one.read_at,
            sentence=sentence(one),
            own=own,
        )


@router.get("/v1/sites/{site_id}/registrations")
async def list_registrations(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[RegistrationOut]:
    """Return until when domains are registered, the first to end first; only ends that were told.

    Registries are asked only where the operator turned it on (`ANCHORWATCH_CRAWLER_ASK_REGISTRIES`).
    """
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    after = None
    if page.after is not None:
        after = datetime.fromisoformat(str(page.after[0])), str(page.after[1])
    rows = await registrations.list_of_site(
        tx,
        site_id,
        workspace_id=site.workspace_id,
        own=sorted({urls.domain_or_host(host) for host in (site.domain, *site.hosts)}),
        after=after,
        limit=page.limit + 1,
    )
    return page.page(
        rows,
        key=lambda row: (row[0].expires_at, row[0].domain),
        item=lambda row: RegistrationOut.of(row[0], own=row[1]),
    )
