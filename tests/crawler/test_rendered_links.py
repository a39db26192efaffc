"""A link that scripts make, from the worker's first look to its loss, with a real browser."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.crawler.domain.evidence.draft import heads_of
from shared.vocabulary import Outcome, Reason, RenderState
from tests.crawler import browsers
from tests.crawler.builders import DatabaseFor, a_tracked
from tests.crawler.test_checking import POST, Crew
from tests.web import fake_web, page

SHELL = """<title>Shop talk</title><div id=root></div><script>
fetch('/text').then(answer => answer.text()).then(text => { root.innerHTML = text })
</script>"""
WITH = '<p>See <a href="https://our.example/page">our page</a> for more.</p>'
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def crew(db_for: DatabaseFor) -> AsyncIterator[Crew]:
    async with fake_web() as site:
        crew = Crew(db_for("crawler"), site)
        crew.sightline = replace(crew.sightline, render=browsers.limits())
        yield crew


async def test_a_link_made_by_scripts_is_live_until_scripts_no_longer_make_it(crew: Crew) -> None:
    crew.site.on(POST, SHELL)
    crew.site.on("http://blog.example/text", WITH)
    await crew.track(a_tracked(POST))
    [seen] = await crew.check()
    assert (seen.observation.outcome, seen.observation.reasons) == (
        Outcome.FOUND,
        (Reason.JS_ONLY,),
    )
    assert seen.observation.rendering is not None
    assert seen.observation.rendering.raw_outcome is Outcome.UNKNOWN

    # The bytes of the page are the same; what its script fetches is not there for the moment.
    crew.site.on("http://blog.example/text", page("", status=503))
    [blind] = await crew.check()
    assert (blind.observation.outcome, blind.missing_streak) == (Outcome.UNKNOWN, 0)
    assert blind.observation.rendering is not None
    assert blind.observation.rendering.state is RenderState.PARTLY

    crew.site.on("http://blog.example/text", "<p>Now without anybody's page.</p>")
    [missed] = await crew.check()
    assert (missed.observation.outcome, missed.observation.reasons) == (
        Outcome.MISSING,
        (Reason.LINK_REMOVED,),
    )
    assert missed.missing_streak == 1

    # Each verdict shows what it rests on: the page as its scripts left it.
    async with crew.db.begin() as tx:
        rows = await tx.fetch("SELECT outcome, heads FROM evidence ORDER BY number")
    shown = {row["outcome"]: heads_of(row["heads"]).shown.decode() for row in rows}
    assert WITH in shown["found"]
    assert "Now without" in shown["missing"]
