"""Memory that is free goes back to the system."""

import os
from pathlib import Path

from services.crawler.adapters.memory import give_back, keep_large_apart

PIECE = 64 * 1024  # glibc takes pieces of this size from its heap
PIECES = 1_000
LARGE = 8 * 1024 * 1024


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


def test_what_was_large_goes_back_at_once_even_below_something_that_is_needed() -> None:
    keep_large_apart()
    bytes(2 * LARGE)  # when such a block goes, glibc would raise its bound
    bodies, needed = [], []
    for _ in range(8):
        bodies.append(os.urandom(LARGE))
        needed.append(os.urandom(PIECE))
    before = resident_bytes()
    del bodies
    assert before - resident_bytes() > 7 * LARGE
    assert len(needed) == 8
