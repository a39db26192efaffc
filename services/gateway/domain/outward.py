"""What outsiders see of the events: which types, under which names, and who may see which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared.access import Caller, for_client, is_hidden_field
from shared.errors import FieldError, InvalidError
from shared.events import REGISTRY, JobUpdated, LinkChanged, ReportReady
from shared.vocabulary import ChangeKind

NAMED_KINDS = {
    ChangeKind.LOST: "link.lost",
    ChangeKind.RECOVERED: "link.recovered",
    ChangeKind.NEW: "link.gained",
}
"""Kinds of `link.changed` that may be subscribed to by a name of their own."""

OUTWARD = frozenset(name for name, event in REGISTRY.items() if event.outward)
STREAMED = OUTWARD | {JobUpdated.name}
SUBSCRIBABLE = STREAMED | frozenset(NAMED_KINDS.values())
_NOT_FOR_CLIENTS = frozenset({"message", "reply", "removal", "plan", "webhook", "alert"})


@dataclass(frozen=True, slots=True)
class Logged:
    """One event of the log: where it stands, whose it is, and its CloudEvents object."""

    seq: int
    name: str
    workspace_id: UUID
    site_id: UUID | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is told to one subscriber."""

    seq: int
    name: str
    body: bytes


def subscription(names: Iterable[str]) -> frozenset[str]:
    """Return the names that somebody subscribes to; InvalidError for one that does not exist."""
    wanted = frozenset(names)
    unknown = sorted(wanted - SUBSCRIBABLE)
    if unknown:
        listed = ", ".join(sorted(SUBSCRIBABLE))
        raise InvalidError(
            f"There is no event type {unknown[0][:100]!r}. There are: {listed}.",
            [FieldError("/query/types", "not-allowed", f"Use some of: {listed}.")],
        )
    return wanted


def stored_names(wanted: frozenset[str]) -> frozenset[str]:
    """Return the names under which the wanted events are stored; empty means all."""
    kinds = frozenset(NAMED_KINDS.values())
    extra = {LinkChanged.name} if wanted & kinds else set()
    return (wanted - kinds) | extra


def may_see(caller: Caller, event: Logged) -> bool:
    """Say whether an event is of the caller's workspace and sites, and not kept from clients."""
    if event.workspace_id != caller.workspace_id:
        return False
    if event.site_id is None:
        visible = caller.workspace_role is not None
    else:
        visible = caller.may_see(event.site_id)
    noun = event.name.partition(".")[0]
    is_kept = noun in _NOT_FOR_CLIENTS or is_hidden_field(noun) or _is_of_draft(event)
    return visible and (not is_kept or caller.sees_everything_in(event.site_id))


def _is_of_draft(event: Logged) -> bool:
    """Say whether it is about a report that nobody has approved (yet)."""
    if event.name != ReportReady.name:
        return False
    is_approved: bool = orjson.loads(event.body)["data"]["state"] == "approved"
    return not is_approved


def told(event: Logged, *, caller: Caller, wanted: frozenset[str]) -> Told | None:
    """Return the event as this subscriber gets it, None if it is not for them.

    A named kind wins over `link.changed` where both are subscribed to: each event comes once.
    """
    if not may_see(caller, event):
        return None
    name = event.name
    if wanted:
        name = _name_wanted(event, wanted)
        if name not in wanted:
            return None
    whole = caller.sees_everything_in(event.site_id)
    if whole and name == event.name:
        return Told(event.seq, name, event.body)
    envelope = {**orjson.loads(event.body), "type": name}
    if not whole:
        envelope["data"] = for_client(envelope["data"])
    return Told(event.seq, name, orjson.dumps(envelope))


def event_id(event: Logged) -> UUID:
    """Return the id that the event has everywhere."""
    return UUID(orjson.loads(event.body)["id"])


def _name_wanted(event: Logged, wanted: frozenset[str]) -> str:
    if event.name != LinkChanged.name or not wanted & frozenset(NAMED_KINDS.values()):
        return event.name
    data: dict[str, Any] = orjson.loads(event.body)["data"]
    special = NAMED_KINDS.get(ChangeKind(data["kind"]))
    return special if special is not None and special in wanted else event.name
