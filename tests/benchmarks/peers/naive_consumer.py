"""The likely first draft of profile: FastStream, the ORM, one transaction for each event.

`python -m tests.benchmarks.peers.naive_consumer AMQP_URL DATABASE_URL EVENTS` publishes that many
link checks, handles them, and prints the seconds from the first delivery to the last commit.
"""

import asyncio
import sys
import time
from datetime import datetime
from uuid import UUID

from faststream.rabbit import QueueType, RabbitBroker, RabbitQueue
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared import clock, ids


class Base(DeclarativeBase):
    pass


class LinkState(Base):
    __tablename__ = "naive_link_state"
    link_id: Mapped[UUID] = mapped_column(primary_key=True)
    check_seq: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="pending")
    anchor_text: Mapped[str | None]
    http_status: Mapped[int | None]


class History(Base):
    __tablename__ = "naive_history"
    link_id: Mapped[UUID] = mapped_column(primary_key=True)
    check_seq: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]


class Seen(Base):
    __tablename__ = "naive_inbox"
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class Checked(BaseModel):
    event_id: UUID
    link_id: UUID
    check_seq: int
    checked_at: datetime
    outcome: str
    http_status: int
    anchor_text: str


async def handle(session: AsyncSession, event: Checked) -> None:
    if await session.get(Seen, event.event_id) is not None:
        return
    session.add(Seen(event_id=event.event_id))
    state = await session.get(LinkState, event.link_id)
    if state is None:
        state = LinkState(link_id=event.link_id, check_seq=0, status="pending")
        session.add(state)
    session.add(History(link_id=event.link_id, check_seq=event.check_seq, outcome=event.outcome))
    if event.check_seq > state.check_seq:
        state.check_seq = event.check_seq
        state.status = "live" if event.outcome == "found" else "unknown"
        state.anchor_text = event.anchor_text
        state.http_status = event.http_status


async def run(amqp_url: str, database_url: str, events: int) -> float:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine)
    broker = RabbitBroker(amqp_url, logger=None)
    queue = RabbitQueue("naive.checked", queue_type=QueueType.QUORUM, durable=True)
    moments: list[float] = []
    done = asyncio.Event()

    @broker.subscriber(queue)
    async def on_checked(event: Checked) -> None:
        moments.append(time.perf_counter())
        async with sessions() as session, session.begin():
            await handle(session, event)
        moments.append(time.perf_counter())
        if len(moments) == 2 * events:
            done.set()

    await broker.connect()
    declared = await broker.declare_queue(queue)
    await declared.purge()
    for number in range(events):
        await broker.publish(_event(number), queue=queue, persist=True)
    await broker.start()
    async with asyncio.timeout(120):
        await done.wait()
    await broker.stop()
    await engine.dispose()
    return max(moments) - min(moments)


def _event(number: int) -> Checked:
    return Checked(
        event_id=ids.new_id(),
        link_id=ids.new_id(),
        check_seq=number + 1,
        checked_at=clock.now(),
        outcome="found",
        http_status=200,
        anchor_text="the harbour guide",
    )


if __name__ == "__main__":
    print(asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
