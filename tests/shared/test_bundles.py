"""Events that were put together come apart as they were, in Python and in PostgreSQL."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import bundles, outbox
from shared.bundles import MAX_BYTES, MAX_EVENTS, PIECE
from shared.bus.packing import MAX_BYTES as MAX_MESSAGE
from shared.bus.packing import pack
from shared.events import LinkTracked, SiteCreated
from tests.shared.conftest import HouseFor
from tests.shared.events import a_tracked_link

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Anything that JSON writes down: quotation marks, per cent signs and control characters, too."""


def json(value: object) -> bytes:
    return orjson.dumps(value)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=250), words)
def test_events_come_apart_as_they_were(said: list[tuple[str, str]], shared: str) -> None:
    written = json(shared).decode()
    frame = bundles.frame('{"a":', 1, f',"100%":{written},"b":', 2, ',"again":', 1, "}")
    rows = [PIECE.join((json(one), json(two))) for one, two in said]
    found = list(bundles.bundles(frame, rows))
    assert all(events <= MAX_EVENTS for events, _ in found)
    assert sum(events for events, _ in found) == len(said)
    opened = [
        one for events, body in found for one in (bundles.events_of(body) if events > 1 else [body])
    ]
    assert [orjson.loads(one) for one in opened] == [
        {"a": one, "100%": shared, "b": two, "again": one} for one, two in said
    ]


def test_a_bundle_has_a_bound_in_bytes_and_one_event_is_none() -> None:
    frame = bundles.frame('{"a":', 1, "}")
    rows = [json("x" * 30_000)] * 3 + [json("x" * 90_000), json("y")]
    found = list(bundles.bundles(frame, rows))
    assert [events for events, _ in found] == [2, 1, 1, 1]
    assert all(len(body) <= MAX_BYTES + len(frame) + 10 for events, body in found if events > 1)
    assert orjson.loads(found[2][1]) == {"a": "x" * 90_000}


async def test_only_events_that_travel_packed_are_bundled(house_for: HouseFor) -> None:
    async with (await house_for("profile")).begin() as tx:
        with pytest.raises(ValueError, match="travels alone"):
            await outbox.add_bundled(tx, SiteCreated, b"{}", [])


async def test_the_relay_takes_what_it_can_carry_and_every_event_counts(
    house_for: HouseFor,
) -> None:
    rows = [json(number) for number in range(250)]
    async with (await house_for("profile")).begin() as tx:
        await outbox.add_bundled(tx, LinkTracked, bundles.frame('{"n":', 1, "}"), rows)
        await outbox.add(tx, [a_tracked_link()])
        assert await outbox.count_pending(tx) == 251
        some = await outbox.read_oldest(tx, 150)
        assert [row.events for row in some] == [100, 100]
        assert [row.events for row in await outbox.read_oldest(tx, 251)] == [100, 100, 50, 1]
        assert await outbox.read_oldest(tx, 0) == []
    bodies = [orjson.loads(body) for row in some for body in row.bodies()]
    assert bodies == [{"n": number} for number in range(200)]
    messages = pack(some, ladder=(1.0,))
    assert [(m.events, len(m.row_ids), len(m.body) < MAX_MESSAGE) for m in messages] == [
        (100, 1, True)
    ] * 2
