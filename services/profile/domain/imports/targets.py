"""Reads lists of one's own pages: no sources of links, but a word on which pages matter."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from services.profile.domain.imports import cells
from services.profile.domain.imports.mapping import Cells
from services.profile.domain.imports.records import Fault, records
from services.profile.domain.imports.rows import Detection, Dialect
from shared import urls

OWN_PAGE_DIALECTS = frozenset({Dialect.GSC_LINKED_PAGES, Dialect.MOZ_TOP_PAGES})


class TargetRow(NamedTuple):
    """One page of the site, and how many links and sites the source says it has."""

    url: str
    key: UUID
    link_count: int | None
    site_count: int | None


def lists_own_pages(detection: Detection) -> bool:
    """Say whether a file that is refused as a list of links tells which targets matter."""
    columns = detection.columns
    return detection.dialect in OWN_PAGE_DIALECTS and bool(
        {"target_url", "referring_url"} & columns.keys()
    )


def read_targets(
    chunks: Iterable[bytes], detection: Detection, site_hosts: Collection[str]
) -> Iterator[TargetRow]:
    """Yield the pages of the site that such a file names; what is none is left out."""
    columns = detection.columns
    place = columns.get("target_url", columns.get("referring_url", 0))
    counts = [columns.get(name) for name in ("link_count", "site_count")]
    for _, record in records(chunks, detection):
        if isinstance(record, Fault) or len(record) != len(detection.header):
            continue
        page = cells.place_of(record[place].strip())
        if page is not None and urls.same_site(page.host, site_hosts):
            links, sites = (_count(record, at) for at in counts)
            yield TargetRow(page.url, urls.page_id(page.url), links, sites)


def _count(record: Cells, at: int | None) -> int | None:
    return None if at is None else cells.count_of(record[at])
