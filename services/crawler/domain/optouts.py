"""Hosts whose owners, or the operator, want this robot to stay away: they are never asked."""

from collections.abc import Iterable


class OptOuts:
    """A set of hosts; each stands for itself and for everything below it."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self._hosts = frozenset(hosts)

    def __len__(self) -> int:
        return len(self._hosts)

    def covers(self, host: str) -> bool:
        """Return whether a host is on the list, or below one that is."""
        if not self._hosts:
            return False
        while host:
            if host in self._hosts:
                return True
            host = host.partition(".")[2]
        return False
