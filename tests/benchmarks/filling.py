"""Fills the crawler's tables with many pages, as a product that watches them for long has them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.crawler.domain.packing import pack
from shared import jsontext
from shared.db import Database, Tx
from shared.events import Observation, Occurrence
from shared.vocabulary import LinkKind, Outcome, Position

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GIANT = "giant.example"
"""The host of every tenth page."""

_PAGES_PER_HOST = 25
_TABLES = ("watches", "pages", "hosts")

# A skew as the web has it: few hosts have many pages, most have one or two. Keys are random, as
# hashes of URLs are, and neighbours in the table are of different hosts, as in any import.
_PAGES = """
INSERT INTO pages (page_id, page_key, url, host, next_check_at, checked_at, changed_at, full_at,
    final_url, etag, last_modified, fingerprint, checks, facts_hash, facts_at, check_seq)
SELECT lpad(to_hex(n), 32, '0')::uuid, md5(n::text)::uuid, url, host,
    $3::timestamptz + make_interval(secs => 604800 * (random() - 1.0 / 7)),
    $3, $3, $3, url, '"' || md5(n::text) || '"', 'Sun, 22 Nov 2026 08:00:00 GMT',
    decode(md5(n::text) || md5('x' || n), 'hex'), 5, decode(md5('y' || n), 'hex'), $3, n
FROM (
    SELECT n, host, 'https://www.' || host || '/blog/2024/some-words-about-anchors-' || n AS url
    FROM (
        SELECT n, CASE WHEN n % 10 = 0 THEN 'giant.example'
            ELSE 'host' || floor($2::int * random() ^ 3)::int || '.example' END AS host
        FROM generate_series(1, $1::int) AS n
    ) AS numbered
) AS named
"""

_HOSTS = """
INSERT INTO hosts (host, due_at, next_free_at)
SELECT host, min(next_check_at), $1::timestamptz - interval '1 hour' FROM pages GROUP BY host
ORDER BY md5(host)
"""

_WATCHES = """
INSERT INTO watches (link_id, page_id, site_id, workspace_id, target_key, target_url, hosts,
    ever_live, known_since, tracked_seq, last_outcome, observation)
SELECT md5('w' || right(page_id::text, 12))::uuid, page_id, $1, $1, $1,
    'https://target.example/a-page-of-ours', '{target.example}', true, $2, 1, 'found', $3
FROM pages
"""


async def fill(db: Database, pages: int) -> None:
    """Write pages with a link each; a seventh of them is due."""
    async with db.begin() as tx:
        await tx.run("SET LOCAL session_replication_role = replica")
        await tx.run("SET LOCAL maintenance_work_mem = '1GB'")
        await tx.fetch("SELECT setseed(0.42)")
        built = await take_down(tx, _TABLES)
        await tx.run(_PAGES, pages, max(1, pages // _PAGES_PER_HOST), NOW)
        await tx.run(_HOSTS, NOW)
        await tx.run(_WATCHES, UUID(int=1), NOW, _observation())
        for statement in built:
            await tx.run(statement)
        await tx.fetch("SELECT setval('check_seq', $1)", pages + 1)
    async with db.listening() as connection:
        for table in _TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        await connection.execute("CHECKPOINT")


async def bytes_of(db: Database) -> int:
    """Return the bytes on disk of everything that grows with the pages."""
    async with db.begin() as tx:
        sizes = [
            await tx.fetch_value("SELECT pg_total_relation_size($1::text::regclass)", table)
            for table in _TABLES
        ]
    return sum(sizes)


async def take_down(tx: Tx, tables: Sequence[str]) -> list[str]:
    """Drop constraints and indexes, which are built faster than they grow; return how to rebuild."""
    foreign = await tx.fetch(
        "SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(oid) AS definition"
        " FROM pg_constraint WHERE connamespace = $1::text::regnamespace AND contype IN ('f', 'u', 'p')"
        " AND conrelid::regclass::text = ANY($2::text[])"
        # Foreign keys stand on primary ones: they fall first, and come back last.
        " ORDER BY contype = 'f' DESC",
        tx.schema,
        list(tables),
    )
    for one in foreign:
        await tx.run(f"ALTER TABLE {one['owner']} DROP CONSTRAINT {one['conname']} CASCADE")
    plain = await tx.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1"
        " AND tablename = ANY($2::text[])",
        tx.schema,
        list(tables),
    )
    for one in plain:
        await tx.run(f"DROP INDEX {one['indexname']}")
    return [
        *(one["indexdef"] for one in plain),
        *(
            f"ALTER TABLE {one['owner']} ADD CONSTRAINT {one['conname']} {one['definition']}"
            for one in reversed(foreign)
        ),
    ]


def _observation() -> bytes | None:
    url = "https://www.host.example/blog/2024/some-words-about-anchors"
    occurrence = Occurrence(
        target_url="https://target.example/a-page-of-ours",
        target_key=UUID(int=1),
        anchor_text="a guide to harbours",
        kind=LinkKind.TEXT,
        position=Position.CONTENT,
        left_context="Whoever wants to know more about anchors and harbours may read",
        right_context="by our friends, who have written about it for many years now.",
    )
    observation = Observation(
        page_id=UUID(int=1),
        check_id=UUID(int=2),
        check_seq=1,
        checked_at=NOW,
        outcome=Outcome.FOUND,
        http_status=200,
        final_url=url,
        indexable=True,
        page_followed=True,
        canonical=url,
        title="Some words about anchors",
        lang="en",
        outlinks_internal=40,
        outlinks_external=4,
        occurrences=(occurrence,),
        occurrence_count=1,
        elapsed_ms=120,
    )
    return pack(jsontext.dumps({"observation": observation.model_dump(), "targets": []}))
