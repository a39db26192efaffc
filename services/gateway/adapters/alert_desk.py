"""What profile does about alerts, for whoever acts from a chat: its own routes, under the person's own roles."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared.access import Caller
from shared.errors import ConflictError
from shared.http import ServiceClient
from shared.vocabulary import AlertState
from shared.wire import Answer

_DEADLINE_S = 2.0
"""A chat waits three seconds for its answer."""
_GONE = "This alert is not there any more, or its site is not yours to see."


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alert stands."""

    state: AlertState
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """Asks profile; raises ConflictError with its words, or UnavailableError."""

    profile: ServiceClient

    async def look(self, caller: Caller, alert_id: UUID) -> Standing:
        return _standing(await self._ask("GET", f"/v1/alerts/{alert_id}", caller))

    async def acknowledge(self, caller: Caller, alert_id: UUID) -> Standing:
        """Take note of an alert; returns how it stands now, whoever took note of it."""
        return _standing(await self._ask("POST", f"/v1/alerts/{alert_id}/ack", caller, {}))

    async def check(self, caller: Caller, alert_id: UUID) -> int:
        """Have its links looked at again; returns how many."""
        answer = await self._ask("POST", f"/v1/alerts/{alert_id}/checks", caller)
        return int(answer.json()["requested"])

    async def _ask(self, method: str, path: str, caller: Caller, body: Any = None) -> Answer:
        answer = await self.profile.send(
            method, path, caller=caller, body=body, deadline_s=_DEADLINE_S
        )
        if answer.status == 404:
            raise ConflictError(_GONE, code="not-done")
        if answer.status >= 300:
            raise ConflictError(_detail(answer), code="not-done")
        return answer


def _standing(answer: Answer) -> Standing:
    found = answer.json()
    return Standing(AlertState(found["state"]), found["acknowledged_by"])


def _detail(answer: Answer) -> str:
    """Return the words of a problem."""
    try:
        detail = answer.json().get("detail")
    except (orjson.JSONDecodeError, AttributeError):
        detail = None
    return detail if isinstance(detail, str) and detail else "It was not done; try again."
