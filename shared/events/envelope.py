"""The envelope of every event and its wire form, CloudEvents 1.0 in structured JSON."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple
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


class Encoded(NamedTuple):
    """An event in its wire form."""

    event_id: UUID
    name: str
    body: bytes

    def encode(self) -> bytes:
        return self.body


class Event(BaseModel):
    """A fact that happened. Subclasses add the fields of `data`; the fields here are the envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int] = 1
    publisher: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]] = ()
    packed: ClassVar[bool] = False
    outward: ClassVar[bool] = False
    private: ClassVar[bool] = False
    """Whether it names a person who wants to be forgotten: no stream keeps a copy of it."""
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
        return self._encoded(
            self.model_dump(exclude=set(ENVELOPE_FIELDS)),
            id=self.event_id,
            subject=self.subject,
            time=self.occurred_at,
            workspaceid=self.workspace_id,
            siteid=self.site_id,
            traceparent=self.trace_id,
        )

    @classmethod
    def encode_data(
        cls, data: Mapping[str, Any], *, subject: UUID, workspace_id: UUID, site_id: UUID
    ) -> Encoded:
        """Return a new event about `subject` whose data are at hand as they go over the wire.

        For data that were checked when they were stored: to make an event of them and to take that
        apart again cost ten times as much.
        """
        event_id = ids.new_id()
        body = cls._encoded(
            data,
            id=event_id,
            subject=f"{cls.about[0]}/{subject}",
            time=clock.now(),
            workspaceid=workspace_id,
            siteid=site_id,
        )
        return Encoded(event_id, cls.name, body)

    @classmethod
    def _encoded(cls, data: Mapping[str, Any], **attributes: object) -> bytes:
        envelope = {
            "specversion": "1.0",
            "source": f"/anchorwatch/{cls.publisher}",
            "type": cls.name,
            "datacontenttype": "application/json",
            "dataschema": f"urn:anchorwatch:{cls.name}:{cls.version}",
            **{name: value for name, value in attributes.items() if value is not None},
            "data": data,
        }
        return orjson.dumps(envelope, default=jsontext.plain)


class LinkEvent(Event):
    """An event about one link."""

    link_id: UUID

    about: ClassVar[tuple[str, str]] = ("link", "link_id")
