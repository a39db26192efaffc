"""Sets that grow together: which names belong to one another by a chain of joins."""

from collections.abc import Iterable


class Union:
    """Names, joined pair by pair; the first in the order of the alphabet stands for its set."""

    def __init__(self, names: Iterable[str]) -> None:
        self._above = {name: name for name in names}

    def find(self, name: str) -> str:
        above = self._above
        root = name
        while above[root] != root:
            root = above[root]
        while above[name] != root:
            above[name], name = root, above[name]
        return root

    def join(self, left: str, right: str) -> bool:
        """Put two sets together; False if they were one already."""
        one, other = sorted((self.find(left), self.find(right)))
        self._above[other] = one
        return one != other

    def groups(self) -> list[list[str]]:
        """Return the sets, each in order."""
        found: dict[str, list[str]] = {}
        for name in sorted(self._above):
            found.setdefault(self.find(name), []).append(name)
        return list(found.values())
