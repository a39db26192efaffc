"""Everything in one process: embedded PostgreSQL, embedded bus, five apps, one event loop, one port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import services.crawler.app
import services.crawler.settings
import services.gateway.app
import services.gateway.settings
import services.outreach.app
import services.outreach.settings
import services.profile.app
import services.profile.settings
import services.toxicity.app
import services.toxicity.settings
from services import home
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.http import DirectTransport
from shared.migrations import SERVICES, migrate_all
from shared.service import supervise
from shared.settings import HouseSettings

Given = Mapping[str, Mapping[str, Any]]
"""Settings by service that win over the environment, as `{"crawler": {"min_delay": 0}}`."""

_INNER: Mapping[str, tuple[Callable[..., FastAPI], type[HouseSettings]]] = {
    "crawler": (services.crawler.app.create_app, services.crawler.settings.Settings),
    "profile": (services.profile.app.create_app, services.profile.settings.Settings),
    "toxicity": (services.toxicity.app.create_app, services.toxicity.settings.Settings),
    "outreach": (services.outreach.app.create_app, services.outreach.settings.Settings),
}


@dataclass(frozen=True, slots=True)
class House:
    """What runs: the gateway's app, whose lifespan is the caller's, and the services' databases."""

    gateway: FastAPI
    databases: Mapping[str, Database]
    bus: EmbeddedBus
    home: Path


@asynccontextmanager
async def running(folder: Path, *, given: Given | None = None) -> AsyncIterator[House]:
    """Run everything but the gateway's lifespan for as long as the block lasts."""
    async with AsyncExitStack() as stack:
        stack.enter_context(home.locked(folder))
        url = await _database_url(folder, stack)
        await migrate_all(url)
        common = {
            "home": folder,
            "database_url": url,
            "database_password": None,
            "internal_secret": home.secret_of(folder),
        }
        databases = {name: Database(url, schema=name) for name in SERVICES}
        for database in databases.values():
            stack.push_async_callback(database.close)
        bus_database = Database(url, schema="bus")
        stack.push_async_callback(bus_database.close)
        bus = EmbeddedBus(bus_database)
        wiring = _Wiring(bus, databases, common, given or {})
        inner = {name: wiring.app(name) for name in _INNER}
        for app in inner.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        gateway = wiring.gateway(inner)
        yield House(gateway=gateway, databases=databases, bus=bus, home=folder)


async def _database_url(folder: Path, stack: AsyncExitStack) -> str:
    settings = HouseSettings.load()
    if "database_url" in settings.model_fields_set:
        return settings.database_dsn
    # In a thread: starting, recovering and stopping the server block for seconds.
    manager = home.database(folder)
    server = await asyncio.to_thread(manager.__enter__)
    stack.push_async_callback(asyncio.to_thread, manager.__exit__, None, None, None)
    keepers, stop = await stack.enter_async_context(asyncio.TaskGroup()), asyncio.Event()
    keep = partial(home.keep_database, folder, server)
    keepers.create_task(supervise("embedded database", keep, stop))
    stack.callback(stop.set)
    return server.url()


@dataclass(frozen=True, slots=True)
class _Wiring:
    bus: EmbeddedBus
    databases: Mapping[str, Database]
    common: Mapping[str, Any]
    given: Given

    def app(self, name: str) -> FastAPI:
        create_app, settings = _INNER[name]
        loaded = settings.load(**{**self.common, **self.given.get(name, {})})
        return create_app(loaded, bus=self.bus, db=self.databases[name])

    def gateway(self, inner: Mapping[str, FastAPI]) -> FastAPI:
        given = {**self.common, **self.given.get("gateway", {})}
        return services.gateway.app.create_app(
            services.gateway.settings.Settings.load(**given),
            bus=self.bus,
            db=self.databases["gateway"],
            transports={name: DirectTransport(app) for name, app in inner.items()},
        )
