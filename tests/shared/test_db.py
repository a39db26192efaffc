"""What raw statements get and give: JSON is written as text and read as a value, or as text if asked."""

from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest

from shared.db import Tx
from tests.shared.conftest import HouseFor

VALUE = {"name": "Łódź", "list": [1, None, True], "empty": {}}
TEXT = orjson.dumps(VALUE).decode()


@pytest.fixture
async def tx(house_for: HouseFor) -> AsyncIterator[Tx]:
    database = await house_for("profile")
    async with database.begin() as open_tx:
        yield open_tx


@pytest.mark.parametrize("kind", ["json", "jsonb"])
async def test_json_is_read_as_a_value(tx: Tx, kind: str) -> None:
    assert await tx.fetch_value(f"SELECT $1::{kind}", TEXT) == VALUE


@pytest.mark.parametrize("kind", ["json", "jsonb"])
async def test_json_cast_to_text_is_read_as_text(tx: Tx, kind: str) -> None:
    text = await tx.fetch_value(f"SELECT $1::{kind}::text", TEXT)
    assert isinstance(text, str)
    assert orjson.loads(text) == VALUE


@pytest.mark.parametrize("kind", ["json", "jsonb"])
async def test_lists_of_json_are_given_as_texts(tx: Tx, kind: str) -> None:
    rows = await tx.fetch(f"SELECT one FROM unnest($1::{kind}[]) AS one", [TEXT, "null"])
    assert [row["one"] for row in rows] == [VALUE, None]


async def test_the_statements_of_a_snapshot_see_one_moment_and_write_nothing(
    house_for: HouseFor,
) -> None:
    database = await house_for("profile")
    async with database.begin() as tx:
        await tx.run("CREATE TABLE moments (n int)")
    async with database.begin(snapshot=True) as reading:
        assert await reading.fetch_value("SELECT count(*) FROM moments") == 0
        async with database.begin() as writing:
            await writing.run("INSERT INTO moments VALUES (1)")
        assert await reading.fetch_value("SELECT count(*) FROM moments") == 0
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reading.run("INSERT INTO moments VALUES (2)")
