"""Links that nobody knew, encoded for COPY while the batch before them is stored: no statement per row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import orjson

from services.profile.domain.history import tracked_body
from services.profile.domain.imports import LinkRow
from services.profile.domain.site import Site
from services.profile.domain.value import value_of_metrics
from shared import copying, outbox
from shared.db import Tx
from shared.events import LinkTracked
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
_BEGIN_LINK = copying.begin_row(len(_LINK_COLUMNS)) + copying.UUID_LENGTH
_BEGIN_CLAIM = copying.begin_row(len(_CLAIM_COLUMNS)) + copying.UUID_LENGTH


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


def prepare(rows: Iterable[LinkRow], met: Met) -> Prepared:
    """Encode rows as the links, claims and events that they become if nobody knew them."""
    ordered = sorted(rows, key=_key)
    ids, event_ids = new_id_bytes(len(ordered)), new_id_bytes(len(ordered))
    encoder = _Encoder(met)
    encode_event, encode_row = tracked_body(met.site, met.now), outbox.encoder(LinkTracked.name)
    values = list[float]()
    links, claims, events = list[bytes](), list[bytes](), list[bytes]()
    for link_id, event_id, row in zip(ids, event_ids, ordered, strict=True):
        metrics, told, value = encoder.metrics(row)
        values.append(value)
        links.append(encoder.link(link_id, row, told))
        claims.append(encoder.claim(link_id, row, metrics))
        events.append(encode_row(event_id, encode_event(event_id, link_id, row, value)))
    return Prepared(met, ordered, ids, values, links, claims, events)


def _key(row: LinkRow) -> tuple[int, int]:
    return (row.page_key.int, -1 if row.target_key is None else row.target_key.int)


class _Encoder:
    """Encodes the rows of one batch; what rows share is encoded once."""

    def __init__(self, met: Met) -> None:
        source, now = copying.text(met.source), copying.moment(met.now)
        self._end_link = b"".join(
            (
                copying.uuid(met.site.workspace_id),
                copying.uuid(met.site.site_id),
                copying.text(DiscoveryReason.IMPORTED),
                now,
                copying.texts((met.source,)),
            )
        )
        self._end_claim = source + copying.uuid(met.import_id) + now
        self._hosts: dict[str, bytes] = {}
        self._targets: dict[str | None, bytes] = {None: copying.NULL + copying.NULL}
        self._metrics: dict[bytes, tuple[bytes, bytes, float]] = {}

    def metrics(self, row: LinkRow) -> tuple[bytes, bytes, float]:
        """Return the metrics encoded, alone and with what the link is worth by them, and that worth."""
        body = orjson.dumps(row.metrics)
        found = self._metrics.get(body)
        if found is None:
            value = value_of_metrics(row.metrics)
            encoded = copying.jsonb(body)
            found = self._metrics[body] = (encoded, encoded + copying.double(value), value)
        return found

    def link(self, link_id: bytes, row: LinkRow, metrics: bytes) -> bytes:
        host, target, url = row.referring_host, row.target_url, row.referring_url.encode()
        named = self._hosts.get(host)
        if named is None:
            named = copying.text(host) + copying.text(domain_or_host(host))
            self._hosts[host] = named
        linked = self._targets.get(target)
        if linked is None:
            linked = self._targets[target] = copying.text(target) + copying.uuid(row.target_key)
        seen, length = copying.moment(row.first_seen), copying.length(len(url))
        return copying.row(
            (
                *(_BEGIN_LINK, link_id, copying.UUID_LENGTH, row.page_key.bytes, length, url),
                *(named, linked, metrics, seen, seen, self._end_link),
            )
        )

    def claim(self, link_id: bytes, row: LinkRow, metrics: bytes) -> bytes:
        said, anchor = json_bytes(row.claim), row.anchor
        return copying.row(
            (
                *(_BEGIN_CLAIM, link_id, copying.length(len(said)), said, metrics),
                copying.NULL if anchor is None else copying.text(clean(anchor)),
                _rel(row.rel),
                _kind(row.kind),
                copying.moment(row.first_seen),
                copying.moment(row.last_seen),
                copying.moment(row.lost_at),
                self._end_claim,
            )
        )


@lru_cache(maxsize=256)
def _rel(rel: frozenset[str] | None) -> bytes:
    return copying.texts(None if rel is None else tuple(sorted(rel)))


@lru_cache(maxsize=64)
def _kind(kind: str | None) -> bytes:
    return copying.text(kind)


def clean(text: str | None) -> str | None:
    """Return a text that PostgreSQL takes: a NUL that a broken file carries is none."""
    return text.replace("\x00", "\ufffd") if text and "\x00" in text else text


def json_bytes(value: object) -> bytes:
    """Return a value as JSON that PostgreSQL takes."""
    body = orjson.dumps(value)
    return body.replace(b"\\u0000", b"\\ufffd") if b"\\u0000" in body else body


async def copy_links(tx: Tx, prepared: Prepared, numbers: Sequence[int]) -> None:
    """Add the links and claims of these rows; raises UniqueViolationError if one is there already."""
    for name, rows, columns in (
        ("links", prepared.links, _LINK_COLUMNS),
        ("claims", prepared.claims, _CLAIM_COLUMNS),
    ):
        await tx.copy_encoded(name, copying.table(map(rows.__getitem__, numbers)), columns)
