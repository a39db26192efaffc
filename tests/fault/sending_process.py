"""A process that takes some turns at sending, to be killed: `python -m tests.fault.sending_process URL PORT NOW TURNS`."""

import asyncio
import sys
from datetime import datetime, timedelta

from services.outreach.adapters.carrier import Carrier
from services.outreach.domain.mailboxes import MAIL_PORTS
from services.outreach.jobs import sending
from services.outreach.jobs.sending import Sender
from shared.db import Database
from shared.vault import Vault
from shared.wall import Guard, parse_routes

LEASE = timedelta(minutes=5)
KEY = b"a key of the tests"


async def main(url: str, port: str, now: str, turns: str) -> None:
    database = Database(url, schema="outreach", pool_size=8)
    routes = parse_routes(f"mail.ours.example:587=127.0.0.1:{port}")
    sender = Sender(
        carrier=Carrier(Guard(ports=MAIL_PORTS, routes=routes), Vault(lambda: ["x" * 32])),
        key=KEY,
        public_url=None,
        lease=LEASE,
        now=lambda: datetime.fromisoformat(now),
    )
    for _ in range(int(turns)):
        await sending.send_some(database, sender)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
