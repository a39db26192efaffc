"""Reads the access logs of web servers: who sent a reader to which page, and never who that reader was."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import orjson

from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.unpacking import BREAK, unpacked

MOST_LINE = 64 * 1024
_TOO_LONG = "a line was too long to be a line of a log"
_UNREADABLE = "a line is in no format of a log that is known"

# Combined, with the host before it where the server keeps one; whatever follows the agent is not read.
_COMBINED = re.compile(
    rb"^(?:(?P<host>(?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*)(?::\d+)? )?\S+ \S+ [^\[]*?"
    rb"\[(?P<at>[^\]]{1,40})\] \"(?P<request>(?:[^\"\\]|\\.)*)\" (?P<status>\d{3}) \S+"
    rb" \"(?P<referer>(?:[^\"\\]|\\.)*)\" \"(?P<agent>(?:[^\"\\]|\\.)*)\""
)
# With a host in front there is one word more before the time.
_HOST_FIRST = re.compile(rb"^\S+ \S+ \S+ [^\[ ]\S* \[")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_FIELDS = b"#Fields:"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_APACHE_TIME = re.compile(r"(\d\d)/([A-Za-z]{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?: ([+-]\d{4}))?")


@dataclass(frozen=True, slots=True)
class Visit:
    """One answered request; there is no field for the address that it came from."""

    referer: str
    path: str
    host: str
    status: int
    agent: str
    at: datetime | None


Reader = Callable[[bytes], Visit | None]


def visits(chunks: Iterable[bytes], damage: Damage) -> Iterator[Visit]:
    """Yield the requests of a log, packed or not, as it comes in; the format is told line by line."""
    by_fields: Reader | None = None
    for line in _lines(chunks, damage):
        if line.startswith(b"#"):
            if line.startswith(_FIELDS):
                by_fields = _reader_of(line)
            continue
        read = _from_json if line.startswith(b"{") else by_fields or _from_combined
        visit = read(line)
        if visit is None:
            damage.note(_UNREADABLE)
        else:
            yield visit


def _lines(chunks: Iterable[bytes], damage: Damage) -> Iterator[bytes]:
    rest = b""
    for piece in unpacked(chunks, damage):
        if piece is BREAK:
            rest = b""
            continue
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole if line.strip())
        if len(rest) > MOST_LINE:
            damage.note(_TOO_LONG)
            rest = b""
    if rest.strip():
        yield rest.rstrip(b"\r")


# ---- combined, of Apache and nginx ------------------------------------------------------------------


def _from_combined(line: bytes) -> Visit | None:
    found = _COMBINED.match(line)
    if found is None:
        return None
    host = found["host"] if found["host"] and _HOST_FIRST.match(line) else None
    request = _unescaped(found["request"]).split(" ")
    return Visit(
        referer=_unescaped(found["referer"]),
        path=request[1] if len(request) > 1 else "",
        host=(host or b"").decode("ascii").lower(),
        status=int(found["status"]),
        agent=_unescaped(found["agent"]),
        at=_apache_time(found["at"].decode("ascii", "replace")),
    )


def _unescaped(raw: bytes) -> str:
    """Return a quoted field as the client sent it: Apache and nginx escape quotes and odd bytes."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_as_sent, text) if "\\" in text else text


def _as_sent(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


@lru_cache(maxsize=1_024)
def _apache_time(text: str) -> datetime | None:
    """Return the moment of `10/Oct/2026:13:55:36 +0200`, whatever the language of this machine."""
    found = _APACHE_TIME.match(text)
    if found is None or found[2].lower() not in _MONTHS:
        return _iso_time(text)
    day, month, year, hour, minute, second, zone = found.groups()
    number = _MONTHS.index(month.lower()) + 1
    return _iso_time(f"{year}-{number:02}-{day}T{hour}:{minute}:{second}{zone or '+0000'}")


def _iso_time(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# ---- JSON, of Caddy and of nginx with the usual names -------------------------------------------------


def _from_json(line: bytes) -> Visit | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(row, dict):
        return None
    request = row.get("request")
    visit = _from_caddy(row, request) if isinstance(request, dict) else _from_names(row)
    return visit if visit.path else None


def _from_caddy(row: Mapping[str, Any], request: Mapping[str, Any]) -> Visit:
    headers = request.get("headers")
    sent = (
        {name.lower(): value for name, value in headers.items()}
        if isinstance(headers, dict)
        else {}
    )
    return Visit(
        referer=_first(sent.get("referer")),
        path=_first(request.get("uri")),
        host=_without_port(_first(request.get("host"))),
        status=_number(row.get("status")),
        agent=_first(sent.get("user-agent")),
        at=_json_time(row.get("ts")),
    )


def _from_names(row: Mapping[str, Any]) -> Visit:
    """Read a row whose keys are the variables of nginx, or nearly so."""

    def named(*names: str) -> str:
        return next((_first(row[name]) for name in names if row.get(name) is not None), "")

    request = named("request").split(" ")
    path = named("request_uri", "uri", "path") or (request[1] if len(request) > 1 else "")
    return Visit(
        referer=named("http_referer", "http_referrer", "referer", "referrer"),
        path=path,
        host=_without_port(named("host", "http_host", "server_name", "vhost")),
        status=_number(named("status", "status_code")),
        agent=named("http_user_agent", "user_agent", "agent"),
        at=_json_time(next((row[key] for key in _TIME_KEYS if row.get(key)), None)),
    )


_TIME_KEYS = ("time_iso8601", "time_local", "msec", "timestamp", "@timestamp", "time", "ts")


def _first(value: object) -> str:
    """Return a value as text; of a header that came more than once, the first."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else "" if value is None else str(value)


def _json_time(value: object) -> datetime | None:
    """Return a moment given as text, or as seconds since 1970."""
    text = _first(value)
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return _apache_time(text)


def _number(value: object) -> int:
    text = _first(value)
    return int(text) if text.isdecimal() and len(text) <= 3 else 0


def _without_port(host: str) -> str:
    return host.partition(":")[0].strip().lower()


# ---- files that say which fields they have: IIS, CloudFront --------------------------------------------


def _reader_of(line: bytes) -> Reader:
    names = line.removeprefix(_FIELDS).decode("ascii", "replace").lower().split()
    place = {name: at for at, name in enumerate(names)}
    is_cloudfront = any(name.startswith("x-edge-") for name in names)

    def read(row: bytes) -> Visit | None:
        cells = row.decode("utf-8", "replace").split("\t" if b"\t" in row else " ")
        return (
            _from_cells(cells, place, unquoted=is_cloudfront) if len(cells) >= len(names) else None
        )

    return read


def _from_cells(cells: Sequence[str], place: Mapping[str, int], *, unquoted: bool) -> Visit | None:
    def cell(*names: str) -> str:
        known = (cells[place[name]] for name in names if name in place)
        return next((value for value in known if value != "-"), "")

    path = cell("cs-uri-stem", "cs-uri")
    if not path:
        return None
    query = cell("cs-uri-query")
    referer, agent = cell("cs(referer)"), cell("cs(user-agent)")
    return Visit(
        # CloudFront escapes what would break its columns; IIS writes what came.
        referer=unquote(referer) if unquoted else referer,
        path=f"{path}?{query}" if query else path,
        host=_without_port(cell("x-host-header", "cs-host")),
        status=_number(cell("sc-status")),
        agent=unquote(agent) if unquoted else agent.replace("+", " "),
        at=_iso_time(f"{cell('date')}T{cell('time')}"),
    )
