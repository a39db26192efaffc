"""What registries told of domains: kept once for all, and told to the sites that it concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.registrations import (
    OF_OTHERS,
    OF_OWN,
    Registration,
    own_turn_of,
    turn_of,
)
from services.toxicity.domain.turns import Turn
from services.toxicity.store import flags
from shared.db import Tx
from shared.events import RegistrationRead
from shared.flag_words import Flag
from shared.vocabulary import Band

VALUABLE = 50.0
"""The authority from which a domain is worth a word before its registration has ended."""

_UNIT = "\x1f"
_SAVE = """
    INSERT INTO registrations AS r (domain, read_at, expires_at, registered_at, states)
    SELECT u.domain, u.read_at, u.expires_at, u.registered_at,
        string_to_array(nullif(u.states, ''), E'\\x1f')
    FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::text[])
        AS u(domain, read_at, expires_at, registered_at, states)
    ORDER BY u.domain
    ON CONFLICT (domain) DO UPDATE SET read_at = excluded.read_at,
        expires_at = excluded.expires_at, registered_at = excluded.registered_at,
        states = excluded.states
    WHERE r.read_at < excluded.read_at
    RETURNING domain
"""
# Domains that a site would miss: a live, followed link that nothing worrying is known of, agreed or
# of a site with authority. Of one that has ended already, any such link.
_CONCERNED = f"""
    SELECT DISTINCT s.workspace_id, s.site_id, l.referring_domain AS domain, NULL::text AS url
    FROM sites s JOIN links l ON l.workspace_id = s.workspace_id AND l.site_id = s.site_id
        AND l.referring_domain = ANY($1::text[])
    WHERE s.deleted_at IS NULL AND l.untracked_at IS NULL AND NOT l.lost AND l.counted_followed
        AND coalesce(l.band, '') <> ALL($2::text[])
        AND (NOT l.referring_domain = ANY($3::text[]) OR l.placement_id IS NOT NULL
            OR l.authority >= {VALUABLE})
    ORDER BY s.site_id, domain LIMIT $4
"""
_BAD = (Band.REVIEW.value, Band.PROPOSE_DISAVOW.value)
_OWNERS = """
    SELECT s.workspace_id, s.site_id, d.domain, NULL::text AS url
    FROM unnest($1::text[]) AS d(domain) JOIN sites s ON s.deleted_at IS NULL
        AND EXISTS (SELECT FROM unnest(s.domain || s.hosts) AS h(host)
            WHERE h.host = d.domain OR h.host LIKE '%.' || d.domain)
    ORDER BY s.site_id, d.domain LIMIT $2
"""
_END = """
    UPDATE domain_flags SET ended_at = $3 WHERE flag_id IN (
        SELECT flag_id FROM domain_flags f WHERE domain = ANY($1::text[]) AND kind = ANY($2::text[])
            AND ended_at IS NULL AND NOT EXISTS (
                SELECT FROM unnest($4::text[], $5::text[]) AS still(domain, kind)
                WHERE still.domain = f.domain AND still.kind = f.kind)
        ORDER BY site_id, domain, kind FOR UPDATE)
"""


async def save(tx: Tx, events: Sequence[RegistrationRead], *, now: datetime) -> None:
    """Keep the newest word of each registry, and tell sites what has become of their domains."""
    newest = {one.domain: one for one in sorted(events, key=lambda one: one.read_at)}
    if not newest:
        return
    rows = await tx.fetch(
        _SAVE,
        list(newest),
        [one.read_at for one in newest.values()],
        [one.expires_at for one in newest.values()],
        [one.registered_at for one in newest.values()],
        [_UNIT.join(one.states) for one in newest.values()],
    )
    told = {row["domain"]: _registration(newest[row["domain"]]) for row in rows}
    others = {name: turn for name, one in told.items() if (turn := turn_of(one)) is not None}
    own = {name: turn for name, one in told.items() if (turn := own_turn_of(one)) is not None}
    await _end(tx, list(told), [*others.items(), *own.items()], now=now)
    await _tell(tx, others, own, now=now)


async def _tell(
    tx: Tx, others: Mapping[str, Turn], own: Mapping[str, Turn], *, now: datetime
) -> None:
    if others:
        early = [name for name, turn in others.items() if turn.flag is Flag.EXPIRING]
        rows = await tx.fetch(_CONCERNED, list(others), _BAD, early, flags.MAX_FLAGGED)
        await flags.raise_flags(tx, [(row, others[row["domain"]]) for row in rows], now=now)
    if own:
        rows = await tx.fetch(_OWNERS, list(own), flags.MAX_FLAGGED)
        await flags.raise_flags(tx, [(row, own[row["domain"]]) for row in rows], now=now)


async def _end(
    tx: Tx, domains: list[str], still: Sequence[tuple[str, Turn]], *, now: datetime
) -> None:
    """Take back what is so no more: the domain was renewed, or is a stage further."""
    await tx.run(
        _END,
        domains,
        [flag.value for flag in (*OF_OTHERS, *OF_OWN)],
        now,
        [name for name, _ in still],
        [turn.flag.value for _, turn in still],
    )


async def find(tx: Tx, domain: str) -> Registration | None:
    """Return what the registry of a domain told last, None if it was never asked."""
    rows = await tx.fetch("SELECT * FROM registrations WHERE domain = $1", domain)
    return _of_row(rows[0]) if rows else None


_OF_SITE = """
    SELECT r.*, own.domain IS NOT NULL AS own FROM registrations r
    LEFT JOIN unnest($2::text[]) AS own(domain) USING (domain)
    WHERE r.expires_at IS NOT NULL AND (own.domain IS NOT NULL OR EXISTS (
        SELECT FROM links l WHERE l.workspace_id = $3 AND l.site_id = $1
            AND l.referring_domain = r.domain AND l.untracked_at IS NULL))
        AND ($4::timestamptz IS NULL OR (r.expires_at, r.domain) > ($4, $5))
    ORDER BY r.expires_at, r.domain LIMIT $6
"""


async def list_of_site(
    tx: Tx,
    site_id: UUID,
    *,
    workspace_id: UUID,
    own: Sequence[str],
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[tuple[Registration, bool]]:
    """Return registrations with a known end, the first to end first; `own` names the site's."""
    moment, name = after or (None, None)
    rows = await tx.fetch(_OF_SITE, site_id, list(own), workspace_id, moment, name, limit)
    return [(_of_row(row), row["own"]) for row in rows]


def _of_row(row: asyncpg.Record) -> Registration:
    return Registration(
        domain=row["domain"],
        read_at=row["read_at"],
        expires_at=row["expires_at"],
        registered_at=row["registered_at"],
        states=tuple(row["states"] or ()),
    )


def _registration(event: RegistrationRead) -> Registration:
    return Registration(
        domain=event.domain,
        read_at=event.read_at,
        expires_at=event.expires_at,
        registered_at=event.registered_at,
        states=event.states,
    )
