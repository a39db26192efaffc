"""The rows of links: locked, advanced and inserted a batch at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.contract import decode_terms, encode_terms
from services.profile.domain.facts import decode_facts, encode_facts
from services.profile.domain.lifecycle import LinkState
from services.profile.domain.link import Link
from services.profile.domain.source import Source
from shared import jsontext
from shared.db import Tx
from shared.errors import RetryError
from shared.urls import domain_or_host, host_of
from shared.vocabulary import ContractState, DiscoveryReason, LinkStatus, Reason

_COLUMNS = """
    link_id, workspace_id, site_id, referring_url, referring_domain, page_key, target_url, target_key,
    known_since, first_seen_at, gained_at, last_seen_at, last_checked_at, next_check_at, changed_at,
    lost_at, http_status, final_url, seen_print, anchor_kind, anchor_flags, tracked_seq,
    value * target_weight AS value, status, good_status, reasons, counts, confirming_since, contract_state, contract_reasons,
    check_seq, observed_seq, found_seq, lost_seq, baseline_seq, missing_streak, missing_since,
    observed_reasons, blind_reasons, seen::text, baseline::text, baseline_locked, terms::text, override,
    host(source_ip), source_lang, source_country, source_platform, relevance
"""
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_LOCK = f"""
    SELECT {_COLUMNS} FROM links WHERE link_id = ANY($1::uuid[]) AND {_ALIVE}
    ORDER BY link_id FOR UPDATE
"""
_STATUSES = {status.value: status for status in LinkStatus}
_REASONS = {reason.value: reason for reason in Reason}


async def lock_links(tx: Tx, link_ids: Iterable[UUID]) -> dict[UUID, Link]:
    """Return these links, locked in the order that keeps consumers from blocking each other."""
    rows = await tx.fetch(_LOCK, list(link_ids))
    return {row["link_id"]: _link(row) for row in rows}


def _link(row: asyncpg.Record) -> Link:
    (*own, seen_print, anchor_kind, anchor_flags, tracked_seq, value) = row[:23]
    (link_id, workspace_id, site_id, referring_url, referring_domain) = own[:5]
    (page_key, target_url, target_key, known_since, first_seen, gained, last_seen) = own[5:12]
    (last_checked, next_check, changed, lost, http_status, final_url) = own[12:]
    return Link(
        link_id=link_id,
        workspace_id=workspace_id,
        site_id=site_id,
        referring_url=referring_url,
        referring_domain=referring_domain,
        page_key=page_key,
        target_url=target_url,
        target_key=target_key,
        known_since=known_since,
        state=_state(row),
        first_seen_at=first_seen,
        gained_at=gained,
        last_seen_at=last_seen,
        last_checked_at=last_checked,
        next_check_at=next_check,
        changed_at=changed,
        lost_at=lost,
        http_status=http_status,
        final_url=final_url,
        source=Source(*row[44:48]),
        seen_print=seen_print,
        anchor_kind=anchor_kind,
        anchor_flags=tuple(anchor_flags),
        tracked_seq=tracked_seq,
        value=value,
        relevance=row["relevance"],
    )


def _state(row: asyncpg.Record) -> LinkState:
    (status, good, reasons, counts, confirming, contract, contract_reasons) = row[23:30]
    (check, observed, found, lost, base, streak, since) = row[30:37]
    (observed_reasons, blind_reasons, seen, baseline, locked, terms, override) = row[37:44]
    facts = decode_facts(seen)
    return LinkState(
        status=_STATUSES[status],
        good_status=_STATUSES[good],
        reasons=_reasons(reasons),
        counts=counts,
        confirming_since=confirming,
        contract_state=None if contract is None else ContractState(contract),
        contract_reasons=_reasons(contract_reasons),
        check_seq=check,
        observed_seq=observed,
        found_seq=found,
        lost_seq=lost,
        baseline_seq=base,
        missing_streak=streak,
        missing_since=since,
        observed_reasons=_reasons(observed_reasons),
        blind_reasons=_reasons(blind_reasons),
        seen=facts,
        baseline=facts if baseline == seen else decode_facts(baseline),
        baseline_locked=locked,
        terms=decode_terms(terms),
        override=None if override is None else _STATUSES[override],
    )


def _reasons(codes: Sequence[str]) -> tuple[Reason, ...]:
    return tuple([_REASONS[code] for code in codes]) if codes else ()


# The scan of a link ends with the first page too many.
_SITEWIDE = """
    SELECT mine.link_id FROM links mine WHERE mine.link_id = ANY($1::uuid[]) AND (
        SELECT count(*) FROM (
            SELECT FROM links other WHERE other.site_id = mine.site_id
                AND other.referring_domain = mine.referring_domain
                AND other.target_key = mine.target_key AND other.link_id <> mine.link_id
                AND other.good_status IN ('live', 'changed') AND other.merged_into IS NULL
                AND other.deleted_at IS NULL LIMIT $2) AS pages) >= $2
"""


async def find_sitewide(tx: Tx, link_ids: Iterable[UUID], *, pages: int) -> set[UUID]:
    """Return those of these links that stand on at least so many other pages of their domain."""
    wanted = list(link_ids)
    rows = await tx.fetch(_SITEWIDE, wanted, pages) if wanted else ()
    return {row["link_id"] for row in rows}


_TOUCH = """
    UPDATE links SET check_seq = u.check_seq, observed_seq = u.observed_seq, found_seq = u.found_seq,
        lost_seq = u.lost_seq, missing_streak = u.missing_streak, last_seen_at = u.last_seen_at,
        last_checked_at = u.last_checked_at, next_check_at = u.next_check_at,
        http_status = u.http_status
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::int[],
        $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::int[])
      AS u(link_id, check_seq, observed_seq, found_seq, lost_seq, missing_streak, last_seen_at,
        last_checked_at, next_check_at, http_status)
    WHERE links.link_id = u.link_id
"""


async def touch_links(tx: Tx, links: Sequence[Link]) -> None:
    """Save links of which nothing became different but times and sequence numbers."""
    if not links:
        return
    states = [link.state for link in links]
    await tx.run(
        _TOUCH,
        [link.link_id for link in links],
        [state.check_seq for state in states],
        [state.observed_seq for state in states],
        [state.found_seq for state in states],
        [state.lost_seq for state in states],
        [state.missing_streak for state in states],
        [link.last_seen_at for link in links],
        [link.last_checked_at for link in links],
        [link.next_check_at for link in links],
        [link.http_status for link in links],
    )


def _json(text: str | None) -> orjson.Fragment | None:
    return None if text is None else orjson.Fragment(text)


# Column, type in PostgreSQL, and its value of a link. The rows travel as one JSON text: asyncpg asks
# two ABCs about every item of an array, and here are 44 of them for each link.
_SAVED: tuple[tuple[str, str, Any], ...] = (
    ("target_url", "text", lambda link: link.target_url),
    ("target_key", "uuid", lambda link: link.target_key),
    ("first_seen_at", "timestamptz", lambda link: link.first_seen_at),
    ("gained_at", "timestamptz", lambda link: link.gained_at),
    ("last_seen_at", "timestamptz", lambda link: link.last_seen_at),
    ("last_checked_at", "timestamptz", lambda link: link.last_checked_at),
    ("next_check_at", "timestamptz", lambda link: link.next_check_at),
    ("changed_at", "timestamptz", lambda link: link.changed_at),
    ("lost_at", "timestamptz", lambda link: link.lost_at),
    ("http_status", "int", lambda link: link.http_status),
    ("final_url", "text", lambda link: link.final_url),
    ("source_ip", "inet", lambda link: link.source.ip),
    ("source_lang", "text", lambda link: link.source.lang),
    ("source_country", "text", lambda link: link.source.country),
    ("source_platform", "text", lambda link: link.source.platform),
    ("seen_print", "bigint", lambda link: link.seen_print),
    ("anchor_kind", "text", lambda link: link.anchor_kind),
    ("anchor_flags", "text[]", lambda link: link.anchor_flags),
    ("tracked_seq", "int", lambda link: link.tracked_seq),
    ("relevance", "float8", lambda link: link.relevance),
    ("status", "text", lambda link: link.state.status),
    ("good_status", "text", lambda link: link.state.good_status),
    ("reasons", "text[]", lambda link: link.state.reasons),
    ("counts", "boolean", lambda link: link.state.counts),
    ("confirming_since", "timestamptz", lambda link: link.state.confirming_since),
    ("contract_state", "text", lambda link: link.state.contract_state),
    ("contract_reasons", "text[]", lambda link: link.state.contract_reasons),
    ("check_seq", "bigint", lambda link: link.state.check_seq),
    ("observed_seq", "bigint", lambda link: link.state.observed_seq),
    ("found_seq", "bigint", lambda link: link.state.found_seq),
    ("lost_seq", "bigint", lambda link: link.state.lost_seq),
    ("baseline_seq", "bigint", lambda link: link.state.baseline_seq),
    ("missing_streak", "int", lambda link: link.state.missing_streak),
    ("missing_since", "timestamptz", lambda link: link.state.missing_since),
    ("observed_reasons", "text[]", lambda link: link.state.observed_reasons),
    ("blind_reasons", "text[]", lambda link: link.state.blind_reasons),
    ("seen", "json", lambda link: _json(encode_facts(link.state.seen))),
    ("baseline", "json", lambda link: _json(encode_facts(link.state.baseline))),
    ("baseline_locked", "boolean", lambda link: link.state.baseline_locked),
    ("terms", "json", lambda link: _json(encode_terms(link.state.terms))),
    ("placement_id", "uuid", lambda link: link.state.terms and link.state.terms.placement_id),
    ("override", "text", lambda link: link.state.override),
    ("followed", "boolean", lambda link: link.state.seen and link.state.seen.followed),
    ("indexable", "boolean", lambda link: link.state.seen and link.state.seen.indexable),
    ("rel", "text[]", lambda link: link.state.seen.rel if link.state.seen else ()),
    ("kind", "text", lambda link: link.state.seen and link.state.seen.kind),
    ("position", "text", lambda link: link.state.seen and link.state.seen.position),
    ("anchor_text", "text", lambda link: link.state.seen and link.state.seen.anchor_text),
)
_SAVE = (
    f"UPDATE links SET {', '.join(f'{name} = u.{name}' for name, _, _ in _SAVED)},"
    " version = links.version + 1 FROM json_to_recordset($1::json) AS u(link_id uuid,"
    f" {', '.join(f'{name} {kind}' for name, kind, _ in _SAVED)}) WHERE links.link_id = u.link_id"
)


async def save_links(tx: Tx, links: Sequence[Link]) -> None:
    """Save links of which something became different.

    Raises RetryError when another transaction gave the target of one of them to a row of its own.
    """
    if not links:
        return
    rows = [
        {"link_id": link.link_id, **{name: value(link) for name, _, value in _SAVED}}
        for link in links
    ]
    try:
        await tx.run(_SAVE, jsontext.dumps(rows).decode())
    except asyncpg.UniqueViolationError as error:
        # Not the event's fault: the next attempt sees that row and goes up in it.
        raise RetryError("another link took this target at the same moment") from error


_INSERT = f"""
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,
        referring_domain, page_key, target_url, target_key, discovery, known_since, first_seen_at)
    SELECT u.link_id, u.workspace_id, u.site_id, u.referring_url, u.referring_host,
        u.referring_domain, u.page_key, u.target_url, u.target_key, u.discovery, u.known_since,
        u.first_seen_at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[],
        $8::text[], $9::uuid[], $10::text[], $11::timestamptz[], $12::timestamptz[])
      AS u(link_id, workspace_id, site_id, referring_url, referring_host, referring_domain, page_key,
        target_url, target_key, discovery, known_since, first_seen_at)
    ORDER BY u.page_key, u.target_key
    ON CONFLICT ON CONSTRAINT links_site_page_target_key DO NOTHING
    RETURNING {_COLUMNS}
"""


async def add_links(
    tx: Tx, links: Sequence[Link], discovery: Sequence[DiscoveryReason]
) -> list[Link]:
    """Insert the links that are not there yet and return those."""
    if not links:
        return []
    hosts = [host_of(link.referring_url) for link in links]
    rows = await tx.fetch(
        _INSERT,
        [link.link_id for link in links],
        [link.workspace_id for link in links],
        [link.site_id for link in links],
        [link.referring_url for link in links],
        hosts,
        [domain_or_host(host) for host in hosts],
        [link.page_key for link in links],
        [link.target_url for link in links],
        [link.target_key for link in links],
        list(discovery),
        [link.known_since for link in links],
        [link.first_seen_at for link in links],
    )
    return [_link(row) for row in rows]


async def list_tracked(
    tx: Tx, pages: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], dict[UUID, UUID]]:
    """Return target key -> link id for each (site, page); also where a link moved to by now."""
    wanted = list(dict.fromkeys(pages))
    tracked: dict[tuple[UUID, UUID], dict[UUID, UUID]] = {page: {} for page in wanted}
    if not wanted:
        return tracked
    rows = await tx.fetch(
        "SELECT site_id, page_key, target_key, link_id FROM links JOIN"
        " unnest($1::uuid[], $2::uuid[]) AS u(site_id, page_key) USING (site_id, page_key)"
        f" WHERE target_key IS NOT NULL AND {_ALIVE}",
        [site_id for site_id, _ in wanted],
        [page_key for _, page_key in wanted],
    )
    for row in rows:
        tracked[row["site_id"], row["page_key"]][row["target_key"]] = row["link_id"]
    return tracked


async def merge_links(tx: Tx, merged: Mapping[UUID, UUID], now: datetime) -> None:
    """Let links of unknown target go up in others; their claims go with them."""
    if not merged:
        return
    pair = (list(merged), list(merged.values()))
    await tx.run(
        "INSERT INTO claims (link_id, source, import_id, claim, metrics, anchor_text, rel, kind,"
        " first_seen_at, last_seen_at, lost_at, claimed_at)"
        " SELECT u.into_id, c.source, c.import_id, c.claim, c.metrics, c.anchor_text, c.rel, c.kind,"
        " c.first_seen_at, c.last_seen_at, c.lost_at, c.claimed_at"
        " FROM claims c JOIN unnest($1::uuid[], $2::uuid[]) AS u(link_id, into_id) USING (link_id)"
        " ON CONFLICT (link_id, source) DO NOTHING",
        *pair,
    )
    await tx.run(
        "UPDATE links SET sources = ARRAY(SELECT DISTINCT unnest(links.sources || old.sources)"
        " ORDER BY 1) FROM unnest($1::uuid[], $2::uuid[]) AS u(link_id, into_id)"
        " JOIN links old ON old.link_id = u.link_id WHERE links.link_id = u.into_id",
        *pair,
    )
    await tx.run(
        "UPDATE links SET merged_into = u.into_id, changed_at = $3, version = version + 1"
        " FROM unnest($1::uuid[], $2::uuid[]) AS u(link_id, into_id)"
        " WHERE links.link_id = u.link_id",
        *pair,
        now,
    )
    await tx.run("DELETE FROM claims WHERE link_id = ANY($1::uuid[])", list(merged))
