"""The demo's made-up web: the same for everybody, every story told, every act as a page would do it."""

import aiohttp
import pytest

from services.demo import pages, world
from services.demo.history import export
from services.demo.web import DemoWeb, serve
from services.demo.world import SITE, Act, Page
from shared import clock

WORLD = world.build()
LINKING = WORLD.linking_pages[0]


def page_with(act: Act) -> Page:
    """A page whose story has this act."""
    return next(p for p in WORLD.pages_with_story if any(turn.act is act for turn in p.story))


def test_the_world_is_the_same_every_time() -> None:
    assert world.build() == WORLD


def test_the_world_has_thirty_hosts_of_twenty_pages_each() -> None:
    assert len(WORLD.hosts) == 30
    assert len({page.url for page in WORLD.pages}) == 600


def test_every_act_is_part_of_some_story() -> None:
    told = {turn.act for page in WORLD.pages_with_story for turn in page.story}
    assert told == set(Act)


def test_every_story_begins_and_ends_as_agreed() -> None:
    for page in WORLD.pages_with_story:
        assert page.story[0].act is Act.AS_AGREED
        assert page.story[-1].act is Act.AS_AGREED


def test_a_story_starts_again_after_its_end() -> None:
    page = page_with(Act.GONE)
    length = sum(turn.beats for turn in page.story)
    gone_at = page.story[0].beats
    assert page.act_at(gone_at) is Act.GONE
    assert page.act_at(length + gone_at) is Act.GONE
    assert page.act_at(length) is Act.AS_AGREED


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (Act.AS_AGREED, 200),
        (Act.REDIRECTED, 301),
        (Act.GONE, 410),
        (Act.CHALLENGE, 403),
        (Act.FORBIDDEN, 403),
        (Act.RATE_LIMITED, 429),
        (Act.BROKEN, 503),
    ],
)
def test_an_act_answers_with_its_status(act: Act, status: int) -> None:
    assert pages.answer(LINKING, act, ()).status == status


@pytest.mark.parametrize(
    ("act", "links"),
    [(Act.AS_AGREED, 1), (Act.WITHOUT_LINK, 0), (Act.SECOND_LINK, 2), (Act.NOFOLLOW, 1)],
)
def test_an_act_shows_its_number_of_links(act: Act, links: int) -> None:
    page = page_with(Act.SECOND_LINK)
    assert pages.answer(page, act, ()).body.count(f'href="http://{SITE}') == links


def test_the_export_holds_every_link_and_older_lost_ones() -> None:
    rows = export(WORLD, clock.now()).decode().splitlines()[1:]
    lost = [row for row in rows if not row.endswith('""')]
    assert len(rows) - len(lost) == len(WORLD.linking_pages)
    assert lost


def test_pages_that_are_searched_share_dead_addresses_and_do_not_link_to_us() -> None:
    bodies = [pages.answer(page, Act.AS_AGREED, ()).body for page in WORLD.pages_to_search]
    assert len(bodies) == world.SEARCHED
    assert not any(SITE in body for body in bodies)
    assert all('href="http://reading-' in body for body in bodies)


async def test_the_server_follows_the_beat() -> None:
    beat = 0.0
    page = page_with(Act.GONE)
    async with (
        serve(DemoWeb(WORLD, lambda: beat)) as port,
        aiohttp.ClientSession(headers={"Host": page.host.name}) as session,
    ):
        url = f"http://127.0.0.1:{port}{page.path}"
        async with session.get(url) as answer:
            assert answer.status == 200
        beat = page.story[0].beats + 0.5
        async with session.get(url) as answer:
            assert answer.status == 410
