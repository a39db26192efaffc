"""The values of a call between services: what goes out, what comes back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson

Headers = tuple[tuple[str, str], ...]


class TransportError(Exception):
    """The request did not get there, or no answer began."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request. `path` is percent-encoded; a body of chunks is sent while it comes."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes | AsyncIterator[bytes] | None = None


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """The head of an answer, and its body while it comes."""

    status: int
    headers: Headers
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
