"""`anchorwatch demo`: everything on this machine, watching a made-up web that changes by itself.

The web is on loopback; only the crawler's way out is led there. Imports, looks, conclusions,
confirmations and alarms are those of the real thing, only sooner. The data is thrown away in the
end unless `--home` says where to keep it.
"""

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from services import embedded, serving
from services.cli import all as everything
from services.cli.direct import DirectApi
from services.demo import history, world
from services.demo.web import DemoWeb, serve
from services.demo.world import World
from services.embedded import Given
from shared import clock
from shared.errors import AnchorwatchError
from shared.settings import HouseSettings

BEAT_S = 20.0
_LOOK_EVERY_S = 15.0


def main(arguments: Sequence[str]) -> int:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch demo",
        description="Watch a made-up web that gains, changes, blocks and drops links.",
    )
    everything.add_arguments(parser)
    parser.add_argument(
        "--beat",
        type=float,
        default=BEAT_S,
        metavar="SECONDS",
        help=f"how long one beat of the made-up web is ({BEAT_S:g})",
    )
    options = parser.parse_args(list(arguments))
    with _folder(options.home) as folder:
        options.home = folder
        serving.run(_run(everything.settings_from(options), options.beat))
    return 0


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(
        prefix="anchorwatch-demo-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


class Beats:
    """The clock of the made-up web: stands still until the first import is read."""

    def __init__(self, beat_s: float) -> None:
        self._beat_s = beat_s
        self._started_at: float | None = None

    def start(self) -> None:
        if self._started_at is None:
            self._started_at = time.monotonic()

    def __call__(self) -> float:
        if self._started_at is None:
            return 0.0
        return (time.monotonic() - self._started_at) / self._beat_s


async def _run(settings: HouseSettings, beat_s: float) -> None:
    bound = serving.bind(settings.host, settings.port)
    address = settings.public_url or serving.url_of(bound)
    stage, beats = world.build(), Beats(beat_s)
    everything.tell("Building a made-up web of 30 hosts, and Anchorwatch to watch it ...")
    with serving.stopping() as stop:
        async with (
            serve(DemoWeb(stage, beats)) as port,
            embedded.running(settings.home, given=given(port)) as house,
            asyncio.TaskGroup() as group,
        ):

            async def begin() -> None:
                api = await everything.api_of(house)
                site_id = await move_in(api, stage)
                await everything.greet(house, address)
                everything.tell(f"Watching {world.SITE}: something happens every {beat_s:g} s")
                group.create_task(_look_often(api, site_id, beats, stop))

            await serving.serve(house.gateway, bound, stop, started=begin)
            everything.tell("Stopping ...")


def given(port: int) -> Given:
    """Return the settings with which the real thing watches the made-up web."""
    return {
        "crawler": {
            "connect_to": f"*:80=127.0.0.1:{port}",
            "min_delay": 0.05,
            "confirm_after": _LOOK_EVERY_S,
        }
    }


async def move_in(api: DirectApi, stage: World) -> str:
    """Add the site, import what another tool knew about its links, search pages of others; returns the site's id."""
    found = await api.get("/v1/sites")
    if found["items"]:
        return str(found["items"][0]["id"])
    made = await api.post(
        "/v1/sites",
        {
            "domain": world.SITE,
            "brands": [world.BRAND],
            "keywords": list(world.KEYWORDS),
            "partners": list(world.PARTNERS),
        },
    )
    with tempfile.TemporaryDirectory(prefix="anchorwatch-demo-export-") as folder:
        export = Path(folder) / "backlinks-of-another-tool.tsv"
        export.write_bytes(history.export(stage, clock.now()))
        await api.upload(f"/v1/sites/{made['id']}/imports", [export])
    # Dead further reading on pages near the topic: opportunities, after two looks.
    pages = [page.url for page in stage.pages_to_search]
    if pages:  # a small stage has none
        search = {"pages": pages, "sources": []}
        await api.post(f"/v1/sites/{made['id']}/opportunities/searches", search)
    return str(made["id"])


async def _look_often(api: DirectApi, site_id: str, beats: Beats, stop: asyncio.Event) -> None:
    """Press "check now" again and again: a page of the real web is looked at about once a week."""
    while not stop.is_set():
        # What failed once is asked again in a moment; the demo goes on.
        with contextlib.suppress(AnchorwatchError):
            pending = await api.get(f"/v1/sites/{site_id}/links", {"status": "pending", "limit": 1})
            if not pending["items"]:
                beats.start()
                await api.post(f"/v1/sites/{site_id}/checks", {})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY_S):
                await stop.wait()
