"""Links that nobody knew, encoded for COPY while the batch before them is stored: no statement per row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple
from uuid import UUID

import orjson

from services.profile.domain.history import tracked_frame, tracked_pieces
from services.profile.domain.imports import LinkColumns, LinkRow, columns_of
from services.profile.domain.site import Site
from services.profile.domain.value import value_of_metrics
from shared import copying
from shared.db import Tx
from shared.ids import new_id_bytes
from shared.urls import domain_or_host
from shared.vocabulary import DiscoveryReason

_LINK_COLUMNS = (
    *("link_id", "page_key", "referring_url", "referring_host", "referring_domain", "target_url"),
    *("target_key", "metrics", "told_value", "first_seen_at", "gained_at", "workspace_id"),
    *("site_id", "discovery", "known_since", "sources"),
)
_CLAIM_COLUMNS = (
    *("link_id", "claim", "metrics", "anchor_text", "rel", "kind", "first_seen_at"),
    *("last_seen_at", "lost_at", "source", "import_id", "claimed_at"),
)


_NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class Met:
    """For whom rows are stored, from whom they come, and when."""

    site: Site
    source: str
    import_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows in the order in which all writers of links lock, each with its new link, encoded.

    Whether a row's link is new is not known yet: of one that is old only the row itself counts.
    """

    met: Met
    rows: Sequence[LinkRow] = ()
    ids: Sequence[bytes] = ()
    values: Sequence[float] = ()
    links: Sequence[bytes] = ()
    claims: Sequence[bytes] = ()
    events: Sequence[bytes] = ()
    """The pieces of each row's `link.tracked`, for the frame of `shared.bundles`."""
    frame: bytes = b""


def prepare(rows: Iterable[LinkRow], met: Met) -> Prepared:
    """Encode rows as the links, claims and events that they become if nobody knew them.

    Column by column: what a column's values are is looked up in C, and only once for each different one.
    """
    ordered = sorted(rows, key=_key)
    if not ordered:
        return Prepared(met)
    columns = columns_of(ordered)
    ids, event_ids = new_id_bytes(len(ordered)), new_id_bytes(len(ordered))
    said = _said(columns.metrics)
    return Prepared(
        met,
        ordered,
        ids,
        values=[one.value for one in said],
        links=_links(columns, ids, [one.with_value for one in said], met),
        claims=_claims(columns, ids, [one.alone for one in said], met),
        events=tracked_pieces(
            columns, event_ids=event_ids, link_ids=ids, values=[one.told for one in said]
        ),
        frame=tracked_frame(met.site, met.now),
    )


def _key(row: LinkRow) -> tuple[int, int]:
    return (row.page_key.int, -1 if row.target_key is None else row.target_key.int)


class _Said(NamedTuple):
    """Metrics, encoded alone and with what a link is worth by them, and that worth, also as JSON."""

    alone: bytes
    with_value: bytes
    value: float
    told: bytes


def _said(metrics: Sequence[Mapping[str, float]]) -> list[_Said]:
    bodies = list(map(orjson.dumps, metrics))
    said = {}
    for body, one in dict(zip(bodies, metrics, strict=True)).items():
        value, alone = value_of_metrics(one), copying.jsonb(body)
        said[body] = _Said(alone, alone + copying.double(value), value, orjson.dumps(value))
    return list(map(said.__getitem__, bodies))


def _links(
    rows: LinkColumns, ids: Sequence[bytes], metrics: Sequence[bytes], met: Met
) -> list[bytes]:
    begin, count = copying.begin_row(len(_LINK_COLUMNS)) + copying.UUID_LENGTH, len(ids)
    urls = [url.encode() for url in rows.referring_url]
    hosts = {
        host: copying.text(host) + copying.text(domain_or_host(host))
        for host in set(rows.referring_host)
    }
    keys = dict(zip(rows.target_url, rows.target_key, strict=True))
    targets = {url: copying.text(url) + copying.uuid(key) for url, key in keys.items()}
    seen = list(map(copying.moment, rows.first_seen))
    end = b"".join(
        (
            copying.uuid(met.site.workspace_id),
            copying.uuid(met.site.site_id),
            copying.text(DiscoveryReason.IMPORTED),
            copying.moment(met.now),
            copying.texts((met.source,)),
        )
    )
    pieces = zip(
        *(repeat(begin, count), ids),
        *(repeat(copying.UUID_LENGTH, count), [key.bytes for key in rows.page_key]),
        *(map(copying.length, map(len, urls)), urls),
        map(hosts.__getitem__, rows.referring_host),
        map(targets.__getitem__, rows.target_url),
        *(metrics, seen, seen, repeat(end, count)),
        strict=True,
    )
    return list(map(copying.row, pieces))


def _claims(
    rows: LinkColumns, ids: Sequence[bytes], metrics: Sequence[bytes], met: Met
) -> list[bytes]:
    begin, count = copying.begin_row(len(_CLAIM_COLUMNS)) + copying.UUID_LENGTH, len(ids)
    said, anchors = rows.claim, rows.anchor
    if _NUL in b"".join(said) or "\x00" in "".join(filter(None, anchors)):
        said, anchors = list(map(clean_json, said)), list(map(clean, anchors))
    end = copying.text(met.source) + copying.uuid(met.import_id) + copying.moment(met.now)
    pieces = zip(
        *(repeat(begin, count), ids, map(copying.length, map(len, said)), said, metrics),
        *(map(copying.text, anchors), map(_rel, rows.rel)),
        *(map(_kind, rows.kind), map(copying.moment, rows.first_seen)),
        *(map(copying.moment, rows.last_seen), map(copying.moment, rows.lost_at)),
        repeat(end, count),
        strict=True,
    )
    return list(map(copying.row, pieces))


@lru_cache(maxsize=256)
def _rel(rel: frozenset[str] | None) -> bytes:
    return copying.texts(None if rel is None else tuple(sorted(rel)))


@lru_cache(maxsize=64)
def _kind(kind: str | None) -> bytes:
    return copying.text(kind)


def clean(text: str | None) -> str | None:
    """Return a text that PostgreSQL takes: a NUL that a broken file carries is none."""
    return text.replace("\x00", "\ufffd") if text and "\x00" in text else text


def clean_json(body: bytes) -> bytes:
    """Return JSON that PostgreSQL takes."""
    return body.replace(_NUL, b"\\ufffd") if _NUL in body else body


async def copy_links(tx: Tx, prepared: Prepared, numbers: Sequence[int]) -> None:
    """Add the links and claims of these rows; raises UniqueViolationError if one is there already."""
    for name, rows, columns in (
        ("links", prepared.links, _LINK_COLUMNS),
        ("claims", prepared.claims, _CLAIM_COLUMNS),
    ):
        await tx.copy_encoded(name, copying.table(map(rows.__getitem__, numbers)), columns)
