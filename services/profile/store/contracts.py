"""The terms of placements, and which link each of them is about."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.profile.domain.contract import Terms, decode_terms, encode_terms, terms_of
from services.profile.domain.link import Link
from shared.db import Tx
from shared.events import PlacementTerms
from shared.urls import page_id

_SAVE = """
    INSERT INTO contracts (placement_id, workspace_id, site_id, terms_seq, referring_domain, page_key,
        terms, go_live_on, cancelled, vendor_id, vendor_name, method, campaign, price, currency)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[],
        $7::json[], $8::date[], $9::boolean[], $10::uuid[], $11::text[], $12::text[], $13::text[],
        $14::numeric[], $15::text[])
    ON CONFLICT (placement_id) DO UPDATE SET terms_seq = excluded.terms_seq,
        referring_domain = excluded.referring_domain, page_key = excluded.page_key,
        terms = excluded.terms, go_live_on = excluded.go_live_on, cancelled = excluded.cancelled,
        vendor_id = excluded.vendor_id, vendor_name = excluded.vendor_name,
        method = excluded.method, campaign = excluded.campaign, price = excluded.price,
        currency = excluded.currency
    WHERE contracts.terms_seq < excluded.terms_seq OR (contracts.terms_seq = excluded.terms_seq
        AND (contracts.referring_domain, contracts.page_key, contracts.terms::text,
            contracts.go_live_on, contracts.cancelled)
        IS DISTINCT FROM (excluded.referring_domain, excluded.page_key, excluded.terms::text,
            excluded.go_live_on, excluded.cancelled))
    RETURNING placement_id
"""


async def save_contracts(tx: Tx, events: Sequence[PlacementTerms]) -> list[UUID]:
    """Keep these terms unless newer ones are kept; returns the placements of which they are new."""
    if not events:
        return []
    rows = await tx.fetch(
        _SAVE,
        [event.placement_id for event in events],
        [event.workspace_id for event in events],
        [event.site_id for event in events],
        [event.terms_seq for event in events],
        [event.referring_domain for event in events],
        [page_id(event.referring_url) if event.referring_url else None for event in events],
        [encode_terms(terms_of(event)) for event in events],
        [event.go_live_on for event in events],
        [event.cancelled for event in events],
        [event.vendor_id for event in events],
        [event.vendor_name for event in events],
        [event.method for event in events],
        [event.campaign for event in events],
        [event.price for event in events],
        [event.currency for event in events],
    )
    return [row["placement_id"] for row in rows]


# A placement is about the link that it was bound to, else the link on the page that was named, else
# the one link of the domain to the agreed target; never a link that another placement has.
_MATCH = """
    SELECT DISTINCT ON (u.placement_id) u.placement_id, l.link_id
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
      AS u(placement_id, site_id, page_key, target_key, referring_domain)
    JOIN links l ON l.site_id = u.site_id AND l.merged_into IS NULL AND l.deleted_at IS NULL
        AND (l.placement_id IS NULL OR l.placement_id = u.placement_id)
        AND CASE WHEN u.page_key IS NOT NULL THEN l.page_key = u.page_key
            ELSE l.referring_domain = u.referring_domain
                AND (l.placement_id = u.placement_id OR l.target_key = u.target_key) END
        AND (u.target_key IS NULL OR l.target_key IS NULL OR l.target_key = u.target_key
            OR l.placement_id = u.placement_id)
    ORDER BY u.placement_id, l.placement_id NULLS LAST, l.target_key = u.target_key DESC NULLS LAST,
        l.link_id
"""


async def match_links(tx: Tx, events: Sequence[PlacementTerms]) -> dict[UUID, UUID]:
    """Return placement -> link for the placements whose link is known."""
    rows = await tx.fetch(
        _MATCH,
        [event.placement_id for event in events],
        [event.site_id for event in events],
        [page_id(event.referring_url) if event.referring_url else None for event in events],
        [page_id(event.target_url) if event.target_url else None for event in events],
        [event.referring_domain for event in events],
    )
    taken: dict[UUID, UUID] = {}
    for row in rows:
        taken.setdefault(row["link_id"], row["placement_id"])
    return {placement_id: link_id for link_id, placement_id in taken.items()}


async def bind_links(tx: Tx, placements: Iterable[UUID], pairs: Mapping[UUID, UUID]) -> list[UUID]:
    """Bind placements to their links; returns the links that are under no contract any more."""
    wanted = sorted(placements)
    bound = [pairs.get(placement_id) for placement_id in wanted]
    await tx.run(
        "UPDATE contracts SET link_id = u.link_id FROM unnest($1::uuid[], $2::uuid[])"
        " AS u(placement_id, link_id) WHERE contracts.placement_id = u.placement_id",
        wanted,
        bound,
    )
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE placement_id = ANY($1::uuid[])"
        " AND NOT link_id = ANY($2::uuid[])",
        wanted,
        list(pairs.values()),
    )
    return [row["link_id"] for row in rows]


async def claim_promises(tx: Tx, links: Sequence[Link]) -> dict[UUID, Terms]:
    """Bind open promises to links that have just come up; returns link -> terms."""
    rows = await tx.fetch(
        "SELECT placement_id, site_id, referring_domain, page_key, terms::text FROM contracts"
        " WHERE link_id IS NULL AND NOT cancelled AND (site_id, referring_domain) IN"
        " (SELECT * FROM unnest($1::uuid[], $2::text[]))"
        " ORDER BY go_live_on NULLS LAST, placement_id LIMIT 1000 FOR UPDATE SKIP LOCKED",
        [link.site_id for link in links],
        [link.referring_domain for link in links],
    )
    free = {link.link_id: link for link in links}
    claimed: dict[UUID, Terms] = {}
    for row in rows:
        terms = decode_terms(row["terms"])
        for link in free.values():
            if terms is not None and _fits(link, row["site_id"], row["page_key"], terms, row):
                claimed[link.link_id] = terms
                del free[link.link_id]
                break
    if claimed:
        pairs = {terms.placement_id: link_id for link_id, terms in claimed.items()}
        await bind_links(tx, pairs, pairs)
    return claimed


def _fits(
    link: Link, site_id: UUID, page_key: UUID | None, terms: Terms, row: Mapping[str, object]
) -> bool:
    return (
        link.site_id == site_id
        and link.referring_domain == row["referring_domain"]
        and page_key in {None, link.page_key}
        and terms.target_key in {None, link.target_key}
    )
