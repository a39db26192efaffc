"""A connection that ended while it waited in the pool is met by nobody."""

import asyncio

import asyncpg
import pytest

from shared.db import Database
from tests.shared.conftest import HouseFor

CONNECTIONS = 3
# What a statement meets depends on whether the end of the connection has arrived.
ENDED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_whoever_comes_after_the_server_ended_all_connections_gets_new_ones(
    house_for: HouseFor,
) -> None:
    database = await house_for("profile")
    meet = asyncio.Barrier(CONNECTIONS)

    async def hold() -> int:
        async with database.begin() as tx:
            await meet.wait()
            return int(await tx.fetch_value("SELECT pg_backend_pid()"))

    async with asyncio.TaskGroup() as group:
        before = [group.create_task(hold()) for _ in range(CONNECTIONS)]
    ended = {task.result() for task in before}
    async with database.begin() as tx:
        ended.discard(await tx.fetch_value("SELECT pg_backend_pid()"))
        await tx.fetch(OTHERS)
    async with asyncio.TaskGroup() as group:
        after = [group.create_task(hold()) for _ in range(CONNECTIONS)]
    assert not ended & {task.result() for task in after}


async def test_a_connection_that_ends_under_a_transaction_is_given_to_nobody_else(
    house_for: HouseFor,
) -> None:
    database = await house_for("profile")
    with pytest.raises(ENDED):
        await _lose_a_connection(database)
    for _ in range(CONNECTIONS):
        async with database.begin() as tx:
            assert await tx.fetch_value("SELECT 1") == 1


async def _lose_a_connection(database: Database) -> None:
    async with database.begin() as tx:
        pid = await tx.fetch_value("SELECT pg_backend_pid()")
        async with database.begin() as other:
            await other.fetch_value("SELECT pg_terminate_backend($1)", pid)
        await tx.fetch_value("SELECT 1")
