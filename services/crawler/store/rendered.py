"""How many pages were rendered on a day, counted for all processes together."""

from datetime import date, datetime

from shared.db import Database, Tx

# The row without a host counts all; who finds it full has counted its host for nothing, on a day
# that has nothing left for it either.
_TAKE = """
WITH host AS (
    INSERT INTO rendered (day, host, pages) SELECT $1::date, $2::text, 1 WHERE $3::int > 0
    ON CONFLICT (day, host) DO UPDATE SET pages = rendered.pages + 1 WHERE rendered.pages < $3
    RETURNING day
)
INSERT INTO rendered (day, host, pages) SELECT day, '', 1 FROM host WHERE $4::int > 0
ON CONFLICT (day, host) DO UPDATE SET pages = rendered.pages + 1 WHERE rendered.pages < $4
RETURNING 1
"""


class StoredShares:
    """The port `RenderShares` of the renderer; rendering is rare, so each page is a transaction."""

    def __init__(self, db: Database, *, per_host: int, in_all: int) -> None:
        self._db = db
        self._per_host = per_host
        self._in_all = in_all

    async def take(self, host: str, now: datetime) -> bool:
        """Return whether one more page of this host may be rendered today, and count it if so."""
        async with self._db.begin() as tx:
            rows = await tx.fetch(_TAKE, now.date(), host, self._per_host, self._in_all)
        return bool(rows)


async def remove_old(tx: Tx, before: date, *, limit: int) -> int:
    """Forget the counts of days before a day; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM rendered WHERE (day, host) IN (SELECT day, host FROM rendered"
        " WHERE day < $1 ORDER BY day, host LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    return len(rows)
