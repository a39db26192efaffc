"""What routes may ask for in their signature: who calls, the transaction, the database.

Every dependency is a coroutine, though few of them wait: FastAPI sends plain functions and classes to a
thread, which costs each request most of a millisecond apiece, and far more on a busy machine.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from shared import access, clock
from shared.access import Caller, UnauthenticatedError
from shared.db import Database, Tx

Made = TypeVar("Made")


def at_once(make: Callable[..., Made]) -> Callable[..., Awaitable[Made]]:
    """Return a class of parameters as a dependency that is not sent to a thread."""

    async def made(**given: object) -> Made:
        return make(**given)

    made.__signature__ = inspect.signature(make, eval_str=True)  # type: ignore[attr-defined]
    return made


async def get_caller(request: Request) -> Caller:
    """Return who is calling, as the gateway signed it."""
    token = request.headers.get(access.HEADER)
    if token is None:
        raise UnauthenticatedError("Services are called through the gateway only.")
    return access.verify(token, secret=request.app.state.secret, now=clock.now())


async def get_tx(request: Request) -> AsyncIterator[Tx]:
    """Open the request's transaction; it commits before the answer is sent."""
    async with request.app.state.db.begin() as tx:
        yield tx


async def get_snapshot(request: Request) -> AsyncIterator[Tx]:
    """Open a transaction that only reads, whose statements all see the database of one moment."""
    async with request.app.state.db.begin(snapshot=True) as tx:
        yield tx


async def get_db(request: Request) -> Database:
    """Return the service's database, for routes that do something else between transactions."""
    db: Database = request.app.state.db
    return db


CallerDep = Annotated[Caller, Depends(get_caller)]
DbDep = Annotated[Database, Depends(get_db)]
# FastAPI would otherwise commit only after the answer has left, and a failed commit would be a lie.
TxDep = Annotated[Tx, Depends(get_tx, scope="function")]
SnapshotDep = Annotated[Tx, Depends(get_snapshot, scope="function")]
