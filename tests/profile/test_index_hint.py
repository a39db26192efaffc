"""What a search engine's export says about the index, in a sentence; other tools say nothing of it."""

from datetime import timedelta
from typing import Any

import pytest

from services.profile.domain.index_hint import index_hint
from tests.profile.builders import NOON


def a_claim(source: str, days_ago: int = 0) -> dict[str, Any]:
    return {"source": source, "claimed_at": NOON - timedelta(days=days_ago)}


def test_an_export_of_a_search_engine_says_that_it_knows_the_page() -> None:
    hint = index_hint([a_claim("ahrefs"), a_claim("bing"), a_claim("gsc")], now=NOON)
    assert hint is not None
    assert (hint.source, hint.listed_at) == ("gsc", NOON)
    assert hint.sentence == "Listed in your Search Console export of 3 Nov."


@pytest.mark.parametrize("sources", [(), ("ahrefs", "list")])
def test_other_tools_say_nothing_about_the_index(sources: tuple[str, ...]) -> None:
    assert index_hint([a_claim(source) for source in sources], now=NOON) is None
