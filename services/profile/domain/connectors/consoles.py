"""Consoles of search engines, asked by key for the links to one's own site: Bing and Yandex; pure.

Both give away what they know, so what is counted and capped is the calls. Neither tells links by date:
a delta reads the same list and keeps what was found since, as far as a date stands there.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from services.profile.domain.connectors.port import (
    Ask,
    KeyRefusedError,
    PulledPage,
    Reply,
    Request,
    new_rows,
    no_sense,
    pages_of,
    refused,
    table,
)
from shared.errors import InvalidError
from shared.urls import host_of, same_site

MOST_CALLS = 300
"""Most calls of a pull from Bing, which takes one for each page of the site at least."""
_LONGEST_URL = 2_048


def _site_of(name: str, hosts: Sequence[tuple[str, str]], domain: str) -> str:
    """Return what the console calls the site; its shortest host first, https before http."""
    mine = [(url, told) for url, told in hosts if same_site(host_of(url), [domain])]
    if not mine:
        raise InvalidError(
            f"{name} knows no verified site {domain} for this key. Verify it there first."
        )
    best = min(mine, key=lambda one: (len(host_of(one[0])), not one[0].startswith("https")))
    return best[1]


class Bing:
    """Bing Webmaster API: the verified site, its pages with links, then the links of each page."""

    columns = ("Source Url", "Anchor text", "Target Url")
    unit = "calls"
    page_rows = 10_000

    def estimate(self, rows: int) -> int:  # noqa: ARG002 - the port names it
        return 1

    def calls(self, rows: int) -> Sequence[int]:
        return [rows] * min(MOST_CALLS, rows + 2)

    def request(self, ask: Ask, key: str) -> Request:
        walk = _Walk.of(ask.place)
        method, query = "GetUserSites", dict[str, str]()
        if walk.site:
            method, query = "GetLinkCounts", {"siteUrl": walk.site, "page": str(walk.counted)}
        if walk.todo:
            url, page = walk.todo[0]
            method = "GetUrlLinks"
            query = {"siteUrl": walk.site, "link": url, "page": str(page)}
        query["apikey"] = key
        return Request("GET", f"/webmaster/api.svc/json/{method}", {}, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        told = reply.decoded()
        if isinstance(told, dict) and told.get("ErrorCode"):
            raise _bing_refusal(told["ErrorCode"])
        if reply.status != 200:
            raise refused("Bing", reply.status)
        body = told.get("d") if isinstance(told, dict) else None
        walk = _Walk.of(ask.place)
        if not walk.site:
            return self._sites(body, ask)
        if not isinstance(body, dict):
            raise no_sense("Bing")
        return self._links(body, walk, ask) if walk.todo else self._pages(body, walk)

    def _sites(self, body: Any, ask: Ask) -> PulledPage:
        if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
            raise no_sense("Bing")
        urls = [str(one.get("Url", "")) for one in body if one.get("IsVerified", True)]
        site = _site_of("Bing Webmaster Tools", [(url, url) for url in urls], ask.domain)
        return PulledPage([], 0, 1, place=_Walk(site).text(), more=True)

    def _pages(self, body: Mapping[str, Any], walk: "_Walk") -> PulledPage:
        """Note the pages that have links, those with most first."""
        rows = table(body.get("Links"), ("Url", "Count"), "Bing")
        counted = [(url, _number(count)) for url, count in rows if 0 < len(url) <= _LONGEST_URL]
        counted.sort(key=lambda one: -one[1])
        todo = [(url, 0) for url, count in counted if count][:MOST_CALLS]
        done = walk.counted + 1
        is_last = done >= _number(body.get("TotalPages")) or done >= MOST_CALLS
        after = _Walk(walk.site, done, tuple(todo), last=is_last)
        return PulledPage([], 0, 1, place=after.text(), more=bool(todo) or not is_last)

    def _links(self, body: Mapping[str, Any], walk: "_Walk", ask: Ask) -> PulledPage:
        url, page = walk.todo[0]
        found = table(body.get("Details"), ("Url", "AnchorText"), "Bing")[: ask.limit]
        rows = [[source, anchor, url] for source, anchor in found]
        todo = walk.todo[1:]
        if page + 1 < _number(body.get("TotalPages")):
            todo = ((url, page + 1), *todo)
        after = _Walk(walk.site, walk.counted, todo, last=walk.last)
        return PulledPage(rows, len(rows), 1, place=after.text(), more=bool(todo) or not walk.last)


def _bing_refusal(code: Any) -> InvalidError:
    """Return the error for one of Bing's ApiErrorCode numbers."""
    if code in {3, 6, 13, 14}:
        return refused("Bing", 401)
    return refused("Bing", 429 if code in {4, 5} else 500)


class _Walk:
    """Where a pull from Bing stands: the site, how many pages of counts were read, what is to be read."""

    def __init__(
        self,
        site: str = "",
        counted: int = 0,
        todo: Sequence[tuple[str, int]] = (),
        *,
        last: bool = False,
    ) -> None:
        self.site, self.counted, self.todo, self.last = site, counted, tuple(todo), last

    @classmethod
    def of(cls, text: str | None) -> "_Walk":
        if text is None:
            return cls()
        site, counted, todo, last = orjson.loads(text)
        return cls(site, counted, [(url, page) for url, page in todo], last=last)

    def text(self) -> str:
        return orjson.dumps([self.site, self.counted, self.todo, self.last]).decode()


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


class Yandex:
    """Yandex Webmaster API v4: who asks, the verified site, then samples of its links, 100 a call."""

    columns = ("source_url", "destination_url", "discovery_date", "source_last_access_date")
    unit = "calls"
    page_rows = 100

    def estimate(self, rows: int) -> int:  # noqa: ARG002 - the port names it
        return 1

    def calls(self, rows: int) -> Sequence[int]:
        return [0, 0, *pages_of(rows, self.page_rows)]

    def request(self, ask: Ask, key: str) -> Request:
        headers = {"Authorization": f"OAuth {key}", "Accept": "application/json"}
        user, host = _yandex_place(ask.place)
        if not user:
            return Request("GET", "/v4/user", headers)
        path = f"/v4/user/{user}/hosts"
        if not host:
            return Request("GET", path, headers)
        query = urlencode({"offset": ask.offset, "limit": ask.limit})
        path += f"/{quote(host, safe=':')}/links/external/samples"
        return Request("GET", path, headers, query)

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        told = reply.decoded()
        if reply.status != 200:
            raise _yandex_refusal(reply.status, told)
        if not isinstance(told, dict):
            raise no_sense("Yandex")
        user, host = _yandex_place(ask.place)
        if not user:
            number = str(told.get("user_id", ""))
            if not number.isdecimal():
                raise no_sense("Yandex")
            place = orjson.dumps([number, ""]).decode()
            return PulledPage([], 0, 1, place=place, more=True)
        if not host:
            return self._hosts(told, user, ask)
        rows = table(told.get("links"), self.columns, "Yandex")
        kept = new_rows(rows, self.columns, ask.since, by="discovery_date")
        more = bool(rows) and ask.offset + len(rows) < _number(told.get("count"))
        return PulledPage(kept, len(rows), 1, place=ask.place, more=more)

    def _hosts(self, told: Mapping[str, Any], user: str, ask: Ask) -> PulledPage:
        names = ("ascii_host_url", "host_id", "verified")
        hosts = [
            (url, name)
            for url, name, verified in table(told.get("hosts"), names, "Yandex")
            if verified == "true"
        ]
        place = orjson.dumps([user, _site_of("Yandex Webmaster", hosts, ask.domain)]).decode()
        return PulledPage([], 0, 1, place=place, more=True)


def _yandex_place(text: str | None) -> tuple[str, str]:
    user, host = orjson.loads(text) if text else ("", "")
    return user, host


def _yandex_refusal(status: int, told: Any) -> InvalidError:
    code = str(told.get("error_code", "")) if isinstance(told, dict) else ""
    if status == 403 and code and "TOKEN" not in code and "ACCESS" not in code:
        return KeyRefusedError(
            "Yandex Webmaster says that the site is not verified for this key. Verify it there first."
        )
    if status == 404 and code.startswith("HOST_NOT"):
        return InvalidError("Yandex has not loaded this site yet. Try again in some days.")
    return refused("Yandex", status)
