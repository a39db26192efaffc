"""A service whose relay dies between publishing and deleting: `python -m tests.fault.dying_relay crawler 3`."""

import os
import signal
import sys
from collections.abc import Sequence

from services.__main__ import main
from shared import outbox
from shared.db import Tx


def die_at(window: int) -> None:
    """Kill this process when the relay has published that many windows and would now delete."""
    remove = outbox.remove
    windows = 0

    async def dying(tx: Tx, row_ids: Sequence[int]) -> None:
        nonlocal windows
        windows += 1
        if windows == window:
            os.kill(os.getpid(), signal.SIGKILL)
        await remove(tx, row_ids)

    outbox.remove = dying


if __name__ == "__main__":
    service, window = sys.argv[1:]
    die_at(int(window))
    sys.exit(main([service]))
