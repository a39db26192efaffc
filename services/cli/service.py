"""`anchorwatch crawler|profile|toxicity|outreach|gateway`: run one service, as in production."""

import argparse
import importlib
from collections.abc import Sequence

from services import serving
from services.cli.databases import settings_of
from shared import log
from shared.bus.rabbit import RabbitBus
from shared.db import Database
from shared.settings import HouseSettings


def main(arguments: Sequence[str]) -> int:
    """Run the service named by the first argument until it is told to stop."""
    name, *rest = arguments
    parser = argparse.ArgumentParser(
        prog=f"anchorwatch {name}", description=f"Run the {name} service (docs/settings.md)."
    )
    parser.add_argument("--host", help="address to listen on (ANCHORWATCH_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (ANCHORWATCH_PORT)")
    if name == "crawler":
        parser.add_argument(
            "--workers", type=int, help="processes that look at pages (ANCHORWATCH_CRAWLER_WORKERS)"
        )
    options = parser.parse_args(rest)
    given = {key: value for key, value in vars(options).items() if value is not None}
    settings = settings_of(name).load(**given)
    log.configure(name, level=settings.log_level, environment=settings.environment)
    serving.run(_run(name, settings))
    return 0


async def _run(name: str, settings: HouseSettings) -> None:
    bound = serving.bind(settings.host, settings.port)
    db = Database(settings.database_dsn, schema=name, pool_size=settings.database_pool_size)
    bus = RabbitBus(settings.amqp_dsn, name=f"anchorwatch {name}")
    app = importlib.import_module(f"services.{name}.app").create_app(settings, bus=bus, db=db)
    try:
        with serving.stopping() as stop:
            await serving.serve(app, bound, stop)
    finally:
        await db.close()
