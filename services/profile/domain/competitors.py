"""What an export of a competitor's links says, by domain: what to keep and what never to; pure."""

from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from services.profile.domain.imports import (
    Detection,
    DomainRow,
    LinkRow,
    OwnRow,
    Row,
    RowError,
    detect_part,
    parts_of,
    read,
)
from shared.errors import InvalidError
from shared.urls import domain_or_host

MAX_DOMAINS = 500_000
MAX_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class DomainClaim:
    """That a domain links to the competitor, with a page as an example where the file names one."""

    domain: str
    link_count: int = 0
    page_url: str | None = None
    target_url: str | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None

    def add(self, row: LinkRow | DomainRow) -> None:
        """Take a row into account."""
        if isinstance(row, LinkRow):
            self.link_count += 1
            if self.page_url is None:
                self.page_url, self.target_url = row.referring_url, row.target_url
        else:
            self.link_count = max(self.link_count, row.link_count or 1)
        for name, value in row.metrics.items():
            self.metrics[name] = max(value, self.metrics.get(name, value))
        self.first_seen_at = min(filter(None, (self.first_seen_at, row.first_seen)), default=None)
        self.last_seen_at = max(filter(None, (self.last_seen_at, row.last_seen)), default=None)


@dataclass(slots=True)
class Summary:
    """What was read."""

    source: str = ""
    rows: int = 0
    rejected: int = 0
    own_domain: int = 0
    lost: int = 0
    domains: dict[str, DomainClaim] = field(default_factory=dict)

    def take(self, rows: Iterable[Row]) -> None:
        """Sort rows by domain; a link that the tool itself calls lost is no link."""
        for row in rows:
            self.rows += 1
            if isinstance(row, RowError):
                self.rejected += 1
            elif isinstance(row, OwnRow):
                self.own_domain += 1
            elif row.lost_at is not None:
                self.lost += 1
            else:
                self._add(row)

    def _add(self, row: LinkRow | DomainRow) -> None:
        domain = row.domain if isinstance(row, DomainRow) else domain_or_host(row.referring_host)
        claim = self.domains.get(domain)
        if claim is None:
            if len(self.domains) >= MAX_DOMAINS:
                raise InvalidError(f"The file names more than {MAX_DOMAINS:,} domains. Split it.")
            claim = self.domains[domain] = DomainClaim(domain)
        claim.add(row)


def read_file(file: IO[bytes], file_name: str, hosts: Collection[str]) -> Summary:
    """Read an export of the links of the competitor with these hosts; raises InvalidError."""
    summary = Summary()
    refused: list[str] = []
    for part in parts_of(file, file_name):
        detection: Detection = detect_part(part, site_hosts=hosts)
        if detection.refused is not None:
            refused.append(f"{part.name}: {detection.refused}")
            continue
        summary.source = detection.source
        with closing(part.chunks()) as chunks:
            summary.take(read(chunks, detection, hosts))
    if not summary.source:
        raise InvalidError(" ".join(refused) or "There is no list in this file.")
    return summary
