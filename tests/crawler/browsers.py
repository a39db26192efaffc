"""The Chromium of the tests, and pages that keep it busy."""

import os
from collections.abc import Callable
from shutil import which

from services.crawler.adapters.renderer import RenderLimits
from tests.waiting import eventually


def chromium() -> str:
    program = os.environ.get("ANCHORWATCH_TEST_CHROMIUM") or which("chromium")  # noqa: TID251 - which browser
    assert program, "no chromium: run tests/ensure-chromium"
    return program


def limits(
    *, page_s: float = 60.0, pages: int = 200, host_daily: int = 500, memory_mib: int = 1_500
) -> RenderLimits:
    # Where tests run, a container say, the sandbox may not work; the other walls have to hold alone.
    return RenderLimits(
        program=chromium(),
        sandbox=False,
        tabs=3,
        page_s=page_s,
        pages=pages,
        host_daily=host_daily,
        memory_mib=memory_mib,
    )


async def holds(condition: Callable[[], bool]) -> None:
    """Wait until a plain condition holds."""

    async def asked() -> bool:
        return condition()

    await eventually(asked)
