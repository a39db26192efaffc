"""Memory that is free goes back to the system."""

import os
from pathlib import Path

from services.crawler.adapters.memory import give_back

PIECE = 64 * 1024  # glibc takes pieces of this size from its heap
PIECES = 1_000


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_what_is_free_below_something_that_is_needed_goes_back() -> None:
    pieces = [os.urandom(PIECE) for _ in range(PIECES)]
    needed = pieces[::100]
    del pieces
    before = resident_bytes()
    give_back()
    assert before - resident_bytes() > PIECE * PIECES // 2
    assert len(needed) == PIECES // 100
