"""Outward events: live as a stream (SSE) that resumes where it broke off, and as a history."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.hub import Hub
from services.gateway.api.caller import CallerDep
from services.gateway.api.identity import Credentials, Identity, read_credentials
from services.gateway.domain import outward
from services.gateway.domain.outward import Logged, Told
from services.gateway.metrics import STREAM_EVENTS, STREAMS_OPEN
from services.gateway.store import event_log
from shared import queries
from shared.access import Caller, UnauthenticatedError
from shared.db import Database, Tx
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.inputs import Moment
from shared.pages import Page, PageDep
from shared.problems import ProblemError
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/events", tags=["events"])
_HEARTBEAT_S = 15.0
_AT_ONCE = 500
_LARGEST_ID = 2**63 - 1
_TypesParameter = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="Only these event types, comma separated. `link.lost`, `link.recovered` and "
        "`link.gained` are kinds of `link.changed` that can be subscribed to by name.",
    ),
]


class CloudEvent(BaseModel):
    """One event as CloudEvents 1.0 JSON; `/asyncapi.json` describes the data of each type."""

    model_config = ConfigDict(extra="allow")

    specversion: str
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    workspaceid: UUID
    siteid: UUID | None = None
    data: dict[str, Any] = Field(default_factory=dict)


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events as they happen"}},
)
async def stream_events(
    request: Request,
    caller: CallerDep,
    db: DbDep,
    types: _TypesParameter = None,
    last_event_id: Annotated[
        str | None,
        Header(
            description="Go on after this event: the id of its frame, which browsers send by "
            "themselves, or the `id` that it has here and in the history."
        ),
    ] = None,
) -> Response:
    """Stream the events of your sites as server-sent events, from now on or after Last-Event-ID.

    Where events in between are no longer kept, an event of type `gap` says so first.
    """
    hub: Hub = request.app.state.hub
    limit: int = request.app.state.streams_at_once
    if hub.open_streams >= limit:
        raise ProblemError(
            503,
            "too-many-streams",
            f"{limit} streams are open already; try again soon.",
            headers={"Retry-After": "5"},
        )
    wanted = outward.subscription(queries.split("types", types))
    async with db.begin() as tx:
        oldest, newest = await event_log.get_bounds(tx)
        last = None if last_event_id is None else await _event_number(tx, last_event_id, caller)
    reader = Reader(
        hub=hub,
        db=db,
        identity=request.app.state.identity,
        credentials=read_credentials(request.headers),
        caller=caller,
        wanted=wanted,
        place=newest,
    )
    gap = b""
    if last is not None:
        gap = reader.resume(last, oldest=oldest, newest=newest)
    return StreamingResponse(
        _frames(reader, gap), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get("/history", response_model=Page[CloudEvent])
async def list_history(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    types: _TypesParameter = None,
    since: Annotated[Moment | None, Query(description="Not older than this.")] = None,
    site_id: Annotated[UUID | None, Query(description="Only events of this site.")] = None,
) -> Response:
    """List the outward events of the last 30 days, oldest first."""
    if site_id is not None and not caller.may_see(site_id):
        raise NotFoundError("There is no such site.")
    wanted = outward.subscription(queries.split("types", types))
    rows = await event_log.list_of_workspace(
        tx,
        workspace_id=caller.workspace_id,
        after=page.after[0] if page.after else 0,
        names=outward.stored_names(wanted) or outward.OUTWARD,
        site_ids=caller.site_ids if site_id is None else {site_id},
        since=since,
        limit=page.limit + 1,
    )

    def item(row: Logged) -> orjson.Fragment | None:
        told = outward.told(row, caller=caller, wanted=wanted)
        return None if told is None else orjson.Fragment(told.body)

    return page.encoded(rows, key=lambda row: (row.seq,), item=item)


async def _event_number(tx: Tx, text: str, caller: Caller) -> int:
    """Return the number of the event that is meant; 0, before all, for one no longer kept."""
    if text.isdecimal() and int(text) <= _LARGEST_ID:
        return int(text)
    try:
        event_id = UUID(text)
    except ValueError:
        raise InvalidError(
            "Last-Event-ID must be the id of an event of this stream or of the history.",
            [FieldError("/header/last-event-id", "malformed", "Send back an id as it was given.")],
        ) from None
    return await event_log.find_number(tx, event_id, workspace_id=caller.workspace_id) or 0


@dataclass(slots=True)
class Reader:
    """One subscriber's place in the log, and what it may see from there."""

    hub: Hub
    db: Database
    identity: Identity
    credentials: Credentials
    caller: Caller
    wanted: frozenset[str]
    place: int

    def resume(self, last: int, *, oldest: int, newest: int) -> bytes:
        """Go on after an event; returns what to say first if events in between are gone."""
        self.place = min(last, newest)
        if oldest - 1 <= last <= newest:
            return b""
        data = orjson.dumps({"after": last, "oldest": oldest, "newest": newest})
        return b"event: gap\ndata: " + data + b"\n\n"

    async def next(self) -> list[Told]:
        """Return the next events for this subscriber; none after a quiet while."""
        if not await self.hub.wait(self.place, seconds=_HEARTBEAT_S):
            await self._check_rights()
            return []
        await self._check_rights()
        found = self.hub.after(self.place, limit=_AT_ONCE)
        if found is None:
            found = await self._from_database()
        elif found:
            self.place = found[-1].seq
        told = (outward.told(one, caller=self.caller, wanted=self.wanted) for one in found)
        return [one for one in told if one is not None]

    async def _from_database(self) -> list[Logged]:
        # Taken first: whatever is numbered up to here is committed and will be seen below.
        newest = self.hub.newest
        async with self.db.begin() as tx:
            found = await event_log.list_of_workspace(
                tx,
                workspace_id=self.caller.workspace_id,
                after=self.place,
                names=outward.stored_names(self.wanted),
                site_ids=self.caller.site_ids,
                since=None,
                limit=_AT_ONCE,
            )
        last = found[-1].seq if found else self.place
        self.place = last if len(found) == _AT_ONCE else max(last, newest)
        return found

    async def _check_rights(self) -> None:
        """Ask again who this is: a key that was revoked must not go on reading."""
        self.caller = await self.identity.caller_of(self.credentials)


async def _frames(reader: Reader, gap: bytes) -> AsyncIterator[bytes]:
    hub, said_at = reader.hub, time.monotonic()
    hub.open_streams += 1
    STREAMS_OPEN.inc()
    try:
        yield b"retry: 3000\n: connected\n\n" + gap
        while not hub.closed:
            frames = b"".join(_frame(one) for one in await reader.next())
            now = time.monotonic()
            if frames or now - said_at >= _HEARTBEAT_S:
                said_at = now
                yield frames or b": still here\n\n"
    except UnauthenticatedError:
        yield b"event: bye\ndata: {}\n\n"
    finally:
        hub.open_streams -= 1
        STREAMS_OPEN.dec()


def _frame(told: Told) -> bytes:
    STREAM_EVENTS.labels(told.name).inc()
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (told.seq, told.name.encode(), told.body)
