"""The requests that one fetch leads to: redirects hop by hop, with cookies that live no longer."""

from collections.abc import Mapping, Sequence

import aiohttp
from yarl import URL

from services.crawler.domain.fetched import Exchange
from shared import urls
from shared.events import Hop
from shared.vocabulary import Reason

_MAX_COOKIES = 50
_MAX_LOCATION = 2048


class Chain:
    """The requests that one fetch leads to, from the first URL to the last."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self._headers = dict(headers or {})
        self.at = url
        self.hops: list[Hop] = []
        self.exchanges: list[Exchange] = []
        self.cookies: aiohttp.CookieJar | None = None
        self._seen: set[tuple[str, str]] = set()

    def headers(self) -> dict[str, str]:
        """Return the extra headers of the next request: none once a redirect left the first host."""
        if not self._headers or urls.host_of(self.at) != urls.host_of(self.url):
            return {}
        return dict(self._headers)

    def cookie_header(self) -> str:
        if self.cookies is None:
            return ""
        fitting = self.cookies.filter_cookies(request_url(self.at))
        return "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in fitting.values())

    def keep_cookies(self, told: Sequence[str]) -> None:
        """Take over the Set-Cookie headers of an answer, for later requests of this chain only."""
        if not told or len(told) > _MAX_COOKIES:
            return
        if self.cookies is None:
            self.cookies = aiohttp.CookieJar()
        self.cookies.update_cookies_from_headers(told, request_url(self.at))

    def loops(self) -> bool:
        """Return whether this URL was asked before; a new cookie makes it another question."""
        question = (self.at.partition("#")[0], self.cookie_header())
        if question in self._seen:
            return True
        self._seen.add(question)
        return False

    def follow(self, status: int | None, location: str) -> Reason | None:
        """Go to where a redirect points; return why that cannot be done."""
        self.hops.append(Hop(url=self.at, status=status, location=location[:_MAX_LOCATION]))
        target = urls.resolve(location, self.at)
        if target is None:
            return Reason.ADDRESS_NOT_ALLOWED
        self.at = without_userinfo(target)
        return Reason.REDIRECT_LOOP if self.loops() else None


def request_url(url: str) -> URL:
    # encoded=True: yarl would rewrite /%7Euser/ and others; ask for exactly what a browser asks.
    return URL(url.partition("#")[0], encoded=True)


def without_userinfo(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if "@" not in authority:
        return url
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
