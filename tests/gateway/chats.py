"""A gateway whose channels lead to a loopback receiver that plays the providers, over TLS of the tests' own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from services.gateway import handlers
from shared import clock
from shared.events import AlertRaised, AlertResolved
from shared.ids import new_id
from shared.vocabulary import AlertEnd, AlertSeverity
from tests.gateway.conftest import House
from tests.gateway.receiver import PLACES
from tests.waiting import eventually


async def a_channel(house: House, kind: str = "slack", **given: Any) -> dict[str, Any]:
    body = {"name": f"our {kind}", "kind": kind, **PLACES.get(kind, {}), **given}
    answer = await house.alice.post("/v1/channels", body)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


def an_alert(house: House, *channel_ids: str, **given: Any) -> AlertRaised:
    fields: dict[str, Any] = {
        "workspace_id": house.workspace_id,
        "alert_id": new_id(),
        "rule_id": new_id(),
        "rule_name": "Valuable links",
        "severity": AlertSeverity.WARNING,
        "title": "3 links from blog.example were lost",
        "sentences": ("They were on 3 pages.",),
        "path": "/alerts/1",
        "channel_ids": tuple(map(UUID, channel_ids)),
        "deliver_at": clock.now(),
    }
    return AlertRaised(**(fields | given))


def an_end(
    house: House, *channel_ids: str, resolved_by: AlertEnd = AlertEnd.ITSELF, **given: Any
) -> AlertResolved:
    raised = an_alert(house, *channel_ids, **given).model_dump(
        include=set(AlertResolved.model_fields)
    )
    del raised["event_id"]
    return AlertResolved(**raised, resolved_by=resolved_by)


async def raise_all(house: House, events: Sequence[AlertRaised | AlertResolved]) -> None:
    """Write events as the gateway's consumer does when the bus brings them."""
    async with house.db.begin() as tx:
        await handlers.on_told(events, tx)


async def shown(house: House, channel: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await house.alice.get(f"/v1/channels/{channel['id']}")).json()
    return found


async def told(house: House, channel: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    answer = await house.alice.get(f"/v1/channels/{channel['id']}/deliveries{query}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def in_states(house: House, channel: dict[str, Any], *states: str) -> None:
    async def reached() -> bool:
        return sorted(one["state"] for one in await told(house, channel)) == sorted(states)

    await eventually(reached, what=f"alerts are {states}")


async def tried(house: House, channel: dict[str, Any], attempts: int) -> dict[str, Any]:
    """Wait until the oldest alert was tried so often; returns it as it was then."""
    seen: list[dict[str, Any]] = []

    async def reached() -> bool:
        seen[:] = (await told(house, channel))[-1:]
        return any(one["attempts"] == attempts and one["last_at"] for one in seen)

    await eventually(reached, what=f"tried {attempts} times")
    return seen[0]


def refusing(status: int) -> web.Response:
    """Return an answer after which nothing is tried again before the test wants it."""
    return web.Response(status=status, headers={"Retry-After": "7200"})


async def rest(house: House) -> None:
    """Let every channel have rested."""
    async with house.db.begin() as tx:
        await tx.run("UPDATE channels SET delivered_at = delivered_at - interval '1 hour'")
        await tx.run("NOTIFY gateway_notices")


async def time_passes(house: House) -> None:
    """Make everything that waits due now."""
    await rest(house)
    async with house.db.begin() as tx:
        await tx.run("UPDATE notices SET next_at = now() - interval '1 second'")
        await tx.run("NOTIFY gateway_notices")


def later(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)
