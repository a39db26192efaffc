"""What a connector is: one call after the other, what each may cost, and rows like those of a file; pure.

A page of an answer becomes a table under the provider's own column names, so that it is recognised and
read like a file of that provider.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

import orjson

from shared.errors import InvalidError

MAX_ROWS = 10_000
"""Most rows of one pull."""


class Provider(StrEnum):
    AHREFS = "ahrefs"
    SEMRUSH = "semrush"
    DATAFORSEO = "dataforseo"
    MAJESTIC = "majestic"
    BING = "bing"
    YANDEX = "yandex"


LABELS = {
    Provider.AHREFS: "Ahrefs",
    Provider.SEMRUSH: "Semrush",
    Provider.DATAFORSEO: "DataForSEO",
    Provider.MAJESTIC: "Majestic",
    Provider.BING: "Bing Webmaster Tools",
    Provider.YANDEX: "Yandex Webmaster",
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
    place: str | None = None
    """Where a walk of several questions stands, as the answer before said it."""


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
    place: str | None = None
    more: bool | None = None
    """Whether there is more to ask for; None where the number of rows tells."""


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

    def calls(self, rows: int) -> Sequence[int]:
        """Return how many rows each call of a pull asks for; a pull makes no more calls than that."""
        ...

    def request(self, ask: Ask, key: str) -> Request: ...

    def read(self, reply: Reply, ask: Ask) -> PulledPage:
        """Return the rows of an answer; raises InvalidError with a sentence for people."""
        ...


def pages_of(rows: int, page_rows: int) -> list[int]:
    """Return the sizes of the pages into which rows are divided."""
    whole, rest = divmod(rows, page_rows)
    return [page_rows] * whole + ([rest] if rest else [])


class Paged:
    """Connectors that ask page after page by an offset."""

    page_rows: int

    def calls(self, rows: int) -> Sequence[int]:
        return pages_of(rows, self.page_rows)


def estimate_pull(connector: Connector, rows: int) -> int:
    """Return the most that a pull can cost."""
    return sum(connector.estimate(size) for size in connector.calls(rows))


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


def refused(name: str, status: int) -> InvalidError:
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


def no_sense(name: str) -> InvalidError:
    return InvalidError(f"{name} answered with something that is not a list of links.")


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(text, value))
    return value if isinstance(value, str) else str(value)


def table(items: Any, columns: Sequence[str], name: str) -> list[list[str]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise no_sense(name)
    return [[text(item.get(column)) for column in columns] for item in items]


def new_rows(
    rows: Sequence[Sequence[str]],
    columns: Sequence[str],
    since: date | None,
    *,
    by: str = "first_seen",
) -> Sequence[Sequence[str]]:
    """Return the rows that the provider first saw since a day, and those of which it does not say."""
    if since is None:
        return rows
    at = columns.index(by)
    return [row for row in rows if not row[at] or row[at][:10] >= since.isoformat()]
