"""Takes Webmentions that the gateway lets in: they are queued for a look, and nothing is told of them."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.crawler.api.checks import PortsDep
from services.crawler.domain.discovery.candidates import Candidate
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.webmention import MOST_URL, MOST_WAITING, webmention_of
from services.crawler.store import candidates, sites
from shared import clock
from shared.dependencies import TxDep
from shared.errors import ConflictError
from shared.vocabulary import DiscoveryReason

public = APIRouter(include_in_schema=False)


class WebmentionBody(BaseModel):
    """A page that says that it links to a page of ours."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(max_length=MOST_URL)
    target: str = Field(max_length=MOST_URL)


@public.post("/webmention", status_code=202)
async def take_webmention(body: WebmentionBody, tx: TxDep, ports: PortsDep) -> None:
    """Queue a look at the source, for every site that the target belongs to.

    Whether there is such a site is not said: who may ask would learn whose links are watched here.
    """
    told = webmention_of(body.source, body.target, ports=ports)
    if await candidates.count_told(tx) >= MOST_WAITING:
        raise ConflictError("Too many notices wait to be looked at. Send it again later.")
    found = [Candidate(url=told.source, reason=DiscoveryReason.WEBMENTION)]
    for site in await sites.find_owners(tx, told.owner_hosts()):
        if not Targets(site.hosts).has_url(told.source):
            await candidates.add_candidates(tx, site, found, clock.now())
