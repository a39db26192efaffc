"""Has the reports made that schedules want: profile says which, the other services add their parts."""

import asyncio

from services.gateway.adapters.reporter import Reporter
from services.gateway.jobs.following import first_of
from shared.errors import UnavailableError
from shared.log import get_logger

log = get_logger(__name__)
PAUSE_S = 30.0


async def make_due_reports(
    stop: asyncio.Event, *, reporter: Reporter, pause_s: float = PAUSE_S
) -> None:
    """Look twice a minute; what could not be made is due again some minutes later."""
    while not stop.is_set():
        try:
            while await reporter.make_due() and not stop.is_set():
                continue
        except UnavailableError as error:
            log.info("reports wait", why=error.detail)
        await first_of(stop, seconds=pause_s)
