"""What a Webmention says, checked as the W3C Recommendation asks (3.2.1): two pages, one of them ours."""

from collections.abc import Collection
from dataclasses import dataclass

from shared import addresses, urls
from shared.errors import FieldError, InvalidError

MOST_WAITING = 1_000
"""Pages told of by Webmention that wait for a look, of all sites; beyond them nothing is taken."""
MOST_URL = 2_048


@dataclass(frozen=True, slots=True)
class Webmention:
    """A page that says of itself that it links to another."""

    source: str
    target: str

    def owner_hosts(self) -> list[str]:
        """Return the hosts that a site may be kept under which the target belongs to."""
        host = urls.host_of(self.target)
        found: list[str] = []
        while "." in host:
            found += [host, f"www.{host}"]
            host = host.partition(".")[2]
        return found


def webmention_of(source: str, target: str, *, ports: Collection[int]) -> Webmention:
    """Return what was sent; raises InvalidError for what cannot be one."""
    found = Webmention(
        source=urls.normalise(_page(source, "/source", ports)),
        target=urls.normalise(_page(target, "/target", ports)),
    )
    if urls.url_key(found.source) == urls.url_key(found.target):
        detail = "source and target are the same page."
        raise InvalidError(detail, [FieldError("/source", "invalid", detail)])
    return found


def _page(text: str, pointer: str, ports: Collection[int]) -> str:
    if len(text) > MOST_URL:
        detail = f"{pointer[1:]} is longer than {MOST_URL} characters."
        raise InvalidError(detail, [FieldError(pointer, "too_long", detail)])
    return addresses.check_url(text, pointer=pointer, ports=frozenset(ports))
