"""What the reader of other tools' exports finds, and what it yields for every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.profile.domain.imports.documents import JsonList
from shared.vocabulary import LinkKind


class Dialect(StrEnum):
    """A shape of file that we know; the value is what the API shows."""

    AHREFS_BACKLINKS = "ahrefs_backlinks"
    AHREFS_BROKEN_BACKLINKS = "ahrefs_broken_backlinks"
    AHREFS_REFERRING_DOMAINS = "ahrefs_referring_domains"
    AHREFS_LINK_INTERSECT = "ahrefs_link_intersect"
    SEMRUSH_BACKLINKS = "semrush_backlinks"
    SEMRUSH_BACKLINK_AUDIT = "semrush_backlink_audit"
    SEMRUSH_REFERRING_DOMAINS = "semrush_referring_domains"
    MAJESTIC_BACKLINKS = "majestic_backlinks"
    MAJESTIC_REFERRING_DOMAINS = "majestic_referring_domains"
    MOZ_LINKS = "moz_links"
    MOZ_LINKING_DOMAINS = "moz_linking_domains"
    MOZ_TOP_PAGES = "moz_top_pages"
    GSC_LATEST_LINKS = "gsc_latest_links"
    GSC_LINKING_SITES = "gsc_top_linking_sites"
    GSC_LINKED_PAGES = "gsc_top_linked_pages"
    GSC_LINKING_TEXT = "gsc_top_linking_text"
    BING_PAGES = "bing_pages"
    BING_DOMAINS = "bing_domains"
    BING_ANCHORS = "bing_anchors"
    UBERSUGGEST = "ubersuggest"
    DATAFORSEO = "dataforseo"
    YANDEX = "yandex"
    LINKSENTINEL = "linksentinel"
    ANCHORWATCH = "anchorwatch"
    GENERIC_LINKS = "generic_links"
    GENERIC_DOMAINS = "generic_domains"
    URL_LIST = "url_list"
    DISAVOW = "disavow"
    ZIP = "zip"
    UNREADABLE = "unreadable"


class DateOrder(StrEnum):
    """How a file writes 03/04/2026."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Detection:
    """What a file is and how its columns map; with `refused` set it is not read at all."""

    dialect: Dialect
    source: str  # the tool in one word: ahrefs, semrush, majestic, moz, gsc, bing, list, ...
    encoding: str
    delimiter: str | None  # None: one address per line
    header_row: int | None  # the line, counted from 1; None: the file has no header
    header: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)  # our field -> their column
    columns: Mapping[str, int] = field(default_factory=dict)  # our field -> column number
    date_order: DateOrder = DateOrder.DAY_FIRST
    newline: str = "\n"
    decimal_comma: bool = False
    fingerprint: str = ""  # of the header; a corrected mapping is remembered under it
    notes: tuple[str, ...] = ()
    json: JsonList | None = None  # where the list stands in a JSON document
    refused: str | None = None  # one sentence for the user: why, and where to go instead


# Rows are named tuples: made a million at a time, they cost a third of a frozen dataclass.
class LinkRow(NamedTuple):
    """One link as the source claims it; what the source does not say is None or missing."""

    row_no: int  # the line of the file on which the row begins, from 1, as an editor counts
    referring_url: str  # as `shared.urls.normalise` writes it
    referring_host: str
    page_key: UUID
    target_url: str | None
    target_key: UUID | None
    anchor: str | None  # "" means that the source says: no text
    rel: frozenset[str] | None  # None: the source says nothing about rel
    kind: LinkKind | None
    first_seen: datetime | None
    last_seen: datetime | None
    lost_at: datetime | None
    claim: bytes  # the source's own words, column by column, as JSON
    metrics: Mapping[str, float]  # ahrefs_dr, majestic_tf, moz_da, semrush_as, ...


class LinkColumns(NamedTuple):
    """The rows of a batch column by column: what is done to a column at once costs a third."""

    row_no: Sequence[int]
    referring_url: Sequence[str]
    referring_host: Sequence[str]
    page_key: Sequence[UUID]
    target_url: Sequence[str | None]
    target_key: Sequence[UUID | None]
    anchor: Sequence[str | None]
    rel: Sequence[frozenset[str] | None]
    kind: Sequence[LinkKind | None]
    first_seen: Sequence[datetime | None]
    last_seen: Sequence[datetime | None]
    lost_at: Sequence[datetime | None]
    claim: Sequence[bytes]
    metrics: Sequence[Mapping[str, float]]


def columns_of(rows: Sequence[LinkRow]) -> LinkColumns:
    """Turn rows, at least one, into columns."""
    return LinkColumns(*zip(*rows, strict=True))


class DomainRow(NamedTuple):
    """A referring domain without a page: a domain claim, never a link."""

    row_no: int
    domain: str  # registrable domain
    host: str  # as the file names it
    link_count: int | None
    target_count: int | None
    first_seen: datetime | None
    last_seen: datetime | None
    lost_at: datetime | None
    claim: bytes
    metrics: Mapping[str, float]


class OwnRow(NamedTuple):
    """A link from one of the site's own hosts: dropped and counted."""

    row_no: int
    referring_url: str


class RowError(NamedTuple):
    """A row that cannot be used; it never stops the file."""

    row_no: int
    pointer: str  # JSON pointer: /rows/17/referring_url
    code: str
    detail: str  # one sentence with the fix
    raw: str  # the row, cut


Row = LinkRow | DomainRow | OwnRow | RowError


def key_of(row: LinkRow | DomainRow) -> tuple[object, ...]:
    """Say what makes two rows of one file the same row (seams.md 12)."""
    if isinstance(row, LinkRow):
        return (row.page_key, row.target_key)
    return (row.domain,)
