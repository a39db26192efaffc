"""Collects what toxicity and outreach add to a client's report; who does not answer is named in it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel

from shared.access import Caller, the_house
from shared.errors import UnavailableError
from shared.http import ServiceClient
from shared.reporting import (
    DUE,
    MAKE_DUE,
    SPAN,
    DueReport,
    DueReports,
    MakeDue,
    Missing,
    OutreachPart,
    Parts,
    SpanFound,
    ToxicityPart,
    work_path,
)

_DEADLINE_S = 15.0
Part = TypeVar("Part", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Asks the services for their parts, as whoever makes the report."""

    clients: Mapping[str, ServiceClient]

    async def find_span(self, asked: Mapping[str, Any], caller: Caller) -> SpanFound | None:
        """Return what a request for a report is about; None where profile refuses it, or is silent."""
        try:
            answer = await self.clients["profile"].send(
                "POST", SPAN, body=asked, caller=caller, deadline_s=_DEADLINE_S
            )
        except UnavailableError:
            return None
        return SpanFound.model_validate_json(answer.body) if answer.status == 200 else None

    async def collect(self, found: SpanFound, caller: Caller) -> Parts:
        """Return the parts of both services for these days, asked at once."""
        async with asyncio.TaskGroup() as group:
            toxicity = group.create_task(self._part("toxicity", ToxicityPart, found, caller))
            outreach = group.create_task(self._part("outreach", OutreachPart, found, caller))
        parts = Parts()
        for name, part in (("toxicity", toxicity.result()), ("outreach", outreach.result())):
            if isinstance(part, Missing):
                parts.degraded.append(part)
            else:
                setattr(parts, name, part)
        return parts

    async def _part(
        self, service: str, kind: type[Part], found: SpanFound, caller: Caller
    ) -> Part | Missing:
        query = urlencode({"first": found.starts_on, "last": found.ends_on})
        try:
            answer = await self.clients[service].send(
                "GET",
                work_path(found.site_id),
                query=query,
                caller=caller,
                deadline_s=_DEADLINE_S,
            )
        except UnavailableError as error:
            return Missing(service=service, code=error.code)
        if answer.status != 200:
            return Missing(service=service, code=f"status-{answer.status}")
        return kind.model_validate_json(answer.body)

    async def make_due(self) -> int:
        """Have those reports made that schedules want now; returns how many."""
        profile = self.clients["profile"]
        answer = await profile.send("POST", DUE, caller=the_house(), deadline_s=_DEADLINE_S)
        if answer.status != 200:
            raise UnavailableError(f"Profile does not say what is due ({answer.status}).")
        due = DueReports.model_validate_json(answer.body).items
        for one in due:
            await self._make(one)
        return len(due)

    async def _make(self, due: DueReport) -> None:
        caller = the_house(due.workspace_id)
        found = SpanFound(site_id=due.site_id, starts_on=due.starts_on, ends_on=due.ends_on)
        parts = await self.collect(found, caller)
        wanted = MakeDue(site_id=due.site_id, starts_on=due.starts_on, parts=parts)
        answer = await self.clients["profile"].send(
            "POST",
            MAKE_DUE,
            body=wanted.model_dump(mode="json"),
            caller=caller,
            deadline_s=_DEADLINE_S,
        )
        if answer.status >= 400:
            raise UnavailableError(f"Profile did not take a report ({answer.status}).")
