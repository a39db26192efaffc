"""robots.txt files that workers fetched, kept so that a restart or a replica need not ask again."""

from collections.abc import Sequence
from datetime import datetime

from services.crawler.domain.robotsfile import RobotsFile
from shared.db import Tx
from shared.vocabulary import Reason


async def find_robots(tx: Tx, origins: Sequence[str]) -> list[RobotsFile]:
    """Return what is stored about these origins, however old."""
    rows = await tx.fetch("SELECT * FROM robots WHERE origin = ANY($1::text[])", origins)
    return [
        RobotsFile(
            origin=row["origin"],
            body=row["body"],
            refusal=Reason(row["refusal"]) if row["refusal"] else None,
            fetched_at=row["fetched_at"],
            expires_at=row["expires_at"],
        )
        for row in rows
    ]


async def save_robots(tx: Tx, files: Sequence[RobotsFile]) -> None:
    """Store files; an older answer never replaces a newer one."""
    rows = sorted(files, key=lambda file: file.origin)
    await tx.run(
        """
        INSERT INTO robots (origin, body, refusal, fetched_at, expires_at)
        SELECT * FROM unnest($1::text[], $2::bytea[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        ON CONFLICT (origin) DO UPDATE SET body = excluded.body, refusal = excluded.refusal,
            fetched_at = excluded.fetched_at, expires_at = excluded.expires_at
        WHERE robots.fetched_at <= excluded.fetched_at
        """,
        [row.origin for row in rows],
        [row.body for row in rows],
        [row.refusal for row in rows],
        [row.fetched_at for row in rows],
        [row.expires_at for row in rows],
    )


async def remove_stale(tx: Tx, before: datetime, *, limit: int = 1_000) -> int:
    """Forget files that ran out before a moment; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM robots WHERE origin IN (SELECT origin FROM robots WHERE expires_at < $1"
        " ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        before,
        limit,
    )
    return len(rows)
