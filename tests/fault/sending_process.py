"""A process that takes some turns at sending, to be killed: `python -m tests.fault.sending_process URL PORT NOW TURNS`."""

import asyncio
import itertools
import sys
from collections.abc import Callable
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


def ticking(start: datetime) -> Callable[[], datetime]:
    """Return a clock of which every look takes a tenth of a second, whatever the machine does."""
    looks = itertools.count()
    return lambda: start + next(looks) * timedelta(seconds=0.1)


async def main(url: str, port: str, now: str, turns: str) -> None:
    database = Database(url, schema="outreach", pool_size=8)
    routes = parse_routes(f"mail.ours.example:587=127.0.0.1:{port}")
    sender = Sender(
        carrier=Carrier(Guard(ports=MAIL_PORTS, routes=routes), Vault(lambda: ["x" * 32])),
        key=KEY,
        public_url=None,
        lease=LEASE,
        now=ticking(datetime.fromisoformat(now)),
    )
    for _ in range(int(turns)):
        turn = await sending.send_some(database, sender)
        if not turn.claimed:
            break
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
