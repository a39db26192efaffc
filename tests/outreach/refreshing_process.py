"""A process of its own that wants a token: `python -m tests.outreach.refreshing_process URL PORT MAILBOX`."""

import asyncio
import sys
from uuid import UUID

from services.outreach.adapters.token_desk import TokenDesk
from services.outreach.jobs.refreshing import TokenKeeper
from shared.db import Database
from shared.vault import Vault
from shared.wall import Guard, parse_routes
from tests.outreach.oauth import HOST

MASTER = "k" * 32


async def _want(url: str, port: str, mailbox_id: str) -> str:
    database = Database(url, schema="outreach", pool_size=2)
    vault = Vault(lambda: [MASTER])
    desk = TokenDesk(Guard(routes=parse_routes(f"{HOST}:80=127.0.0.1:{port}")), vault)
    try:
        await asyncio.to_thread(sys.stdin.readline)  # until both are there
        return await TokenKeeper(database, desk, vault).token_of(UUID(mailbox_id))
    finally:
        await desk.close()
        await database.close()


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(_want(*sys.argv[1:])))
