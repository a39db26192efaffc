"""A product behind a real port, furnished so that every screen of the console has something to show."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI

from services.crawler.store import sites
from services.profile.store import growth
from services.profile.store.growth import Unusual
from services.toxicity.domain.attacks.bursts import Burst
from services.toxicity.store import attacks
from services.toxicity.store.attacks import Watched
from shared import clock, outbox, urls
from shared.db import Database
from shared.events import (
    Event,
    LinkChecked,
    Observation,
    Occurrence,
    PageFacts,
    PageRead,
    TargetChecked,
)
from shared.ids import new_id
from shared.vocabulary import Outcome, Position, Reason
from tests.crawler.builders import a_site
from tests.gateway.product import made, running
from tests.http import Http
from tests.waiting import eventually

DOMAIN = "acme.example"
FARMS = tuple(f"farm{number}.example" for number in range(5))
BLOGS = tuple(f"blog{number}.example" for number in range(24))
_SOLD = tuple(f"money{number}.example" for number in range(6))
_FARM: dict[str, Any] = {
    "ip": "81.2.3.4",
    "name_servers": ("ns1.small.example", "ns2.small.example"),
    "title": "Best casino bonus",
    "word_count": 40,
    "visible_chars": 6_000,
    "anchor_chars": 5_800,
    "outlinks_external": 400,
    "compression_ratio": 12.0,
}


@dataclass(slots=True)
class House:
    """Where the console is, and the site in it."""

    url: str
    owner: Http
    site_id: str
    profile: Database
    toxicity: Database
    crawler: Database
    login_token: str
    seq: dict[str, int] = field(default_factory=dict)

    @property
    def login(self) -> str:
        return f"{self.url}/login?token={self.login_token}"

    def screen(self, name: str) -> str:
        return f"{self.url}/#/sites/{self.site_id}/{name}"

    @property
    def api(self) -> str:
        return f"/v1/sites/{self.site_id}"


@asynccontextmanager
async def a_house(db_for: Callable[[str], Database]) -> AsyncIterator[House]:
    """Serve a product on a port of its own, with one site and its links in it."""
    async with running(db_for) as (gateway, door), _served(gateway) as url:
        owner = Http(gateway).using(door.key)
        site = await made(owner, "/v1/sites", {"domain": DOMAIN, "brands": ["Acme Home"]})
        house = House(
            url,
            owner,
            site["id"],
            db_for("profile"),
            db_for("toxicity"),
            db_for("crawler"),
            door.login_token,
        )
        await _tell_crawler(house, house.crawler)
        await _link(house)
        yield house


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    config = uvicorn.Config(
        app, port=0, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)

    async def is_started() -> bool:
        return server.started

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve())
        await eventually(is_started, what="uvicorn listens")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        await serving


async def _tell_crawler(house: House, crawler: Database) -> None:
    """Let the crawler know the site: it hears nothing here, since there is no web to look at."""
    async with house.profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
    async with crawler.begin() as tx:
        site = a_site(workspace_id=workspace_id, site_id=UUID(house.site_id))
        await sites.save_sites(tx, [site], clock.now())


async def _link(house: House) -> None:
    """Let every farm and blog link to the site, and let them be seen and judged."""
    pages = [_page(name) for name in (*FARMS, *BLOGS)]
    rows = [{"referring_url": page, "target_url": f"https://{DOMAIN}/pricing"} for page in pages]
    await made(house.owner, f"{house.api}/links", {"links": rows})
    await see(house, BLOGS, anchor="Acme Home")
    await see(house, FARMS, anchor="online casino", outlinks=_SOLD, **_FARM)

    async def are_judged() -> bool:
        found = (await house.owner.get(f"{house.api}/toxicity")).json()
        return bool(found.get("judged", 0) >= len(pages))

    await eventually(are_judged, what="all links are judged")


def _page(domain: str) -> str:
    return f"https://{domain}/post"


async def see(
    house: House,
    domains: Sequence[str],
    *,
    anchor: str = "Acme Home",
    reasons: tuple[Reason, ...] = (),
    streak: int = 0,
    outlinks: Sequence[str] = (),
    **facts: Any,
) -> None:
    """Let the bus bring what a crawler would have seen; with reasons the link was not there."""
    async with house.profile.begin() as tx:
        rows = await tx.fetch(
            "SELECT link_id, workspace_id, referring_domain, target_url FROM links"
            " WHERE site_id = $1 AND referring_domain = ANY($2::text[])",
            UUID(house.site_id),
            list(domains),
        )
        events: list[Event] = []
        for row in rows:
            house.seq[row["referring_domain"]] = house.seq.get(row["referring_domain"], 0) + 1
            events.append(_checked(house, row, anchor=anchor, reasons=reasons, streak=streak))
            if not reasons:
                events.append(_read(row["referring_domain"], outlinks, facts))
        await outbox.add(tx, events)


def _checked(
    house: House, row: Any, *, anchor: str, reasons: tuple[Reason, ...], streak: int
) -> LinkChecked:
    target, now = row["target_url"], clock.now()
    seen = Occurrence(
        target_url=target,
        target_key=urls.key_id(urls.url_key(target)),
        anchor_text=anchor,
        position=Position.CONTENT,
        left_context="We bought our chairs from",
        right_context="and would do so again.",
    )
    found = () if reasons else (seen,)
    observation = Observation(
        page_id=urls.page_id(_page(row["referring_domain"])),
        check_id=new_id(),
        check_seq=house.seq[row["referring_domain"]],
        checked_at=now,
        outcome=Outcome.MISSING if reasons else Outcome.FOUND,
        reasons=reasons,
        http_status=404 if Reason.PAGE_404 in reasons else 200,
        indexable=True,
        page_followed=True,
        occurrences=found,
        occurrence_count=len(found),
    )
    return LinkChecked(
        workspace_id=row["workspace_id"],
        site_id=UUID(house.site_id),
        link_id=row["link_id"],
        observation=observation,
        missing_streak=streak,
        missing_since=now - timedelta(hours=2) if streak else None,
    )


def _read(domain: str, outlinks: Sequence[str], facts: dict[str, Any]) -> PageRead:
    page = _page(domain)
    given = {"title": "A post", "http_status": 200, "outlink_domains": tuple(outlinks)} | facts
    return PageRead(
        page_id=urls.page_id(page),
        page_key=urls.page_id(page),
        facts_seq=1,
        read_at=clock.now(),
        facts=PageFacts(url=page, final_url=page, host=domain, referring_domain=domain, **given),
    )


async def done(house: House, answer: dict[str, Any]) -> None:
    """Wait until a job has ended well."""

    async def is_done() -> bool:
        found = (await house.owner.get(f"/v1/jobs/{answer['id']}")).json()
        assert found["state"] != "failed", found
        return bool(found["state"] == "done")

    await eventually(is_done, what="the job is done")


async def find_networks(house: House) -> None:
    await done(house, await made(house.owner, f"{house.api}/networks/looks", None))


async def lose(house: House, domains: Sequence[str]) -> None:
    """Let links be missed twice: they are lost, and wait to be won back."""
    for streak in (1, 2):
        await see(house, domains, reasons=(Reason.LINK_REMOVED,), streak=streak)

    async def are_lost() -> bool:
        found = (await house.owner.get(f"{house.api}/links?status=lost")).json()
        return len(found["items"]) == len(domains)

    await eventually(are_lost, what="the links are lost")


async def find_unusual(house: House) -> None:
    """Keep a drop of a week, as the nightly look would have found it."""
    today = clock.now().date()
    found = Unusual(
        kind="drop",
        started_on=today - timedelta(days=9),
        found_on=today - timedelta(days=7),
        ended_on=today - timedelta(days=2),
        count=14,
        expected=2.5,
        confidence=0.998,
        sentence="14 domains stopped linking in a week in which 2 or 3 are usual.",
        evidence={"days": [1, 2, 5, 4, 2], "domains": ["a.example", "b.example"]},
    )
    async with house.profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
        await growth.save_unusual(tx, UUID(house.site_id), workspace_id, found)


async def kill_a_page(house: House) -> None:
    """Let the page that all link to answer 404, and name one that may take its place."""
    target = f"https://{DOMAIN}/pricing"
    async with house.profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
        dead = TargetChecked(
            workspace_id=workspace_id,
            site_id=UUID(house.site_id),
            target_url=target,
            target_key=urls.key_id(urls.url_key(target)),
            check_seq=1,
            checked_at=clock.now(),
            broken=True,
            reasons=(Reason.TARGET_ERROR,),
            http_status=404,
        )
        await outbox.add(tx, [dead])

    async def is_dead() -> bool:
        return bool((await house.owner.get(f"{house.api}/redirects")).json()["items"])

    await eventually(is_dead, what="the page is known to be dead")


async def suspect(house: House) -> None:
    """Keep an alarm, as the daily count would have raised it."""
    today = clock.now().date()
    burst = Burst(
        started_on=today - timedelta(days=3),
        found_on=today - timedelta(days=2),
        last_on=today - timedelta(days=1),
        domains=40,
        bad=31,
        expected=1.5,
        share_before=0.025,
        share_z=9.1,
    )
    said = ["31 of 40 new domains look bad; before, 1 in 40 did."]
    drift = {
        "anchor_bits": 1.4,
        "anchors": ["online casino"],
        "new_script_share": 0.2,
        "new_tld_share": 0.3,
        "tlds": ["top", "icu"],
    }
    async with house.toxicity.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
        watched = Watched(UUID(house.site_id), workspace_id, burst.started_on)
        await attacks.save_attack(tx, watched, burst, {"said": said, "drift": drift}, known=None)
