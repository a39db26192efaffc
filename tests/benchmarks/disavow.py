"""A disavow file as large as Google takes, read, guarded and written again; and one that needs repairs."""

import gc
import statistics
import time

from services import serving
from services.toxicity.domain.disavow.lint import lint
from services.toxicity.domain.guard import Guard, guard_of
from tests.benchmarks.results import Row, row

LINES = 100_000
ROUNDS = 5
MOST_S = 2.0


def measure() -> list[Row]:
    """Return CPU seconds for 100,000 lines as we write them, and for the same with a repair on each."""
    serving.settle()  # the collector comes as seldom as in every service and command
    guard = guard_of(own=["acme.example"], partners=["partner.example"])
    plain = "".join(f"domain:s{number}.com\n" for number in range(LINES)).encode()
    spoilt = plain.replace(b"domain:", b"domain: www.").replace(b"\n", b"\r\n")
    foreign = "".join(f"domain:ö{number}.de\n" for number in range(LINES)).encode()
    found = []
    for name, data, most in (
        ("as we write it", plain, MOST_S),
        ("with two repairs on each line", spoilt, None),
        ("of international names", foreign, MOST_S),
    ):
        seconds = [_seconds(data, guard) for _ in range(ROUNDS)]
        median = statistics.median(seconds)
        found.append(
            row(
                f"disavow: {LINES:,} lines {name}, CPU",
                seconds,
                "s",
                target=None if most is None else f"< {most:g} s",
                met=None if most is None else median < most,
            )
        )
    return found


def _seconds(data: bytes, guard: Guard) -> float:
    gc.collect()
    started = time.process_time()
    report = lint(data, guard=guard)
    seconds = time.process_time() - started
    if (
        len(report.entries) != LINES
    ):  # in ASCII, so many international names are too large for Google
        raise AssertionError(report.errors[:1])
    return seconds
