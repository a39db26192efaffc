"""The whole product in this process on a web of the test's making, spoken to over its public API."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from services import embedded
from services.cli import all as everything
from services.cli.direct import DirectApi
from tests.http import Http
from tests.waiting import eventually
from tests.web import FakeWeb

SITE = "shop.example"
Json = dict[str, Any]


@dataclass(slots=True)
class Stream:
    """The event stream of one subscriber, from the moment at which it was opened."""

    chunks: AsyncIterator[bytes]
    _rest: bytes = b""
    _events: deque[Json] = field(default_factory=deque)

    async def next(self, *, within: float = 60) -> Json:
        """Return the next event, as CloudEvents JSON."""
        async with asyncio.timeout(within):
            while not self._events:
                *frames, self._rest = (self._rest + await anext(self.chunks)).split(b"\n\n")
                lines = [line for frame in frames for line in frame.split(b"\n")]
                self._events += [orjson.loads(ln[6:]) for ln in lines if ln.startswith(b"data: ")]
        return self._events.popleft()


@dataclass(frozen=True, slots=True)
class House:
    """A running house with one site."""

    api: DirectApi
    site_id: str

    @property
    def http(self) -> Http:
        """The same door for answers that are no JSON."""
        return Http(self.api.gateway).using(self.api.key)

    async def upload(self, *files: Path) -> Json:
        """Import files and return the job when it is done."""
        job: Json = await self.api.upload(f"/v1/sites/{self.site_id}/imports", files)

        async def is_done() -> bool:
            job.update(await self.api.get(f"/v1/jobs/{job['id']}"))
            return job["state"] not in {"queued", "running"}

        await eventually(is_done, within=120, what="the import ends")
        return job

    async def add(self, *pairs: tuple[str, str]) -> None:
        links = [{"referring_url": page, "target_url": target} for page, target in pairs]
        await self.api.post(f"/v1/sites/{self.site_id}/links", {"links": links})

    async def get(self, path: str, **query: str) -> Any:
        return await self.api.get(f"/v1/sites/{self.site_id}/{path}", query)

    async def every(self, path: str, **query: str) -> list[Json]:
        """Return all items of a list of the site."""
        found: list[Json] = []
        query["limit"] = "500"
        while True:
            page = await self.get(path, **query)
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    async def links(self) -> dict[str, Json]:
        """Return the links of the site by their page."""
        return {link["referring_url"]: link for link in await self.every("links")}

    async def history(self, link: Mapping[str, Any]) -> list[Json]:
        """Return what became of a link, the oldest first."""
        page = await self.api.get(f"/v1/links/{link['id']}/changes", {"limit": "500"})
        return list(reversed(page["items"]))

    async def is_decided(self) -> bool:
        """Say whether every link has a verdict."""
        return not (await self.get("links", status="pending", limit="1"))["items"]

    async def look(self) -> dict[str, Json]:
        """Have every link looked at once more and return them when all were."""
        before = {page: link["last_checked_at"] for page, link in (await self.links()).items()}
        await self.api.post(f"/v1/sites/{self.site_id}/checks", {})

        async def all_seen() -> bool:
            after = await self.links()
            return all(after[page]["last_checked_at"] != at for page, at in before.items())

        await eventually(all_seen, within=60, what="every page is looked at again")
        return await self.links()

    @asynccontextmanager
    async def listening(self, *types: str) -> AsyncIterator[Stream]:
        """Subscribe to the event stream while the block runs."""
        async with self.http.stream("GET", f"/v1/events?types={','.join(types)}") as answer:
            assert answer.status == 200
            await anext(answer.chunks)  # the greeting: from here on nothing is missed
            yield Stream(answer.chunks)

    async def told(self, *types: str) -> Sequence[Json]:
        """Return the events of these types that outsiders were told so far."""
        query = {"types": ",".join(types), "limit": "500"}
        found: list[Json] = (await self.api.get("/v1/events/history", query))["items"]
        return found

    async def told_of(self, count: int, *types: str) -> Sequence[Json]:
        """Wait until at least so many events of these types were told, and return them."""

        async def are_there() -> bool:
            return len(await self.told(*types)) >= count

        await eventually(are_there, within=30, what=f"{count} times {', '.join(types)}")
        return await self.told(*types)


@asynccontextmanager
async def living(
    home: Path,
    web: FakeWeb,
    *,
    site: Mapping[str, Any] | None = None,
    gateway: Mapping[str, Any] | None = None,
    **crawler: Any,
) -> AsyncIterator[House]:
    """Run the house on this web; keyword arguments are settings of its crawler."""
    settings = {"connect_to": web.connect_to, "min_delay": 0, **crawler}
    failure: BaseException | None = None
    async with (
        embedded.running(home, given={"crawler": settings, "gateway": gateway or {}}) as house,
        house.gateway.router.lifespan_context(house.gateway),
    ):
        api = await everything.api_of(house)
        made = await api.post("/v1/sites", {"domain": SITE, **(site or {})})
        try:
            yield House(api, made["id"])
        except Exception as error:  # noqa: BLE001 - because the house's groups would bury what failed
            failure = error
    if failure is not None:
        raise failure
