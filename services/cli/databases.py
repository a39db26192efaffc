"""Where the commands that open a database find it: by URL, or in the home of the embedded mode."""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from services import home
from shared.migrations import SERVICES
from shared.settings import HouseSettings


def settings_of(service: str) -> type[HouseSettings]:
    """Return the settings class of a service, without loading the others."""
    found: type[HouseSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


@contextmanager
def urls(services: Sequence[str] = SERVICES) -> Iterator[dict[str, str]]:
    """Give the database URL of each service; an embedded server runs for as long as the block."""
    settings = {service: settings_of(service).load() for service in services}
    if any("database_url" in found.model_fields_set for found in settings.values()):
        yield {service: found.database_dsn for service, found in settings.items()}
        return
    with home.visited_database(HouseSettings.load().home) as server:
        yield dict.fromkeys(services, server.url())
