"""Relevance measured on sites and texts of pages in six languages that a person labelled; the docs say the figures."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from services.crawler.domain.page_text import words_in
from services.outreach.domain.opportunities import RELEVANT
from services.outreach.domain.relevance import Text, relevance_of, topic_of
from shared import anchor_words

DATA = Path(__file__).parent / "data" / "relevance.json"
PROSPECTS = Path(__file__).parents[2] / "docs" / "prospects.md"


def text_of(one: Mapping[str, Any]) -> Text:
    """Return a text as the crawler would tell of a page that holds it."""
    empty = anchor_words.telling_words()
    counted = Counter(
        word
        for word in words_in(f"{one['title']} {one['text']}")
        if len(word) >= 3 and word not in empty
    )
    return Text(title=one["title"], words=dict(counted), language=one["language"])


@cache
def scores() -> Mapping[str, Sequence[int]]:
    """Return the relevance of all pairs by their labels."""
    told = json.loads(DATA.read_text(encoding="utf-8"))
    pages = {one["id"]: text_of(one) for one in told["pages"]}
    topics = {
        one["id"]: topic_of([one["brand"]], one["keywords"], text_of(one)) for one in told["sites"]
    }
    found: dict[str, list[int]] = {"relevant": [], "near": [], "not": []}
    for site, page, label in told["pairs"]:
        score = relevance_of(topics[site], pages[page]).score
        assert score is not None, (site, page)
        found[label].append(score)
    assert len(told["pairs"]) >= 150
    assert len({one["language"] for one in told["sites"]}) >= 6
    return found


def auc(more: Sequence[int], less: Sequence[int]) -> float:
    """Return how often a pair of the first kind scores above one of the second; a tie is half."""
    wins = sum((one > other) + 0.5 * (one == other) for one in more for other in less)
    return wins / (len(more) * len(less))


def test_what_is_on_the_topic_scores_above_what_is_beside_it_and_both_above_what_is_not() -> None:
    found = scores()
    assert auc(found["relevant"], found["not"]) >= 0.99
    assert auc(found["relevant"], found["near"]) >= 0.9
    assert auc(found["near"], found["not"]) >= 0.9


def test_from_the_threshold_on_hardly_anything_is_not_of_the_topic() -> None:
    found = scores()
    above = {label: sum(score >= RELEVANT for score in found[label]) for label in found}
    assert above["not"] == 0
    assert above["relevant"] >= 0.9 * len(found["relevant"])
    assert above["near"] <= 0.3 * len(found["near"])


def test_the_docs_tell_what_was_measured() -> None:
    found = scores()
    page = PROSPECTS.read_text(encoding="utf-8")
    for more, less in (("relevant", "not"), ("relevant", "near"), ("near", "not")):
        assert f"{auc(found[more], found[less]):.3f}" in page, (more, less)
    for least in (10, RELEVANT, 30, 40):
        counts = [
            f"{sum(score >= least for score in found[label])} of {len(found[label])}"
            for label in ("relevant", "near", "not")
        ]
        assert f"| {least} | {' | '.join(counts)} |" in page
