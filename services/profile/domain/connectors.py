"""What is asked of the services that sell links, what it costs, and how their answers become rows; pure.

Every provider is one `Connector`. A page of an answer becomes a table under the provider's own column
names, so that it is recognised and read like a file of that provider.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson

from shared.errors import InvalidError

MAX_ROWS = 10_000
"""Most rows of one pull."""


class Provider(StrEnum):
    AHREFS = "ahrefs"
    SEMRUSH = "semrush"
    DATAFORSEO = "dataforseo"


LABELS = {
    Provider.AHREFS: "Ahrefs",
    Provider.SEMRUSH: "Semrush",
    Provider.DATAFORSEO: "DataForSEO",
}


class KeyRefusedError(InvalidError):
    """The provider does not take the key; such a call is not charged."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One page that is asked for: links to a domain, of a delta only those first seen since a day."""

    domain: str
    limit: int
    offset: int = 0
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it goes out; its address or headers hold the key, so it is never logged."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: str = field(default="", repr=False)
    json: Any = None
    basic: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def decoded(self) -> Any:
        """Return the body read as JSON, None if it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class PulledPage:
    """The rows of an answer in the order of the connector's columns, and what the provider charged."""

    rows: Sequence[Sequence[str]]
    got: int
    units: int


class Connector(Protocol):
    """What one provider asks of us and gives."""

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def unit(self) -> str: ...

    @property
    def page_rows(self) -> int: ...

    def estimate(self, rows: int) -> int:
        """Return the most that a call for so many rows can cost, in units."""
        ...

    def request(self, ask: Ask, key: str) -> Request: ...

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        """Return the rows of an answer; raises InvalidError with a sentence for people."""
        ...


def pages_of(connector: Connector, rows: int) -> list[int]:
    """Return how many rows each call of a pull asks for."""
    whole, rest = divmod(rows, connector.page_rows)
    return [connector.page_rows] * whole + ([rest] if rest else [])


def estimate_pull(connector: Connector, rows: int) -> int:
    """Return the most that a pull can cost."""
    return sum(connector.estimate(size) for size in pages_of(connector, rows))


def cap_sentence(
    provider: Provider, connector: Connector, *, cost: int, used: int, cap: int
) -> str:
    """Say why a call is not made."""
    return (
        f"The next call to {LABELS[provider]} may cost {cost:,} {connector.unit}. {used:,} of the "
        f"{cap:,} of this month are used, so it was not made. Raise the cap, or wait for next month."
    )


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[str]], *, header: bool) -> bytes:
    """Return rows as a file of the provider would have them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(columns)
    writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return out.getvalue().encode()


def _refused(name: str, status: int) -> InvalidError:
    if status in {401, 403}:
        return KeyRefusedError(
            f"{name} does not accept this key. Check it in your account there, and that your plan "
            "includes the API; then set it again."
        )
    if status in {402, 429}:
        return InvalidError(
            f"{name} says that your account has no units left, or that it is asked too often. "
            "Try again later."
        )
    return InvalidError(f"{name} could not answer (HTTP {status}). Try again later.")


def _no_sense(name: str) -> InvalidError:
    return InvalidError(f"{name} answered with something that is not a list of links.")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return value if isinstance(value, str) else str(value)


def _table(items: Any, columns: Sequence[str], name: str) -> list[list[str]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _no_sense(name)
    return [[_text(item.get(column)) for column in columns] for item in items]


def _new_rows(
    rows: Sequence[Sequence[str]], columns: Sequence[str], since: date | None
) -> Sequence[Sequence[str]]:
    """Return the rows that the provider first saw since a day, and those of which it does not say."""
    if since is None:
        return rows
    at = columns.index("first_seen")
    return [row for row in rows if not row[at] or row[at][:10] >= since.isoformat()]


class Ahrefs:
    """Ahrefs API v3, site-explorer/all-backlinks: 1 unit for each field of a row, 50 at least."""

    columns = (
        *("url_from", "url_to", "anchor", "title", "is_nofollow", "is_ugc", "is_sponsored"),
        *("first_seen", "last_visited", "http_code", "domain_rating_source", "lost_reason"),
    )
    unit = "API units"
    page_rows = 1_000

    def estimate(self, rows: int) -> int:
        return max(50, rows * len(self.columns))

    def request(self, ask: Ask, key: str) -> Request:
        query = {
            "target": ask.domain,
            "mode": "subdomains",
            "select": ",".join(self.columns),
            "order_by": "first_seen:desc",
            "limit": str(ask.limit),
            "offset": str(ask.offset),
        }
        if ask.since is not None:
            query["where"] = f'{{"field":"first_seen","is":["gte","{ask.since.isoformat()}"]}}'
        headers = {"Authorization": f"Bearer {key}"}
        return Request("GET", "/v3/site-explorer/all-backlinks", headers, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        if reply.status != 200:
            raise _refused("Ahrefs", reply.status)
        decoded = reply.decoded()
        if not isinstance(decoded, dict):
            raise _no_sense("Ahrefs")
        rows = _table(decoded.get("backlinks"), self.columns, "Ahrefs")
        told = reply.headers.get("x-api-units-cost-total-actual", "")
        units = int(told) if told.isdecimal() and len(told) < 10 else self.estimate(len(rows))
        return PulledPage(_new_rows(rows, self.columns, ask.since), len(rows), units)


class Semrush:
    """Semrush Backlinks API: 40 units a line. One call for a pull, the newest links first."""

    columns = (
        *("source_url", "target_url", "anchor", "page_ascore", "source_title", "nofollow"),
        *("first_seen", "last_seen"),
    )
    unit = "API units"
    page_rows = MAX_ROWS

    def estimate(self, rows: int) -> int:
        return 40 * max(rows, 1)

    def request(self, ask: Ask, key: str) -> Request:
        query = {
            "type": "backlinks",
            "key": key,
            "target": ask.domain,
            "target_type": "root_domain",
            "export_columns": ",".join(self.columns),
            "display_sort": "first_seen_desc",
            "display_limit": str(ask.limit),
        }
        return Request("GET", "/analytics/v1/", {}, urlencode(query))

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        text = reply.body.decode(errors="replace").lstrip("\ufeff")
        if text.startswith("ERROR 50 "):
            return PulledPage([], 0, 0)
        if text.startswith(("ERROR 120 ", "ERROR 121 ", "ERROR 122 ")):
            raise _refused("Semrush", 401)
        if text.startswith(("ERROR 131 ", "ERROR 132 ", "ERROR 134 ")):
            raise _refused("Semrush", 402)
        if reply.status != 200:
            raise _refused("Semrush", reply.status)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        if not lines or "source_url" not in lines[0]:
            raise _no_sense("Semrush")
        items = [dict(zip(lines[0], line, strict=False)) for line in lines[1:] if line]
        for item in items:
            for name in ("first_seen", "last_seen"):
                item[name] = _from_seconds(item.get(name, ""))
        rows = _table(items, self.columns, "Semrush")
        units = 40 * len(rows)
        return PulledPage(_new_rows(rows, self.columns, ask.since), len(rows), units)


def _from_seconds(text: str) -> str:
    if not text.isdecimal() or len(text) > 10:
        return text
    return datetime.fromtimestamp(int(text), UTC).strftime("%Y-%m-%d %H:%M:%S")


class DataForSeo:
    """DataForSEO backlinks/live: 0.02 dollars a call and 0.00003 a row; a unit is 0.00001 dollars."""

    columns = (
        *("url_from", "url_to", "anchor", "page_from_title", "dofollow", "first_seen", "last_seen"),
        *("page_from_status_code", "rank", "backlink_spam_score", "semantic_location", "is_lost"),
    )
    unit = "hundred-thousandths of a dollar"
    page_rows = 1_000

    def estimate(self, rows: int) -> int:
        return 2_000 + 3 * rows

    def request(self, ask: Ask, key: str) -> Request:
        task: dict[str, Any] = {
            "target": ask.domain,
            "mode": "as_is",
            "limit": ask.limit,
            "offset": ask.offset,
            "order_by": ["first_seen,desc"],
        }
        if ask.since is not None:
            task["filters"] = ["first_seen", ">=", f"{ask.since.isoformat()} 00:00:00 +00:00"]
        return Request("POST", "/v3/backlinks/backlinks/live", json=[task], basic=key)

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        if reply.status != 200:
            raise _refused("DataForSEO", reply.status)
        try:
            task = reply.decoded()["tasks"][0]
            code, result = int(task["status_code"]), task.get("result")
            found = result[0].get("items") if result else []
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise _no_sense("DataForSEO") from None
        if code != 20_000:
            raise _refused("DataForSEO", code // 100)
        rows = _table(found or [], self.columns, "DataForSEO")
        cost = task.get("cost")
        told = round(cost * 100_000) if isinstance(cost, int | float) else None
        units = self.estimate(len(rows)) if told is None else max(told, 0)
        return PulledPage(_new_rows(rows, self.columns, ask.since), len(rows), units)


CONNECTORS: Mapping[Provider, Connector] = {
    Provider.AHREFS: Ahrefs(),
    Provider.SEMRUSH: Semrush(),
    Provider.DATAFORSEO: DataForSeo(),
}
