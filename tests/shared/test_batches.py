"""One batch in one transaction: order, duplicates, crashes, and what the inbox remembers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared import clock, dead_letters, inbox, outbox
from shared.batches import CRASHES, Lane, handle_batch
from shared.bus import LADDER, Delivery
from shared.consumer import Consumer
from shared.db import Database, Tx
from shared.events import Event, LinkChecked, SiteCreated
from shared.ids import new_id
from tests.fakes import RecordingBus
from tests.shared.conftest import HouseFor
from tests.shared.events import a_check, a_site

QUEUE = "profile.bulk"


@pytest.fixture
async def db(house_for: HouseFor) -> Database:
    return await house_for("profile")


class Notes:
    """Handlers that note which runs they were given."""

    def __init__(self) -> None:
        self.runs: list[list[Event]] = []

    async def take(self, events: Sequence[Event], _: Tx) -> None:
        self.runs.append(list(events))

    async def take_sites(self, events: Sequence[Event], tx: Tx) -> None:
        await self.take(events, tx)

    @property
    def lane(self) -> Lane:
        return Lane(QUEUE, {LinkChecked: self.take, SiteCreated: self.take_sites}, LADDER)


def packed(*events: Event, crashes: int = 0, attempt: int = 0) -> Delivery:
    body = b"[" + b",".join(event.encode() for event in events) + b"]"
    return Delivery(body=body, crashes=crashes, attempt=attempt)


async def test_a_batch_is_split_into_runs_of_one_type_in_order(db: Database) -> None:
    notes = Notes()
    first, second, site, third = a_check(), a_check(), a_site(), a_check()
    async with db.begin() as tx:
        verdict = await handle_batch(tx, [packed(first, second), packed(site, third)], notes.lane)
    assert notes.runs == [[first, second], [site], [third]]
    assert verdict.handled == [first, second, site, third]


async def test_types_that_have_the_same_handler_come_to_it_together(db: Database) -> None:
    notes = Notes()
    lane = Lane(QUEUE, {LinkChecked: notes.take, SiteCreated: notes.take}, LADDER)
    first, site, second = a_check(), a_site(), a_check()
    async with db.begin() as tx:
        await handle_batch(tx, [packed(first, site, second)], lane)
    assert notes.runs == [[first, site, second]]


async def test_no_run_is_longer_than_a_batch_however_big_the_message(db: Database) -> None:
    notes = Notes()
    async with db.begin() as tx:
        await handle_batch(tx, [packed(*[a_check() for _ in range(1_200)])], notes.lane)
    assert [len(run) for run in notes.runs] == [500, 500, 200]


async def test_the_same_event_twice_in_a_batch_and_in_the_next_is_handled_once(
    db: Database,
) -> None:
    notes = Notes()
    check = a_check()
    async with db.begin() as tx:
        await handle_batch(tx, [packed(check, check), packed(check)], notes.lane)
    async with db.begin() as tx:
        verdict = await handle_batch(tx, [packed(check)], notes.lane)
    assert notes.runs == [[check]]
    assert verdict.duplicates == ["link.checked"]


async def test_events_that_keep_ending_their_consumers_travel_on_alone(db: Database) -> None:
    notes = Notes()
    checks = [a_check() for _ in range(3)]
    calm = a_check()
    async with db.begin() as tx:
        await handle_batch(tx, [packed(*checks, crashes=CRASHES), packed(calm)], notes.lane)
    assert notes.runs == [[calm]]
    async with db.begin() as tx:
        rows = await outbox.read_oldest(tx, 10)
    assert [row.event_id for row in rows] == [check.event_id for check in checks]
    assert {(row.queue, row.attempt, row.rung) for row in rows} == {(QUEUE, 1, 0)}


async def test_an_event_that_ends_its_consumers_even_alone_is_parked(db: Database) -> None:
    check = a_check()
    async with db.begin() as tx:
        crashing = packed(check, crashes=CRASHES, attempt=len(LADDER))
        await handle_batch(tx, [crashing], Notes().lane)
        [letter] = await dead_letters.list_dead_letters(tx)
        # It is not remembered as handled: a replay must be let in.
        assert await inbox.admit(tx, [check.event_id]) == {check.event_id}
    assert (letter.event_id, letter.reason) == (check.event_id, "crashed")


async def test_a_letter_that_fails_again_after_its_replay_is_the_same_letter(db: Database) -> None:
    stranger = packed(a_check())
    lane = Lane(QUEUE, {}, LADDER)
    for _ in range(2):
        async with db.begin() as tx:
            await handle_batch(tx, [stranger], lane)
            [letter] = await dead_letters.list_dead_letters(tx)
            await dead_letters.replay(tx, [letter.dead_letter_id])
    async with db.begin() as tx:
        assert await dead_letters.count_waiting(tx) == 0
        [letter] = await dead_letters.list_dead_letters(tx, waiting_only=False)
    assert letter.attempts == 2


async def test_the_inbox_forgets_after_two_weeks_and_not_before(db: Database) -> None:
    now = clock.now()
    async with db.begin() as tx:
        await inbox.admit(tx, [new_id()])
        assert await inbox.clean(tx, now + timedelta(days=13)) == 0
        assert await inbox.clean(tx, now + timedelta(days=15)) == 1


async def test_an_old_id_that_came_today_is_remembered(db: Database) -> None:
    now = clock.now()
    async with db.begin() as tx:
        await inbox.admit(tx, [new_id()])
        await tx.run("UPDATE inbox SET received_at = received_at + interval '20 days'")
        assert await inbox.clean(tx, now + timedelta(days=20)) == 0


async def test_an_event_has_one_handler_in_a_service(db: Database) -> None:
    consumer = Consumer("profile", db=db, bus=RecordingBus())
    consumer.on(LinkChecked, Notes().take)
    with pytest.raises(ValueError, match=r"link\.checked"):
        consumer.on(LinkChecked, Notes().take)
