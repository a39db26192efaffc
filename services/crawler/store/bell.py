"""Tells idle workers, when a transaction commits, that a host may be due before its time."""

import time

from shared.db import Tx

_EVERY_S = 0.05

_last_rung: dict[str, float] = {}


def channel(schema: str) -> str:
    """Return the channel on which the workers of a schema listen."""
    return f"{schema}.due"


async def ring(tx: Tx) -> None:
    """Wake idle workers at the commit.

    A committing NOTIFY takes a lock of the whole database, so at most one every 50 ms: whoever is
    woken looks often for a while, and finds what comes meanwhile.
    """
    now = time.monotonic()
    if now - _last_rung.get(tx.schema, 0.0) >= _EVERY_S:
        _last_rung[tx.schema] = now
        await tx.run(f'NOTIFY "{channel(tx.schema)}"')
