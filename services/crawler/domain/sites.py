"""Which watched sites a host belongs to, found in a few steps however many sites there are."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shared import urls


class Sites:
    """The hosts of all watched sites; subdomains count as their site."""

    def __init__(self, hosts_of: Mapping[UUID, Iterable[str]]) -> None:
        self._owners: dict[str, list[UUID]] = {}
        for site_id, hosts in hosts_of.items():
            for host in frozenset(map(urls.bare_host, hosts)):
                self._owners.setdefault(host, []).append(site_id)

    def of(self, host: str) -> tuple[UUID, ...]:
        """Return the sites that a host belongs to, each once."""
        found: dict[UUID, None] = {}
        while host:
            found.update(dict.fromkeys(self._owners.get(host, ())))
            host = host.partition(".")[2]
        return tuple(found)

    def wanted(self, host: str) -> bool:
        """Return whether a host belongs to any watched site: the test that `page.read` takes."""
        while host:
            if host in self._owners:
                return True
            host = host.partition(".")[2]
        return False
