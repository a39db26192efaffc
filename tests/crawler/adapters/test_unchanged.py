"""Looks at pages that did not change: what need not be read again, and what must be all the same."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.adapters.observer import Observer, Question
from services.crawler.domain.claim import Memory
from services.crawler.domain.decoding import Body
from services.crawler.domain.fetched import MOST_PACKED
from services.crawler.domain.look import Look
from services.crawler.domain.target import sites_for, watch_for
from shared import clock
from shared.vocabulary import Outcome
from tests.crawler.adapters.test_observer import BARE, LINKED, POST, observing
from tests.web import Behaviour, FakeWeb, page

STORY = LINKED + BARE * 20
NOTHING = Memory()
CUT = 16
"""Bytes of each part of a fingerprint: the way to the page, its content, how it was packed."""


def packed(text: str, *, level: int = 9, status: int = 200, **headers: str) -> Behaviour:
    body = gzip.compress(text.encode(), level, mtime=0)
    return page(body, status=status, Content_Encoding="gzip", **headers)


@dataclass
class Visitor:
    """Somebody who comes again and remembers the last look."""

    observer: Observer
    memory: Memory = NOTHING

    async def look(self) -> Look:
        watch = watch_for("our.example", pointer="/target")
        known = self.memory.fingerprint is not None
        seen = await self.observer.look(
            Question(
                url=POST,
                watches=(watch,),
                sites=sites_for(watch),
                memory=self.memory,
                reusable=known,
                wants_facts=True,
            )
        )
        if seen.fingerprint is not None:
            facts_hash = seen.fingerprint[CUT : 2 * CUT]
            self.memory = Memory(
                fingerprint=seen.fingerprint, facts_hash=facts_hash, facts_at=clock.now()
            )
        return seen


def outcome_of(look: Look) -> Outcome | None:
    return look.judgement.verdicts[0].outcome if look.judgement is not None else None


async def test_the_same_bytes_are_not_even_unpacked(site: FakeWeb) -> None:
    site.on(POST, packed(STORY))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        assert outcome_of(await visitor.look()) is Outcome.FOUND
        again = await visitor.look()
    assert (again.judgement, again.facts) == (None, None)
    assert again.fetched.packed == "gzip"


async def test_the_same_page_packed_otherwise_is_the_same_page(site: FakeWeb) -> None:
    site.on(POST, packed(STORY))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        first = await visitor.look()
        site.on(POST, packed(STORY, level=1))
        second = await visitor.look()
        third = await visitor.look()
    assert (second.judgement, second.facts) == (None, None)
    assert second.fetched.packed is None
    # What it came in is remembered, so that the next look need not unpack it.
    assert third.fetched.packed == "gzip"
    assert first.fingerprint is not None
    assert second.fingerprint is not None
    assert second.fingerprint[: 2 * CUT] == first.fingerprint[: 2 * CUT]


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        (packed(BARE), Outcome.MISSING),
        (page(BARE), Outcome.MISSING),
        (packed(STORY + "!"), Outcome.FOUND),
        (packed(STORY, X_Robots_Tag="noindex"), Outcome.FOUND),
        (packed(STORY, status=503), Outcome.UNKNOWN),
    ],
    ids=["link gone", "and not packed", "other text", "other directives", "other status"],
)
async def test_whatever_else_is_different_is_judged(
    site: FakeWeb, then: Behaviour, outcome: Outcome
) -> None:
    site.on(POST, packed(STORY))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        await visitor.look()
        site.on(POST, then)
        assert outcome_of(await visitor.look()) is outcome


async def test_the_same_bytes_under_other_rules_for_google_are_judged(site: FakeWeb) -> None:
    site.on(POST, packed(STORY))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        await visitor.look()
        known = visitor.memory.fingerprint
        assert known is not None
        visitor.memory = visitor.memory._replace(fingerprint=bytes(CUT) + known[CUT:])
        assert outcome_of(await visitor.look()) is Outcome.FOUND


async def test_facts_that_are_due_are_read_from_what_stayed_packed(site: FakeWeb) -> None:
    site.on(POST, packed(STORY))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        first = await visitor.look()
        visitor.memory = visitor.memory._replace(facts_at=None)
        again = await visitor.look()
    assert again.judgement is None
    assert again.facts is not None
    assert again.facts == first.facts


async def test_large_bodies_are_unpacked_as_they_come(site: FakeWeb) -> None:
    noise = "".join(f"{n * 2_654_435_761 % 2**32:08x}" for n in range(MOST_PACKED // 4))
    site.on(POST, packed(STORY + noise))
    async with observing(site) as observer:
        visitor = Visitor(observer)
        assert outcome_of(await visitor.look()) is Outcome.FOUND
        again = await visitor.look()
    assert again.judgement is None
    assert again.fetched.packed is None


@given(
    content=st.binary(max_size=300),
    cuts=st.lists(st.integers(0, 400), max_size=4),
    leave=st.integers(0, 400),
)
def test_a_body_is_left_packed_or_is_whole(content: bytes, cuts: Sequence[int], leave: int) -> None:
    wire = gzip.compress(content, mtime=0)
    body = Body("gzip", max_wire=1_000, max_decoded=1_000, leave=leave)
    edges = sorted({0, *cuts, len(wire)})
    for start, end in pairwise(edges):
        if chunk := wire[start:end]:
            body.feed(chunk)
    whole = body.finish()
    assert body.is_packed == (len(wire) <= leave)
    assert whole == (b"" if body.is_packed else content)
    assert body.wire == (wire if body.is_packed else wire[:leave])
