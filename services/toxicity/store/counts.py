"""The counts of each site's links: changed by differences, read by key, never added up again."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from services.toxicity.domain.counting import Deltas, Share, crossed_zero
from services.toxicity.domain.facts import Surroundings
from services.toxicity.domain.findings import ENOUGH_DOMAINS
from shared.db import Tx

_DOMAINS = """
    INSERT INTO domain_counts (site_id, referring_domain, links, followed_links, exact_links)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[])
    ON CONFLICT (site_id, referring_domain) DO UPDATE SET
        links = domain_counts.links + excluded.links,
        followed_links = domain_counts.followed_links + excluded.followed_links,
        exact_links = domain_counts.exact_links + excluded.exact_links
    RETURNING site_id, referring_domain, followed_links, exact_links
"""
_SITES = """
    INSERT INTO site_counts (site_id, domains, exact_domains)
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[])
    ON CONFLICT (site_id) DO UPDATE SET
        domains = site_counts.domains + excluded.domains,
        exact_domains = site_counts.exact_domains + excluded.exact_domains
    RETURNING site_id, domains, walked_domains
"""
_ANCHOR_DOMAINS = """
    INSERT INTO anchor_domains (site_id, anchor_key, referring_domain, links)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[])
    ON CONFLICT (site_id, anchor_key, referring_domain) DO UPDATE SET
        links = anchor_domains.links + excluded.links
    RETURNING site_id, anchor_key, referring_domain, links
"""
_ANCHORS = """
    INSERT INTO anchor_counts (site_id, anchor_key, domains)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[])
    ON CONFLICT (site_id, anchor_key) DO UPDATE SET
        domains = anchor_counts.domains + excluded.domains
"""


async def add(tx: Tx, deltas: Deltas) -> list[UUID]:
    """Apply the differences; returns sites that have grown so much that shares must be looked at anew.

    A site has grown so much when it has twice the domains of the last walk over its links: the
    walks of its whole life then cost no more than about two looks at each link.
    """
    await _add_anchors(tx, deltas)
    if not deltas.domains:
        return []
    keys = sorted(deltas.domains)
    values = [deltas.domains[key] for key in keys]
    rows = await tx.fetch(
        _DOMAINS,
        [site_id for site_id, _ in keys],
        [domain for _, domain in keys],
        [value.links for value in values],
        [value.followed for value in values],
        [value.exact for value in values],
    )
    followed: Counter[UUID] = Counter()
    exact: Counter[UUID] = Counter()
    for site_id, domain, followed_links, exact_links in rows:
        delta = deltas.domains[site_id, domain]
        followed[site_id] += crossed_zero(followed_links, delta.followed)
        exact[site_id] += crossed_zero(exact_links, delta.exact)
    changed = sorted(site_id for site_id in followed if followed[site_id] or exact[site_id])
    if not changed:
        return []
    counted = await tx.fetch(
        _SITES, changed, [followed[one] for one in changed], [exact[one] for one in changed]
    )
    return [
        site_id
        for site_id, domains, walked in counted
        if domains >= max(ENOUGH_DOMAINS, 2 * walked)
    ]


async def _add_anchors(tx: Tx, deltas: Deltas) -> None:
    if not deltas.anchors:
        return
    keys = sorted(deltas.anchors)
    rows = await tx.fetch(
        _ANCHOR_DOMAINS,
        [site_id for site_id, _, _ in keys],
        [anchor for _, anchor, _ in keys],
        [domain for _, _, domain in keys],
        [deltas.anchors[key] for key in keys],
    )
    domains: Counter[tuple[UUID, UUID]] = Counter()
    for site_id, anchor, domain, links in rows:
        delta = deltas.anchors[site_id, anchor, domain]
        domains[site_id, anchor] += crossed_zero(links, delta)
    changed = sorted(key for key, delta in domains.items() if delta)
    if changed:
        await tx.run(
            _ANCHORS,
            [site_id for site_id, _ in changed],
            [anchor for _, anchor in changed],
            [domains[key] for key in changed],
        )


_AROUND = """
    SELECT coalesce(s.domains, 0) AS domains, coalesce(s.exact_domains, 0) AS exact_domains,
        coalesce(a.domains, 0) AS anchor_domains, coalesce(d.links, 0) AS links_of_domain
    FROM unnest($1::int[], $2::uuid[], $3::text[], $4::uuid[])
        AS u(no, site_id, domain, anchor_key)
    LEFT JOIN site_counts s ON s.site_id = u.site_id
    LEFT JOIN anchor_counts a ON a.site_id = u.site_id AND a.anchor_key = u.anchor_key
    LEFT JOIN domain_counts d ON d.site_id = u.site_id AND d.referring_domain = u.domain
    ORDER BY u.no
"""


async def list_surroundings(
    tx: Tx, shares: Sequence[tuple[UUID, Share | None]]
) -> list[Surroundings]:
    """Return for each (site, share of a link) what the site's other links say, in the same order."""
    if not shares:
        return []
    rows = await tx.fetch(
        _AROUND,
        list(range(len(shares))),
        [site_id for site_id, _ in shares],
        [None if share is None else share.domain for _, share in shares],
        [None if share is None else share.anchor for _, share in shares],
    )
    return [Surroundings(*row) for row in rows]
