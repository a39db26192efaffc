"""A site with all its hosts, and its snapshot for the other services; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from shared.errors import FieldError, InvalidError
from shared.events import SiteHost, SiteSnapshot
from shared.urls import bare_host, from_text, host_of, is_ip, is_public_suffix
from shared.vocabulary import HostRole

S = TypeVar("S", bound=SiteSnapshot)


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the site; everything below it belongs to it."""

    host: str
    role: HostRole = HostRole.MAIN


@dataclass(frozen=True, slots=True)
class Site:
    """A web property that a workspace looks after."""

    site_id: UUID
    workspace_id: UUID
    domain: str
    name: str
    domains: tuple[Host, ...]
    brands: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    manual_action: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    paused: bool = False
    archived: bool = False
    version: int = 1
    discovered_until: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host.host for host in self.domains)


def read_host(text: str, *, pointer: str) -> str:
    """Return the host that a person meant by a domain or URL; raises InvalidError with the fix."""
    url = from_text(text)
    host = bare_host(host_of(url)) if url else ""
    if "@" in text.partition("/")[0]:
        detail = f"{text!r} is an e-mail address. Give the domain alone, like example.com."
    elif is_ip(host) or not _is_name(host):
        detail = f"{text!r} is not a domain. Give one like example.com."
    elif is_public_suffix(host):
        detail = f"{host} is a public suffix: anybody may have names below it. Name your own host."
    else:
        return host
    raise InvalidError(detail, [FieldError(pointer, "invalid_domain", detail)])


def _is_name(host: str) -> bool:
    """Say whether DNS could hold this name, with at least two labels."""
    labels = host.split(".")
    return len(labels) > 1 and len(host) <= 253 and all(0 < len(one) <= 63 for one in labels)


def read_hosts(domain: str, others: Iterable[Host]) -> tuple[Host, ...]:
    """Return the hosts of a site, its domain first, each once."""
    main = read_host(domain, pointer="/domain")
    found = {main: HostRole.MAIN}
    for number, other in enumerate(others):
        host = read_host(other.host, pointer=f"/domains/{number}/host")
        found.setdefault(host, other.role)
    return tuple(Host(host, role) for host, role in found.items())


def snapshot(site: Site, event: type[S]) -> S:
    """Return the event that carries the whole of a site."""
    return event(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        version_no=site.version,
        domain=site.domain,
        site_name=site.name,
        domains=tuple(SiteHost(host=host.host, role=host.role) for host in site.domains),
        brands=site.brands,
        keywords=site.keywords,
        partners=site.partners,
        competitors=site.competitors,
        manual_action=site.manual_action,
        paused=site.paused,
        archived=site.archived,
    )
