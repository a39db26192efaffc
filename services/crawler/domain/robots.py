"""robots.txt by RFC 9309 and, where that is silent, by Google's matcher."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one robots.txt file."""

    sitemaps: tuple[str, ...] = ()

    def allowed(self, user_agent: str, url: str) -> bool:
        """Return whether this user agent may fetch the URL."""
        raise NotImplementedError

    def crawl_delay(self, user_agent: str) -> float | None:
        """Return the seconds between requests that the file asks for."""
        raise NotImplementedError


def parse(body: bytes) -> Robots:
    """Return the rules in the bytes of a robots.txt; never raises."""
    raise NotImplementedError
