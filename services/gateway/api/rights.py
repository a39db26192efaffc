"""Transactions that change what somebody may do: they take effect before the answer is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from services.gateway.api.identity import Identity
from services.gateway.store import access
from shared.db import Tx


class Rights:
    """Opens transactions after which no process believes what it remembers of anybody's rights."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Tx]:
        async with self._identity.db.begin() as tx:
            yield tx
            await access.tell_changed(tx)
        # The notification reaches this process too, but some milliseconds after the answer.
        self._identity.remembered.forget_all()


async def get_rights(request: Request) -> Rights:
    return Rights(request.app.state.identity)


RightsDep = Annotated[Rights, Depends(get_rights)]


async def get_rights_tx(rights: RightsDep) -> AsyncIterator[Tx]:
    """Open the request's transaction, which changes rights."""
    async with rights.changing() as tx:
        yield tx


RightsTxDep = Annotated[Tx, Depends(get_rights_tx, scope="function")]
