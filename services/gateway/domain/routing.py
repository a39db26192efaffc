"""Which service answers a public path: a table made from the services' own OpenAPI documents."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_PUBLIC = "/v1/"
_OWN_PATHS = re.compile(r"/v1/contacts/(exports|erasures)(/[^/]+)?")
"""What the gateway answers itself though a service has a path that looks like it."""
OWN_AREAS = frozenset({"jobs"})
"""First segments that every service has and the gateway answers itself, by asking all of them."""


@dataclass(frozen=True, slots=True)
class Route:
    """One public path of a service."""

    path: str
    service: str
    methods: frozenset[str]
    pattern: re.Pattern[str]

    @property
    def allow(self) -> str:
        head = {"HEAD"} if "GET" in self.methods else set()
        return ", ".join(sorted(self.methods | head))


@dataclass(frozen=True, slots=True)
class Table:
    """All public paths, by their number of segments; those with more fixed segments come first."""

    by_length: Mapping[int, tuple[Route, ...]]

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """Return the route of a path, and the values of its parameters."""
        if _OWN_PATHS.fullmatch(path) is not None:
            return None
        for route in self.by_length.get(path.count("/"), ()):
            if (match := route.pattern.fullmatch(path)) is not None:
                return route, match.groupdict()
        return None

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(route for routes in self.by_length.values() for route in routes)


def new_table(documents: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return the table for the OpenAPI document of each service; a path has one owner."""
    found: dict[str, Route] = {}
    for service, document in documents.items():
        for path, item in document["paths"].items():
            if not is_forwarded(path):
                continue
            if path in found:
                owners = f"{found[path].service} and {service}"
                raise ValueError(f"{path} is claimed by {owners}")
            methods = frozenset(name.upper() for name in item if name in _METHODS)
            found[path] = Route(path, service, methods, _pattern(path))
    return Table(_by_length(found.values()))


def is_forwarded(path: str) -> bool:
    """Say whether a path of a service is public and not answered by the gateway itself."""
    segments = path.split("/")
    return path.startswith(_PUBLIC) and not OWN_AREAS & set(segments[2:3])


def _by_length(routes: Iterable[Route]) -> dict[int, tuple[Route, ...]]:
    sorted_routes = sorted(routes, key=lambda route: (route.path.count("{"), route.path))
    lengths = {route.path.count("/") for route in sorted_routes}
    return {
        length: tuple(route for route in sorted_routes if route.path.count("/") == length)
        for length in lengths
    }


def _pattern(path: str) -> re.Pattern[str]:
    literal = _PARAMETER.split(path)
    parts = [
        f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(literal)
    ]
    return re.compile("".join(parts))
