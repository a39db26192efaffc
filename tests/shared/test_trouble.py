"""Whose fault an error is decides whether an event pays for it with an attempt."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.errors import DropError, RetryError, UnavailableError
from shared.trouble import is_outage, is_poison, is_transient
from tests.shared.conftest import HouseFor


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        UnavailableError("away"),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.AdminShutdownError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
    ],
)
def test_trouble_of_the_database_is_transient(error: Exception) -> None:
    assert is_transient(error)
    assert not is_poison(error)


def test_a_loop_rests_while_the_database_is_away_and_ends_with_a_bug() -> None:
    assert is_outage(asyncpg.AdminShutdownError())
    assert is_outage(OSError("too many open files"))
    assert not is_outage(KeyError("a bug"))


@pytest.mark.parametrize(
    "error",
    [
        DropError("never"),
        asyncpg.UniqueViolationError(),
        asyncpg.NotNullViolationError(),
        asyncpg.CharacterNotInRepertoireError(),
    ],
)
def test_what_can_only_fail_again_is_poison(error: Exception) -> None:
    assert is_poison(error)
    assert not is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a bug"),
        RetryError("later"),
        TimeoutError(),
        asyncpg.UndefinedColumnError(),
        # A statement that always takes too long must not hold up its queue for ever.
        asyncpg.QueryCanceledError(),
        asyncpg.InterfaceError("another operation is in progress"),
    ],
)
def test_everything_else_is_tried_again_a_few_times(error: Exception) -> None:
    assert not is_transient(error)
    assert not is_poison(error)


async def test_an_error_that_sqlalchemy_wrapped_is_looked_through(house_for: HouseFor) -> None:
    db = await house_for("profile")
    async with db.begin() as tx:
        with pytest.raises(DBAPIError) as caught:
            await tx.execute(text("SELECT 1 / (SELECT 0)"))
    assert is_poison(caught.value)
