"""`anchorwatch keys rotate`: a new master key, and everything encrypted anew with it.

Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import asyncio
from collections.abc import Mapping, Sequence

from services.cli import databases
from services.cli.databases import settings_of
from services.gateway.jobs.sealing import seal_secrets
from services.outreach.jobs.sealing import seal_all as seal_mail
from services.profile.jobs.connectors import seal_keys
from shared import vault
from shared.db import Database
from shared.settings import HouseSettings
from shared.vault import Vault


def main(arguments: Sequence[str]) -> int:
    """Change the master key of the home, or encrypt with the first of the keys that are set."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch keys",
        description="The master key that encrypts keys of connectors, secrets of webhooks, addresses of channels and "
        "passwords and tokens of mailboxes.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "rotate",
        help="make a new master key and encrypt everything with it",
        description="Makes a new master key in the home, encrypts everything with it and keeps the "
        "key before it for what runs now. Where ANCHORWATCH_MASTER_KEY is set, put the new key "
        "before the old one there (new,old), start the service again, and then run this.",
    )
    parser.parse_args(list(arguments))
    settings = settings_of("profile").load()
    with databases.urls(["profile", "gateway", "outreach"]) as urls:
        print(asyncio.run(_rotate(settings, urls)))
    return 0


async def _rotate(settings: HouseSettings, urls: Mapping[str, str]) -> str:
    opened = [Database(url, schema=name, pool_size=1) for name, url in urls.items()]
    profile, gateway, outreach = opened
    mine = Vault.of(settings)

    async def seal_all() -> int:
        sealed = await seal_keys(profile, mine) + await seal_secrets(gateway, mine)
        return sealed + await seal_mail(outreach, mine)

    try:
        # First what a rotation that was broken off left under an older key: that one goes now.
        sealed = await seal_all()
        if settings.master_key is None:
            await asyncio.to_thread(vault.add_key, settings.home)
            sealed = await seal_all()
    finally:
        for database in opened:
            await database.close()
    where = settings.home / vault.KEY_FILE if settings.master_key is None else "the setting"
    return f"{sealed} encrypted anew with the first key of {where}."
