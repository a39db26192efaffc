"""Lists page by page: `limit`, signed cursors bound to the filters, `Link: rel="next"`, `include=count`."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from shared import jsontext
from shared.access import derive
from shared.errors import FieldError
from shared.problems import ProblemError

MAX_LIMIT = 500
_TAG_BYTES = 12
_PAGING = frozenset({"cursor", "limit", "include"})
Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        default=None,
        description="Give it back as `cursor`, with the same filters, for the next page.",
    )
    has_more: bool = Field(default=False, description="Whether there is a next page.")
    count: int | None = Field(
        default=None, description="How many items match in all; only with `include=count`."
    )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted. Ask the store for `limit + 1` rows after `after`."""

    limit: int
    after: tuple[Any, ...] | None
    wants_count: bool
    path: str
    filters: tuple[tuple[str, str], ...]
    secret: bytes
    response: Response

    def page(
        self,
        rows: Sequence[Any],
        *,
        key: Callable[[Any], tuple[Any, ...]],
        item: Callable[[Any], Item] | None = None,
        count: int | None = None,
    ) -> Page[Item]:
        """Return the answer for up to `limit + 1` rows; `key` is the sort key, the id last."""
        shown, cursor = self._cut(rows, key)
        self.response.headers.update(self._link(cursor))
        items = [item(row) for row in shown] if item else list(shown)
        return Page(items=items, next_cursor=cursor, has_more=cursor is not None, count=count)

    def encoded(
        self,
        rows: Sequence[Any],
        *,
        key: Callable[[Any], tuple[Any, ...]],
        item: Callable[[Any], Any],
        count: int | None = None,
        beside: Mapping[str, Any] | None = None,
    ) -> Response:
        """Return the same answer as bytes, for hot lists: no model is built for each row.

        A row that `item` makes nothing of is left out; the cursor still moves past it. `beside` is what
        the answer says of the whole list.
        """
        shown, cursor = self._cut(rows, key)
        body = {
            "items": [made for row in shown if (made := item(row)) is not None],
            "next_cursor": cursor,
            "has_more": cursor is not None,
            "count": count,
            **(beside or {}),
        }
        return Response(
            jsontext.dumps(body), media_type="application/json", headers=self._link(cursor)
        )

    def _cut(
        self, rows: Sequence[Any], key: Callable[[Any], tuple[Any, ...]]
    ) -> tuple[Sequence[Any], str | None]:
        if len(rows) <= self.limit:
            return rows, None
        shown = rows[: self.limit]
        return shown, encode_cursor(key(shown[-1]), bound_to=self._bound_to(), secret=self.secret)

    def _bound_to(self) -> bytes:
        return bound_to(self.path, self.filters)

    def _link(self, cursor: str | None) -> dict[str, str]:
        if cursor is None:
            return {}
        query = urlencode([*self.filters, ("limit", str(self.limit)), ("cursor", cursor)])
        return {"Link": f'<{self.path}?{query}>; rel="next"'}


async def get_page_request(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items of one page.")] = 100,
    cursor: Annotated[
        str | None, Query(max_length=2048, description="`next_cursor` of the page before.")
    ] = None,
    include: Annotated[
        Literal["count"] | None, Query(description="`count` adds how many items match in all.")
    ] = None,
) -> PageRequest:
    """Read the paging parameters; a cursor of other filters is refused."""
    filters = tuple(
        sorted((k, v) for k, v in request.query_params.multi_items() if k not in _PAGING)
    )
    path, secret = request.url.path, request.app.state.secret
    after = None
    if cursor is not None:
        after = decode_cursor(cursor, bound_to=bound_to(path, filters), secret=secret)
    return PageRequest(
        limit=limit,
        after=after,
        wants_count=include == "count",
        path=path,
        filters=filters,
        secret=secret,
        response=response,
    )


PageDep = Annotated[PageRequest, Depends(get_page_request)]


# ---- cursors --------------------------------------------------------------------------------------


def bound_to(path: str, filters: Sequence[tuple[str, str]]) -> bytes:
    """Return what a cursor is valid for: this list with these filters in this order."""
    return hashlib.blake2b(orjson.dumps([path, list(filters)]), digest_size=8).digest()


def encode_cursor(key: tuple[Any, ...], *, bound_to: bytes, secret: bytes) -> str:
    """Return the place after a row, signed: a client can neither read meaning in it nor forge it."""
    body = bound_to + orjson.dumps([_tagged(value) for value in key])
    raw = _tag(body, secret) + body
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str, *, bound_to: bytes, secret: bytes) -> tuple[Any, ...]:
    """Return the sort key in a cursor; raises ProblemError 400 for one that is not of this list."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except ValueError as error:
        raise _invalid("cursor-invalid", "This cursor is not one of ours.") from error
    tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(body, secret)):
        raise _invalid("cursor-invalid", "This cursor is not one of ours.")
    if body[: len(bound_to)] != bound_to:
        raise _invalid(
            "cursor-mismatch", "This cursor belongs to a list with other filters; start again."
        )
    return tuple(_untagged(value) for value in orjson.loads(body[len(bound_to) :]))


def _tag(body: bytes, secret: bytes) -> bytes:
    return hmac.new(derive(secret, "cursor"), body, hashlib.sha256).digest()[:_TAG_BYTES]


def _tagged(value: Any) -> Any:
    match value:
        case datetime():
            return {"t": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case UUID():
            return {"u": value.hex}
        case _:
            return value


def _untagged(value: Any) -> Any:
    match value:
        case {"t": text}:
            return datetime.fromisoformat(text)
        case {"d": text}:
            return date.fromisoformat(text)
        case {"u": text}:
            return UUID(hex=text)
        case _:
            return value


def _invalid(code: str, detail: str) -> ProblemError:
    start = FieldError("/query/cursor", code, "Leave the cursor out to start at the first page.")
    return ProblemError(400, code, detail, faults=[start])
