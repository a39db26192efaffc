"""What one fetch of a URL brought back: the contract between adapters/web.py and the pure part."""

from collections.abc import Iterator
from typing import NamedTuple

from shared.events import Hop
from shared.vocabulary import Reason

_MAX_LOCATION = 2_048

MOST_PACKED = 64 * 1024
"""Bytes of a body that may be left in its coding: what it may become is bounded by then."""


class Exchange(NamedTuple):
    """One request and the head of its answer, as they went over the wire.

    `received` counts the bytes of its body; `truncated` is the WARC word for why that is not whole,
    None if it is.
    """

    url: str
    request_headers: tuple[tuple[str, str], ...]
    http_version: str
    status: int
    phrase: str
    headers: tuple[tuple[bytes, bytes], ...]
    ip: str | None = None
    received: int = 0
    truncated: str | None = None


class Fetched(NamedTuple):
    """One answered, or failed, fetch with every hop that led to it.

    `failure` is set when there is no answer to judge: timeout, tls_error, unreachable, dns_gone,
    redirect_loop, too_large, undecodable (broken content coding), address_not_allowed, or
    robots_disallows_us when we did not ask. With too_large the body holds what was read.
    `hops` are the redirects that were followed, each with its status and raw Location. `exchanges`
    are all answered requests in order; of a body in a content coding `wire` holds the bytes as they
    came, up to a cap, and is None where `body` is what came. A body that is still `packed` in this
    coding is whole in `wire`, and `body` is empty.
    """

    url: str
    final_url: str
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    hops: tuple[Hop, ...] = ()
    body: bytes = b""
    failure: Reason | None = None
    not_modified: bool = False
    ip: str | None = None
    elapsed_ms: int = 0
    wire_bytes: int = 0
    exchanges: tuple[Exchange, ...] = ()
    wire: bytes | None = None
    rendered: bool = False
    tls_issuer: str | None = None
    packed: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name."""
        lowered = name.lower()
        for key, value in self.headers:
            if key.lower() == lowered:
                return value
        return None

    def header_values(self, name: str) -> Iterator[str]:
        """Return every value of a header, in the order of the answer."""
        lowered = name.lower()
        return (value for key, value in self.headers if key.lower() == lowered)


def followed_by(first: Fetched, location: str, second: Fetched) -> Fetched:
    """Return a fetch that went on by itself from where the first one ended, as one."""
    hop = Hop(url=first.final_url, status=first.status, location=location[:_MAX_LOCATION])
    return second._replace(
        url=first.url,
        hops=(*first.hops, hop, *second.hops),
        elapsed_ms=first.elapsed_ms + second.elapsed_ms,
        wire_bytes=first.wire_bytes + second.wire_bytes,
        exchanges=first.exchanges + second.exchanges,
    )
