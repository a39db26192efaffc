"""Is an error the event's fault or the database's? Only the first may cost an event an attempt."""

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import DropError, UnavailableError

# SQLSTATE classes: connection, transaction rollback, resources, operator intervention, system.
_TRANSIENT = frozenset({"08", "40", "53", "57", "58"})
_QUERY_CANCELED = "57014"
# SQLSTATE classes: data exception, integrity violation.
_POISON = frozenset({"22", "23"})


def is_transient(error: BaseException) -> bool:
    """Say whether the same work may succeed later with nothing changed about it."""
    if isinstance(error, (ConnectionError, UnavailableError, PoolTimeout)):
        return True
    if isinstance(_original(error), asyncpg.InterfaceError):
        # How asyncpg reports a connection that went away under its user: a text without a state.
        return "closed" in str(error)
    state = _sqlstate(error)
    return state is not None and state[:2] in _TRANSIENT and state != _QUERY_CANCELED


def is_outage(error: BaseException) -> bool:
    """Say whether a loop may rest and go on: the database is away, or the system refuses something."""
    return is_transient(error) or isinstance(error, OSError)


def is_poison(error: BaseException) -> bool:
    """Say whether the same event can only ever fail again."""
    if isinstance(error, (DropError, ValidationError)):
        return True
    state = _sqlstate(error)
    return state is not None and state[:2] in _POISON


def _sqlstate(error: BaseException) -> str | None:
    state = getattr(_original(error), "sqlstate", None)
    return state if isinstance(state, str) else None


def _original(error: BaseException) -> BaseException:
    """Return the driver's error below SQLAlchemy's, which wraps it twice."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error
