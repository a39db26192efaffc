"""Every service listens to exactly the events that name it: none is parked as unknown, none missed."""

from collections.abc import Callable

import pytest

from services.crawler.app import subscribe as crawler
from services.gateway.app import subscribe as gateway
from services.outreach.app import subscribe as outreach
from services.profile.app import subscribe as profile
from services.toxicity.app import subscribe as toxicity
from shared.bus.topology import consumers_of
from shared.consumer import Consumer
from shared.db import Database
from shared.events import REGISTRY
from tests.fakes import RecordingBus

_LISTENERS: dict[str, Callable[[Consumer], Consumer]] = {
    "crawler": crawler,
    "gateway": gateway,
    "outreach": outreach,
    "profile": profile,
    "toxicity": toxicity,
}


@pytest.mark.parametrize("service", _LISTENERS)
def test_a_service_has_a_handler_for_each_event_that_names_it_and_for_no_other(
    service: str,
) -> None:
    never_opened = Database("postgresql+asyncpg://nobody@/none", schema=service)
    consumer = Consumer(service, db=never_opened, bus=RecordingBus())
    heard = {event.name for event in _LISTENERS[service](consumer).events}
    assert heard == {name for name, event in REGISTRY.items() if service in consumers_of(event)}


def test_no_event_goes_to_a_service_that_is_not_there() -> None:
    assert {name for event in REGISTRY.values() for name in consumers_of(event)} <= set(_LISTENERS)
