"""How hosts answer for pages that cannot exist, kept so that none is asked again within a month."""

from datetime import datetime

from services.crawler.domain.sibling import Sibling
from shared.db import Database, Tx

_ANSWER = "host, probed_at, url, final_url, status, title, fingerprint"


class StoredSiblings:
    """The memory of probes for all processes; a probe is rare, so each has its own transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, host: str) -> Sibling | None:
        """Return the last answer of a host, however old."""
        async with self._db.begin() as tx:
            rows = await tx.fetch(f"SELECT {_ANSWER} FROM siblings WHERE host = $1", host)
        return Sibling(**rows[0]) if rows else None

    async def find_wire(self, host: str) -> bytes | None:
        """Return what came over the wire when the host answered last."""
        async with self._db.begin() as tx:
            kept: bytes | None = await tx.fetch_value(
                "SELECT wire FROM siblings WHERE host = $1", host
            )
        return kept

    async def save(self, sibling: Sibling, wire: bytes) -> None:
        """Keep an answer, and what came over the wire; an older one never replaces a newer one."""
        async with self._db.begin() as tx:
            await tx.run(
                """
                INSERT INTO siblings (host, probed_at, url, final_url, status, title,
                    fingerprint, wire)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (host) DO UPDATE SET probed_at = excluded.probed_at,
                    url = excluded.url, final_url = excluded.final_url, status = excluded.status,
                    title = excluded.title, fingerprint = excluded.fingerprint, wire = excluded.wire
                WHERE siblings.probed_at < excluded.probed_at
                """,
                sibling.host,
                sibling.probed_at,
                sibling.url,
                sibling.final_url,
                sibling.status,
                sibling.title,
                sibling.fingerprint,
                wire,
            )


async def remove_stale(tx: Tx, before: datetime, *, limit: int = 1_000) -> int:
    """Forget probes from before a moment; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM siblings WHERE host IN (SELECT host FROM siblings WHERE probed_at < $1"
        " ORDER BY probed_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        before,
        limit,
    )
    return len(rows)
