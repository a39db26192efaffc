"""Fills profile's tables with a site of many links, as a large shop has them, and small sites beside."""

from datetime import UTC, datetime
from uuid import UUID

from shared import urls
from shared.db import Database
from tests.benchmarks.filling import take_down

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORKSPACE = UUID(int=7)
BIG = UUID(int=1)
SMALL = tuple(UUID(int=number) for number in range(2, 7))
_SMALL_LINKS = 20_000
_TABLES = ("links", "occurrences", "claims", "changes", "targets")

# A skew as the web has it: a few domains link from very many pages, most from one or two.
_LINKS = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,
        referring_domain, page_key, target_url, target_key, discovery, sources, status, good_status,
        reasons, counts, check_seq, observed_seq, found_seq, seen_print, followed, indexable, rel,
        kind, position, anchor_text, anchor_kind, http_status, source_ip, source_lang,
        source_country, source_platform, known_since, first_seen_at, gained_at, last_seen_at,
        last_checked_at, next_check_at, changed_at, lost_at, contract_state, toxicity_score,
        toxicity_band, toxicity_action, toxicity_model, authority, metrics, tags)
    SELECT md5('link' || $2::uuid::text || n)::uuid, $1, $2::uuid,
        'https://www.' || domain || '/2026/a-post-about-harbours-' || n, 'www.' || domain, domain,
        md5('page' || n)::uuid, 'https://big.example/page-' || target,
        md5('target' || target)::uuid, 'imported', ARRAY[source], status,
        CASE WHEN status = 'unknown' THEN 'live' ELSE status END,
        CASE WHEN status = 'lost' THEN ARRAY['link_removed'] WHEN luck < 0.01
            THEN ARRAY['noindex_meta'] ELSE '{}' END,
        present AND luck > 0.3, n, n, CASE WHEN seen THEN n ELSE 0 END, n, luck > 0.2, luck > 0.01,
        CASE WHEN luck < 0.2 THEN ARRAY['nofollow'] ELSE '{}' END, 'text',
        (ARRAY['content','content','content','footer','sidebar','comment'])[1 + n % 6],
        'anchor ' || anchor, (ARRAY['branded','branded','url','generic','partial','exact'])[1 + anchor % 6],
        200, ('10.' || host % 250 || '.' || host / 250 % 250 || '.7')::inet,
        (ARRAY['en','en','en','de','fr',NULL])[1 + host % 6],
        (ARRAY['gb','de','fr',NULL,NULL,NULL])[1 + host % 6],
        (ARRAY['wordpress','wordpress',NULL,'shopify'])[1 + host % 4],
        came, CASE WHEN seen THEN came END, CASE WHEN seen AND n % 3 > 0 THEN came END,
        CASE WHEN seen THEN $4::timestamptz - luck * interval '7 days' END,
        $4::timestamptz - luck * interval '7 days', $4, CASE WHEN seen THEN came + (now_ - came) * luck END,
        CASE WHEN status = 'lost' THEN came + (now_ - came) * luck END,
        CASE WHEN n % 500 = 0 THEN 'mismatched' WHEN n % 100 = 0 THEN 'met' END,
        CASE WHEN seen THEN (luck * luck * 100)::int END,
        CASE WHEN NOT seen THEN NULL WHEN luck > 0.98 THEN 'propose_disavow' WHEN luck > 0.9
            THEN 'review' WHEN luck > 0.7 THEN 'watch' ELSE 'ok' END,
        CASE WHEN seen THEN 'no_action_needed' END, CASE WHEN seen THEN 'm' END,
        CASE WHEN host % 5 > 0 THEN host * 7919 % 1000 / 10.0 END,
        CASE WHEN n % 5 < 3 THEN jsonb_build_object('ahrefs_dr', host % 100) ELSE '{}' END,
        CASE WHEN n % 100 = 1 THEN ARRAY['campaign-' || n % 7] ELSE '{}' END
    FROM (
        SELECT *, status IN ('live', 'changed') AS present,
            status IN ('live', 'changed', 'lost', 'unknown') AS seen,
            'domain' || host || (ARRAY['.example','.de.example','.org.example'])[1 + host % 3] AS domain,
            (ARRAY['ahrefs','gsc','semrush'])[1 + n % 3] AS source
        FROM (
            SELECT n, $4::timestamptz AS now_, random() AS luck,
                floor($5::int * random() ^ 3)::int AS host, floor(5000 * random() ^ 4)::int AS target,
                floor(30000 * random() ^ 5)::int AS anchor,
                $4::timestamptz - random() ^ 2 * interval '1000 days' AS came,
                (ARRAY['live','live','live','live','live','live','live','live','live','live','live',
                    'live','live','live','changed','lost','lost','not_found','unknown','pending']
                )[1 + floor(20 * random())::int] AS status
            FROM generate_series(1, $3::int) AS n
        ) AS drawn
    ) AS made
"""
_REST = (
    """INSERT INTO occurrences (link_id, check_seq, items, page) SELECT link_id, 1,
        '[{"target_url":"https://big.example/","anchor_text":"harbour","rel":[],"kind":"text"}]',
        '{"title":"Some words about anchors","lang":"en","redirects":[],"http_status":200}'
        FROM links WHERE ever_live""",
    """INSERT INTO claims (link_id, source, claim, metrics, claimed_at) SELECT link_id, sources[1],
        '{"DR":"41"}', '{}', known_since FROM links""",
    """INSERT INTO changes (change_id, workspace_id, site_id, link_id, kind, from_status, to_status,
        previous, current, sentence, at) SELECT md5('c' || link_id::text)::uuid, workspace_id,
        site_id, link_id, 'lost', 'live', 'lost', '{}', '{}', 'Gone.', lost_at FROM links
        WHERE lost_at IS NOT NULL""",
    """INSERT INTO targets (site_id, target_key, target_url, check_seq, checked_at, broken,
        redirects) SELECT site_id, target_key, min(target_url), 1, now(), random() < 0.02, '[]'
        FROM links GROUP BY site_id, target_key""",
)


async def fill(db: Database, links: int) -> None:
    """Write a site with so many links on a domain for every sixteen, and five small ones."""
    async with db.begin() as tx:
        await tx.run("SET LOCAL session_replication_role = replica")
        await tx.run("SET LOCAL maintenance_work_mem = '1GB'")
        await tx.fetch("SELECT setseed(0.42)")
        for site_id in (BIG, *SMALL):
            await tx.run(
                "INSERT INTO sites (site_id, workspace_id, domain, name, domains)"
                " VALUES ($1, $2, $3, $3, '[]')",
                site_id,
                WORKSPACE,
                f"site{site_id.int}.example",
            )
        built = await take_down(tx, _TABLES)
        for site_id in (BIG, *SMALL):
            count = links if site_id == BIG else _SMALL_LINKS
            await tx.run(_LINKS, WORKSPACE, site_id, count, NOW, max(10, count // 16))
        # So that the filter by target finds them.
        for target in range(40):
            await tx.run(
                "UPDATE links SET target_key = $2 WHERE target_url = $1",
                f"https://big.example/page-{target}",
                urls.page_id(f"https://big.example/page-{target}"),
            )
        for statement in _REST:
            await tx.run(statement)
        for statement in built:
            await tx.run(statement)
    async with db.listening() as connection:
        for table in _TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        await connection.execute("CHECKPOINT")
