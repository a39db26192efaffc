"""The envelope of every event and its wire form, CloudEvents 1.0 in structured JSON."""

from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared import clock, ids, jsontext

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
ENVELOPE_FIELDS = frozenset({"event_id", "occurred_at", "workspace_id", "site_id", "trace_id"})


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """A fact that happened. Subclasses add the fields of `data`; the fields here are the envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int] = 1
    publisher: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]] = ()
    packed: ClassVar[bool] = False
    outward: ClassVar[bool] = False
    about: ClassVar[tuple[str, str]] = ("event", "event_id")

    event_id: UUID = Field(default_factory=ids.new_id)
    occurred_at: datetime = Field(default_factory=clock.now)
    workspace_id: UUID | None = None
    site_id: UUID | None = None
    trace_id: str | None = None

    @property
    def subject(self) -> str:
        """Return what the event is about, as `<noun>/<id>`."""
        noun, field = self.about
        return f"{noun}/{attrgetter(field)(self)}"

    def encode(self) -> bytes:
        """Return the event as one CloudEvents 1.0 JSON object."""
        envelope: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": f"/anchorwatch/{self.publisher}",
            "type": self.name,
            "subject": self.subject,
            "time": self.occurred_at,
            "datacontenttype": "application/json",
            "dataschema": f"urn:anchorwatch:{self.name}:{self.version}",
        }
        if self.workspace_id is not None:
            envelope["workspaceid"] = self.workspace_id
        if self.site_id is not None:
            envelope["siteid"] = self.site_id
        if self.trace_id is not None:
            envelope["traceparent"] = self.trace_id
        envelope["data"] = self.model_dump(exclude=set(ENVELOPE_FIELDS))
        return orjson.dumps(envelope, default=jsontext.plain)


class LinkEvent(Event):
    """An event about one link."""

    link_id: UUID

    about: ClassVar[tuple[str, str]] = ("link", "link_id")
