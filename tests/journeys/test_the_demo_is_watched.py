"""Everything that the demo's web does is noticed by the real system, and noticed again when it ends."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest

from services import embedded
from services.cli import all as everything
from services.cli import demo
from services.cli.direct import DirectApi
from services.demo import world
from services.demo.web import DemoWeb, serve
from services.demo.world import Act, HostKind, Page, PlantedLink, Turn, World
from tests.waiting import eventually

AGREED, ACTING = 0.5, 1.5
EXPECTED = {
    Act.WITHOUT_LINK: "lost",
    Act.SECOND_LINK: "live",
    Act.NOFOLLOW: "changed",
    Act.SPONSORED: "changed",
    Act.OTHER_ANCHOR: "changed",
    Act.OTHER_TARGET: "changed",
    Act.HIDDEN: "changed",
    Act.COMMENTED_OUT: "lost",
    Act.NOINDEX: "changed",
    Act.NOINDEX_HEADER: "changed",
    Act.REDIRECTED: "lost",
    Act.GONE: "lost",
    Act.CHALLENGE: "unknown",
    Act.FORBIDDEN: "unknown",
    Act.RATE_LIMITED: "unknown",
    Act.BROKEN: "unknown",
    Act.HANGING: "unknown",
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's account can reach."""
    path = Path(mkdtemp(prefix="anchorwatch-journey-"))
    path.chmod(0o755)
    yield path
    rmtree(path, ignore_errors=True)


def small_world() -> tuple[World, dict[Act, Page]]:
    """One page for each act, on hosts of their own: a host that blocks must not hide another."""
    stage = world.build()
    hosts = [host for host in stage.hosts if host.kind in {HostKind.BLOG, HostKind.NEWS}]
    acting = {}
    for act, host in zip(EXPECTED, hosts, strict=True):
        page = next(p for p in stage.pages if p.host == host and p.path != "/")
        acting[act] = replace(
            page,
            link=PlantedLink("/subscription", world.BRAND),
            second=PlantedLink("/guides/water", "more"),
            story=(Turn(Act.AS_AGREED, 1), Turn(act, 1_000_000)),
            age_days=90,
        )
    homes = tuple(page for page in stage.pages if page.path == "/")
    return World(hosts=stage.hosts, pages=(*homes, *acting.values())), acting


@dataclass(slots=True)
class Watching:
    """The real system on the made-up web."""

    api: DirectApi
    site_id: str
    beat: float = AGREED

    async def links(self, **query: str) -> list[dict[str, Any]]:
        query["limit"] = "500"
        found = await self.api.get(f"/v1/sites/{self.site_id}/links", query)
        items: list[dict[str, Any]] = found["items"]
        return items

    async def statuses(self) -> dict[str, str]:
        return {
            link["referring_url"]: link["status"]
            for link in await self.links()
            if link["target_url"].endswith("/subscription")
        }

    async def look(self) -> None:
        await self.api.post(f"/v1/sites/{self.site_id}/checks", {})


@asynccontextmanager
async def watching(home: Path, stage: World) -> AsyncIterator[Watching]:
    now: list[Watching] = []

    def beats() -> float:
        return now[0].beat if now else AGREED

    async with serve(DemoWeb(stage, beats)) as port:
        given = demo.given(port)
        crawler = {**given["crawler"], "confirm_after": 0.5, "timeout": 2.0, "min_delay": 0}
        async with (
            embedded.running(home, given={"crawler": crawler}) as house,
            house.gateway.router.lifespan_context(house.gateway),
        ):
            api = await everything.api_of(house)
            now.append(Watching(api, await demo.move_in(api, stage)))
            yield now[0]


async def test_every_act_of_the_demo_is_noticed_and_so_is_its_end(home: Path) -> None:
    stage, acting = small_world()
    wanted = {acting[act].url: status for act, status in EXPECTED.items()}
    async with watching(home, stage) as system:

        async def all_live() -> bool:
            found = await system.statuses()
            return set(found) >= set(wanted) and all(found[url] == "live" for url in wanted)

        async def as_expected() -> bool:
            await system.look()
            found = await system.statuses()
            return {url: found[url] for url in wanted} == wanted

        await eventually(all_live, within=60, what="the import is checked")
        system.beat = ACTING
        try:
            await eventually(as_expected, within=90)
        except AssertionError:
            found = await system.statuses()
            assert {url: found[url] for url in wanted} == wanted
        gained = [link for link in await system.links() if link["anchor_text"] == "more"]
        assert Counter(link["referring_url"] for link in gained)[acting[Act.SECOND_LINK].url] == 1

        async def all_live_again() -> bool:
            await system.look()
            return await all_live()

        system.beat = AGREED
        await eventually(all_live_again, within=90, what="everything is as before")
