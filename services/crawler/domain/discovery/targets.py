"""Says of bytes whether a link to the site may be in them, long before anything is parsed."""

import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache

from shared import hostnames, urls

# Most hosts are written in small ASCII letters, and bytes.find sees those. The authority of any other
# is read one by one: capitals, escapes of URL, JSON or HTML, what browsers drop, letters beyond ASCII.
_ODD_IN_JSON = re.compile(rb"//([a-z0-9.:-]*+[^\"/?# <>][^\"/?# <>]{0,300})")
_ODD_IN_HTML = re.compile(rb"//([a-z0-9.:-]*+(?:&#|[^\"'/?# <>])(?:&#|[^\"'/?# <>]){0,300})")
# No writer of JSON has a reason to escape these: letters, digits, dot and hyphen.
_ESCAPED_ASCII = re.compile(rb"\\u00(?:2[def]|3[0-9a]|[46][1-9a-f]|[57][0-9a])", re.IGNORECASE)
_WIDE = re.compile(rb"\A(?:\xff\xfe|\xfe\xff|.{0,64}\x00)", re.DOTALL)
_BLANKS = "\t\r\n"


class Targets:
    """The hosts of one site: subdomains count as the site."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self.hosts = frozenset(urls.bare_host(hostnames.ascii_form(host)) for host in hosts)
        readable = {urls.readable_host(host) for host in self.hosts} - self.hosts
        self._is_international = bool(readable)
        self._needles = tuple(sorted(host.encode() for host in self.hosts | readable))
        escaped = {json.dumps(host)[1:-1].encode() for host in readable}
        self._json_needles = (*self._needles, *sorted(escaped))
        self._is_odd_one = lru_cache(maxsize=4_096)(self._read_authority)

    def has(self, host: str) -> bool:
        """Return whether a host, as the URL parser writes it, belongs to the site."""
        while host:
            if host in self.hosts:
                return True
            host = host.partition(".")[2]
        return False

    def has_url(self, url: str | None) -> bool:
        return url is not None and urls.is_http(url) and self.has(urls.host_of(url))

    def may_be_in_json(self, data: bytes) -> bool:
        """Return whether a URL of the site may be in a JSON text; False is certain."""
        if any(needle in data for needle in self._json_needles):
            return True
        if b"\\" in data:
            if _ESCAPED_ASCII.search(data) is not None:
                return True
            data = data.replace(b"\\/", b"/")
        return any(
            self._is_odd_one(found[1], in_json=True) for found in _ODD_IN_JSON.finditer(data)
        )

    def may_be_in_html(self, data: bytes) -> bool:
        """Return whether a link to the site may be in a page; False is certain."""
        if any(needle in data for needle in self._needles) or _WIDE.match(data) is not None:
            return True
        odd = _ODD_IN_HTML.finditer(data)
        return any(self._is_odd_one(found[1], in_json=False) for found in odd)

    def _read_authority(self, raw: bytes, *, in_json: bool) -> bool:
        """Return whether the odd spelling of an authority is one of the site's hosts."""
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            return self._is_international  # in an encoding of which only the page's reader knows
        text = _without_escapes(text) if in_json else html.unescape(text)
        for blank in _BLANKS:
            text = text.replace(blank, "")
        return self.has_url(urls.resolve(f"https://{text}"))


def _without_escapes(text: str) -> str:
    text = text.rstrip("\\")
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
