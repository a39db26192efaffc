"""Which sites exist: profile knows, so the gateway asks it before it grants something on one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from shared.access import Caller
from shared.errors import NotFoundError, UnavailableError
from shared.http import ServiceClient


@dataclass(frozen=True, slots=True)
class Sites:
    """Asks profile about sites, as the caller."""

    profile: ServiceClient

    async def require_all(self, caller: Caller, site_ids: Iterable[UUID]) -> None:
        """Raise NotFoundError for the first site that the caller may not know of."""
        for site_id in site_ids:
            if not caller.may_see(site_id):
                raise NotFoundError("There is no such site.")
            answer = await self.profile.send("GET", f"/v1/sites/{site_id}", caller=caller)
            if answer.status == 404:
                raise NotFoundError("There is no such site.")
            if answer.status != 200:
                raise UnavailableError(
                    "The service profile cannot say now whether the site exists."
                )


async def get_sites(request: Request) -> Sites:
    sites: Sites = request.app.state.sites
    return sites


SitesDep = Annotated[Sites, Depends(get_sites)]
