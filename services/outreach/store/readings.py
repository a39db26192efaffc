"""What domains say of themselves, and the prospects that are to be judged by it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.outreach.domain.prospect import Stage
from shared import jsontext, outbox
from shared.db import Tx
from shared.events import DomainRead, ReadingRequested
from shared.vocabulary import Reason

FRESH_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Reading:
    """The last look at a domain that saw something, and the last one that did not."""

    told: DomainRead | None
    read_at: datetime | None
    failure: Reason | None
    failed_at: datetime | None


_SAVE = """
    INSERT INTO readings (domain, told, read_at, failure, failed_at)
    SELECT * FROM unnest($1::text[], $2::json[], $3::timestamptz[], $4::text[], $5::timestamptz[])
    ON CONFLICT (domain) DO UPDATE SET
        told = CASE WHEN excluded.read_at > coalesce(readings.read_at, '-infinity')
            THEN excluded.told ELSE readings.told END,
        read_at = greatest(excluded.read_at, readings.read_at),
        failure = CASE WHEN excluded.failed_at > coalesce(readings.failed_at, '-infinity')
            THEN excluded.failure ELSE readings.failure END,
        failed_at = greatest(excluded.failed_at, readings.failed_at)
"""
# Locked in the order of their ids, as by everybody else who changes many.
_MARK = """
    UPDATE prospects SET judge_due = true WHERE prospect_id IN (
        SELECT p.prospect_id FROM prospects p WHERE NOT p.judge_due
            AND (p.domain = ANY($1::text[]) OR p.site_id = ANY($2::uuid[]))
        ORDER BY p.prospect_id FOR UPDATE)
"""


async def save_readings(tx: Tx, events: Sequence[DomainRead]) -> list[UUID]:
    """Keep what was read; a look that saw nothing never takes the place of one that did.

    The prospects of these domains, and of sites that live there, are to be judged again; returns the sites.
    """
    newest = {one.domain: one for one in sorted(events, key=lambda one: one.read_at)}
    ordered = [newest[domain] for domain in sorted(newest)]
    seen = [one.facts is not None for one in ordered]
    await tx.run(
        _SAVE,
        [one.domain for one in ordered],
        [one.model_dump_json() if ok else None for one, ok in zip(ordered, seen, strict=True)],
        [one.read_at if ok else None for one, ok in zip(ordered, seen, strict=True)],
        [None if ok else one.failure for one, ok in zip(ordered, seen, strict=True)],
        [None if ok else one.read_at for one, ok in zip(ordered, seen, strict=True)],
    )
    rows = await tx.fetch("SELECT site_id FROM sites WHERE domain = ANY($1::text[])", list(newest))
    living = [row["site_id"] for row in rows]
    await tx.run(_MARK, list(newest), living)
    return living


async def list_languages(tx: Tx, domains: Iterable[str]) -> dict[str, str]:
    """Return the language tags that these domains state, such as `de-AT`."""
    rows = await tx.fetch(
        "SELECT domain, told->'facts'->>'lang' AS tag FROM readings"
        " WHERE domain = ANY($1::text[]) AND told->'facts'->>'lang' IS NOT NULL",
        sorted(set(domains)),
    )
    return {row["domain"]: row["tag"] for row in rows}


async def list_readings(tx: Tx, domains: Iterable[str]) -> dict[str, Reading]:
    """Return what is known of these domains."""
    rows = await tx.fetch(
        "SELECT domain, told::text AS told, read_at, failure, failed_at FROM readings"
        " WHERE domain = ANY($1::text[])",
        sorted(set(domains)),
    )
    return {
        row["domain"]: Reading(
            told=None if row["told"] is None else DomainRead.model_validate_json(row["told"]),
            read_at=row["read_at"],
            failure=None if row["failure"] is None else Reason(row["failure"]),
            failed_at=row["failed_at"],
        )
        for row in rows
    }


async def ask_for(tx: Tx, domains: Collection[str], *, now: datetime) -> set[str]:
    """Have domains read of which nothing fresh is known; returns those that are fresh."""
    rows = await tx.fetch(
        "SELECT domain FROM readings WHERE domain = ANY($1::text[]) AND read_at > $2",
        list(domains),
        now - FRESH_FOR,
    )
    fresh = {row["domain"] for row in rows}
    wanted = sorted(set(domains) - fresh)
    await outbox.add(tx, [ReadingRequested(domain=domain) for domain in wanted])
    return fresh


async def request(tx: Tx, domain: str) -> None:
    """Have a domain read, however fresh what is known of it is."""
    await outbox.add(tx, [ReadingRequested(domain=domain)])


async def mark_prospects(tx: Tx, prospect_ids: Collection[UUID]) -> None:
    """Have prospects judged whose domain was read already."""
    await tx.run(
        "UPDATE prospects SET judge_due = true WHERE prospect_id = ANY($1::uuid[])",
        list(prospect_ids),
    )


async def mark_sites(tx: Tx, site_ids: Collection[UUID]) -> None:
    """Have all prospects of sites judged again: the words of the sites changed."""
    await tx.run(_MARK, [], list(site_ids))


@dataclass(frozen=True, slots=True)
class Due:
    """A prospect that is to be judged; locked until the transaction ends."""

    prospect_id: UUID
    workspace_id: UUID
    site_id: UUID
    domain: str
    stage: Stage
    read_at: datetime | None


async def claim_due(tx: Tx, *, limit: int) -> list[Due]:
    """Return prospects that are to be judged; other processes get others."""
    rows = await tx.fetch(
        "UPDATE prospects SET judge_due = false WHERE prospect_id IN (SELECT prospect_id"
        " FROM prospects WHERE judge_due ORDER BY prospect_id LIMIT $1 FOR UPDATE SKIP LOCKED)"
        " RETURNING prospect_id, workspace_id, site_id, domain, stage, read_at",
        limit,
    )
    return [Due(**dict(row) | {"stage": Stage(row["stage"])}) for row in rows]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a prospect that was judged."""

    prospect_id: UUID
    relevance: int | None
    quality: int | None
    judgement: dict[str, Any]
    read_at: datetime | None


async def save_judged(tx: Tx, judged: Sequence[Judged]) -> None:
    """Keep what was judged of prospects."""
    await tx.run(
        "UPDATE prospects p SET relevance = u.relevance, quality = u.quality,"
        " judgement = u.judgement, read_at = u.read_at FROM unnest($1::uuid[], $2::int[], $3::int[],"
        " $4::json[], $5::timestamptz[]) AS u(prospect_id, relevance, quality, judgement, read_at)"
        " WHERE p.prospect_id = u.prospect_id",
        [one.prospect_id for one in judged],
        [one.relevance for one in judged],
        [one.quality for one in judged],
        [jsontext.dumps(one.judgement).decode() for one in judged],
        [one.read_at for one in judged],
    )
