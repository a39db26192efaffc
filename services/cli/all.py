"""`anchorwatch all`: everything on this machine, in one process, on one port."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from services import embedded, home, serving
from services.cli.direct import DirectApi
from services.cli.login import login_url
from services.embedded import Given, House
from services.gateway.store import logins
from services.gateway.store.logins import House as Installation
from shared import clock, log
from shared.settings import HouseSettings


def main(arguments: Sequence[str]) -> int:
    """Run until told to stop; SIGTERM and SIGINT stop it cleanly."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch all", description="Start everything on this machine, on one port."
    )
    add_arguments(parser)
    run(settings_from(parser.parse_args(list(arguments))))
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `all` and `demo` have in common."""
    parser.add_argument("--host", help="address to listen on (ANCHORWATCH_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (ANCHORWATCH_PORT, 8080)")
    parser.add_argument("--home", type=Path, help="folder for the data (ANCHORWATCH_HOME, ./var)")


def settings_from(options: argparse.Namespace) -> HouseSettings:
    """Return the house settings with what the command line says on top; starts the logs."""
    given = {name: getattr(options, name) for name in ("host", "port", "home")}
    settings = HouseSettings.load(**{k: v for k, v in given.items() if v is not None})
    # Somebody looks at this terminal: only what is worth a look, unless they asked for more.
    level = settings.log_level if "log_level" in settings.model_fields_set else "warning"
    log.configure("all", level=level, environment=settings.environment)
    return settings


def run(settings: HouseSettings, *, given: Given | None = None) -> None:
    """Run everything on the port of the settings."""
    serving.run(_run(settings, given))


async def _run(settings: HouseSettings, given: Given | None) -> None:
    bound = serving.bind(settings.host, settings.port)
    address = settings.public_url or serving.url_of(bound)
    tell(f"Starting Anchorwatch in {settings.home.resolve()} ...")
    with serving.stopping() as stop:
        async with embedded.running(settings.home, given=given) as house:

            async def welcome() -> None:
                await greet(house, address)

            with home.reachable(settings.home, address):
                await serving.serve(house.gateway, bound, stop, started=welcome)
            tell("Stopping ...")


async def greet(house: House, address: str) -> None:
    """Say where it is, how to get in, and where the key for programs lies."""
    installed = await move_in(house)
    key_file = house.home / home.KEY_FILE
    tell(f"Anchorwatch is ready:    {address}")
    tell(f"Log in (works once):     {login_url(address, installed)}")
    if key_file.exists():
        tell(f"API key for programs in  {key_file.resolve()}")


async def move_in(house: House) -> Installation:
    """Make the owner and the key at the first start; the key's file is there before it is valid."""
    async with house.databases["gateway"].begin() as tx:
        installed = await logins.bootstrap(tx, now=clock.now())
        if installed.key is not None:
            home.write_private(house.home / home.KEY_FILE, installed.key)
    return installed


async def api_of(house: House) -> DirectApi:
    """Return the public API of a running house, with the key of its owner."""
    installed = await move_in(house)
    key_file = house.home / home.KEY_FILE
    return DirectApi(house.gateway, installed.key or key_file.read_text("ascii").strip())


def tell(line: str) -> None:
    """Write one line for the person at the terminal."""
    print(line, flush=True)
