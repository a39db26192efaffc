"""`anchorwatch login`: a new one-time login link for the owner; at the first start also the first key."""

import argparse
import asyncio
from collections.abc import Sequence

from services import home
from services.cli import databases
from services.gateway.store import logins
from services.gateway.store.logins import House
from shared import clock
from shared.db import Database
from shared.settings import HouseSettings


def main(arguments: Sequence[str]) -> int:
    """Print the link, which works once and for a day."""
    argparse.ArgumentParser(
        prog="anchorwatch login",
        description="Make a one-time link that signs the owner in to the console.",
    ).parse_args(list(arguments))
    settings = databases.settings_of("gateway").load()
    with databases.urls(("gateway",)) as urls:
        house = asyncio.run(_bootstrap(urls["gateway"]))
    print(f"Login link, works once: {login_url(address_of(settings), house)}")
    if house.key:
        print(f"API key, shown only now: {house.key}")
    return 0


def login_url(address: str, house: House) -> str:
    """Return the link that signs the owner in."""
    return f"{address.rstrip('/')}/login?token={house.login_token}"


def address_of(settings: HouseSettings) -> str:
    """Return where people reach the product."""
    at_home = home.address_of(settings.home)
    return settings.public_url or at_home or f"http://{settings.host}:{settings.port}"


async def _bootstrap(url: str) -> House:
    db = Database(url, schema="gateway", pool_size=1)
    try:
        async with db.begin() as tx:
            return await logins.bootstrap(tx, now=clock.now())
    finally:
        await db.close()
