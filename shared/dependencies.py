"""What routes may ask for in their signature: who calls, the transaction, the database."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from shared import access, clock
from shared.access import Caller, UnauthenticatedError
from shared.db import Database, Tx


def get_caller(request: Request) -> Caller:
    """Return who is calling, as the gateway signed it."""
    token = request.headers.get(access.HEADER)
    if token is None:
        raise UnauthenticatedError("Services are called through the gateway only.")
    return access.verify(token, secret=request.app.state.secret, now=clock.now())


async def get_tx(request: Request) -> AsyncIterator[Tx]:
    """Open the request's transaction; it commits before the answer is sent."""
    async with request.app.state.db.begin() as tx:
        yield tx


def get_db(request: Request) -> Database:
    """Return the service's database, for routes that do something else between transactions."""
    db: Database = request.app.state.db
    return db


CallerDep = Annotated[Caller, Depends(get_caller)]
DbDep = Annotated[Database, Depends(get_db)]
# FastAPI would otherwise commit only after the answer has left, and a failed commit would be a lie.
TxDep = Annotated[Tx, Depends(get_tx, scope="function")]
