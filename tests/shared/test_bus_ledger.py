"""Whatever crashes, repeats or overtakes: every committed event counts once and the newest one wins."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateSchema

from shared import outbox
from shared.batches import Lane, handle_batch
from shared.bus import LADDER, Delivery
from shared.db import Database, Tx, new_engine
from shared.events import LinkChecked
from shared.house import add_house_tables
from shared.ids import new_id
from tests.shared.events import a_check

LINKS = [new_id() for _ in range(4)]
ACTIONS = (
    *("publish", "abort", "carry", "carry and die before the delete"),
    *("consume", "consume and die before the commit", "consume and die before the ack"),
)

_STATE = """
INSERT INTO state (link_id, check_seq)
SELECT DISTINCT ON (link_id) * FROM unnest($1::uuid[], $2::bigint[]) AS seen (link_id, check_seq)
ORDER BY link_id, check_seq DESC
ON CONFLICT (link_id) DO UPDATE SET check_seq = excluded.check_seq
WHERE state.check_seq < excluded.check_seq
"""


class DiedError(Exception):
    """The process ends here."""


async def conclude(events: Sequence[LinkChecked], tx: Tx) -> None:
    """Do what profile does: note each event, let the newest check of a link win."""
    seqs = [event.observation.check_seq for event in events]
    await tx.run("INSERT INTO history SELECT unnest($1::uuid[])", [e.event_id for e in events])
    await tx.run(_STATE, [event.link_id for event in events], seqs)


@dataclass
class World:
    """A producer, a broker that keeps no order, and a consumer."""

    db: Database
    chance: random.Random
    broker: list[bytes] = field(default_factory=list)
    committed: dict[UUID, int] = field(default_factory=dict)
    events: list[UUID] = field(default_factory=list)
    next_seq: int = 1

    async def act(self, action: str) -> None:
        try:
            if action in {"publish", "abort"}:
                await self.publish(dies=action == "abort")
            elif action.startswith("carry"):
                await self.carry(dies=action != "carry")
            else:
                await self.consume(dies_before=action.rpartition(" ")[2])
        except DiedError:
            return

    async def publish(self, *, dies: bool) -> None:
        checks = []
        for _ in range(self.chance.randint(1, 6)):
            checks.append(a_check(check_seq=self.next_seq, link_id=self.chance.choice(LINKS)))
            self.next_seq += 1
        async with self.db.begin() as tx:
            await outbox.add(tx, checks)
            if dies:
                raise DiedError
        for check in checks:
            self.committed[check.link_id] = check.observation.check_seq
            self.events.append(check.event_id)

    async def carry(self, *, dies: bool) -> None:
        async with self.db.begin() as tx:
            rows = await outbox.read_oldest(tx, 5)
            self.broker += [row.body for row in rows]
            if dies:
                raise DiedError
            await outbox.remove(tx, [row.row_id for row in rows])

    async def consume(self, *, dies_before: str = "") -> None:
        self.chance.shuffle(self.broker)
        taken = self.broker[: self.chance.randint(1, 8)]
        # The broker may have given one of these to somebody else as well.
        bodies = taken + self.chance.sample(taken, self.chance.randint(0, len(taken)))
        lane = Lane("profile.bulk", {LinkChecked: conclude}, LADDER)
        async with self.db.begin() as tx:
            await handle_batch(tx, [Delivery(body=body) for body in bodies], lane)
            if dies_before == "commit":
                raise DiedError
        if dies_before == "ack":
            raise DiedError
        del self.broker[: len(taken)]

    async def settle(self) -> None:
        """Let everything arrive."""
        async with self.db.begin() as tx:
            left = await outbox.count_pending(tx)
        for _ in range(left):
            await self.carry(dies=False)
        while self.broker:
            await self.consume()

    async def check(self) -> None:
        async with self.db.begin() as tx:
            history = [row[0] for row in await tx.fetch("SELECT event_id FROM history")]
            state = dict(await tx.fetch("SELECT link_id, check_seq FROM state"))
            pending = await outbox.count_pending(tx)
        assert sorted(history) == sorted(self.events)
        assert state == self.committed
        assert pending == 0


@pytest.fixture
def play(empty_database_url: str) -> Callable[[Sequence[str], int], None]:
    """Play actions in a fresh world: `play(["publish", "carry"], seed)`."""
    asyncio.run(make_house(empty_database_url))

    async def run(actions: Sequence[str], seed: int) -> None:
        db = Database(empty_database_url, schema="profile", pool_size=2)
        async with db.begin() as tx:
            await tx.run("TRUNCATE outbox, inbox, history, state")
        world = World(db, random.Random(seed))
        for action in actions:
            await world.act(action)
        await world.settle()
        await world.check()
        await db.close()

    return lambda actions, seed: asyncio.run(run(actions, seed))


async def make_house(url: str) -> None:
    metadata = MetaData(schema="profile")
    add_house_tables(metadata)
    engine = new_engine(url, schema="profile", pool_size=1)
    async with engine.connect() as connection:
        await connection.execute(CreateSchema("profile"))
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    db = Database(url, schema="profile", pool_size=1)
    async with db.begin() as tx:
        await tx.run("CREATE TABLE history (event_id uuid)")
        await tx.run("CREATE TABLE state (link_id uuid PRIMARY KEY, check_seq bigint)")
    await db.close()


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(ACTIONS), min_size=25, max_size=60), st.integers(0, 2**16))
def test_every_committed_event_counts_once_and_the_newest_wins(
    play: Callable[[Sequence[str], int], None], actions: list[str], seed: int
) -> None:
    play(actions, seed)
