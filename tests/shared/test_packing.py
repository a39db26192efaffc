"""Which messages carry which outbox rows, and where failed events wait."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.batches import next_rung
from shared.bundles import MAX_EVENTS
from shared.bus import LADDER
from shared.bus.packing import (
    BULK_EXCHANGE,
    EVENTS_EXCHANGE,
    MAX_BYTES,
    pack,
)
from shared.bus.topology import all_queues, consumers_of, routes, rung_name
from shared.events import BATCH_CONTENT_TYPE, REGISTRY, LinkDiscovered
from shared.ids import new_id
from shared.outbox import Row

PACKED, SINGLE = "link.checked", "site.created"


def a_row(
    row_id: int, *, name: str = PACKED, size: int = 40, queue: str | None = None, attempt: int = 0
) -> Row:
    body = orjson.dumps({"n": row_id, "pad": "x" * size})
    rung = attempt - 1 if attempt else None
    return Row(row_id, new_id(), name, body, queue, attempt, rung)


shapes = st.tuples(
    st.sampled_from([PACKED, "page.read", SINGLE, "nobody.knows"]),
    st.sampled_from([10, 2_000, 120_000, 300_000]),
    st.sampled_from([None, "profile.bulk"]),
    st.integers(0, 3),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(shapes, max_size=30))
def test_every_row_travels_once_in_order_and_within_bounds(
    given_shapes: list[tuple[str, int, str | None, int]],
) -> None:
    given_rows = [
        a_row(number, name=name, size=size, queue=queue, attempt=attempt)
        for number, (name, size, queue, attempt) in enumerate(given_shapes)
    ]
    messages = pack(given_rows, ladder=LADDER)
    carried = [row_id for message in messages for row_id in message.row_ids]
    assert sorted(carried) == sorted(row.row_id for row in given_rows)
    by_id = {row.row_id: row for row in given_rows}
    for message in messages:
        assert len({by_id[row_id].name for row_id in message.row_ids}) == 1
        assert len(message.row_ids) <= MAX_EVENTS
        assert len(message.body) <= MAX_BYTES + 1 or len(message.row_ids) == 1
    for name in (PACKED, "page.read"):
        sent = [
            i for m in messages if m.exchange == BULK_EXCHANGE and m.name == name for i in m.row_ids
        ]
        assert sent == [r.row_id for r in given_rows if r.name == name and r.queue is None]


def test_bulk_events_of_one_type_share_a_message() -> None:
    [message] = pack([a_row(n) for n in range(MAX_EVENTS)], ladder=LADDER)
    assert (message.exchange, message.routing_key) == (BULK_EXCHANGE, PACKED)
    assert message.content_type == BATCH_CONTENT_TYPE
    assert [one["n"] for one in orjson.loads(message.body)] == list(range(MAX_EVENTS))


def test_other_events_travel_alone_under_their_name() -> None:
    first, second = pack([a_row(1, name=SINGLE), a_row(2, name=SINGLE)], ladder=LADDER)
    assert (first.exchange, first.routing_key, first.row_ids) == (EVENTS_EXCHANGE, SINGLE, (1,))
    assert second.row_ids == (2,)


def test_a_retry_goes_to_its_rung_and_a_replay_straight_to_the_queue() -> None:
    retry, replay = pack(
        [a_row(1, queue="profile.bulk", attempt=2), a_row(2, queue="profile.bulk")], ladder=LADDER
    )
    assert (retry.exchange, retry.routing_key, retry.attempt) == (
        "anchorwatch.retry.5m",
        "profile.bulk",
        2,
    )
    assert (replay.exchange, replay.routing_key) == ("", "profile.bulk")


@pytest.mark.parametrize(
    ("attempt", "after_s", "rung"),
    [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 0, None), (0, 60, 1), (1, 5, 1), (0, 10**6, 2)],
)
def test_the_ladder_bounds_the_attempts(attempt: int, after_s: float, rung: int | None) -> None:
    assert next_rung(attempt, after_s=after_s, ladder=LADDER) == rung


def test_rungs_are_named_by_their_time() -> None:
    names = [rung_name(wait_s) for wait_s in (*LADDER, 0.2)]
    assert names == [f"anchorwatch.retry.{time}" for time in ("5s", "5m", "3h", "200ms")]


def test_every_event_has_somebody_who_listens() -> None:
    assert {name for name, _ in routes()} == set(REGISTRY)


def test_what_outsiders_may_see_goes_to_the_gateway_too() -> None:
    assert consumers_of(LinkDiscovered) == ("profile", "gateway")
    assert ("link.discovered", "gateway.events") in routes()


def test_packed_events_go_to_bulk_queues_only() -> None:
    for name, queue in routes():
        assert queue.endswith(".bulk") == REGISTRY[name].packed
    assert set(all_queues()) == {queue for _, queue in routes()}
