"""Memory that is free goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

from services.crawler.adapters.memory import give_back

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


# In a process of its own: in the heap of one that did much before, there may be holes of this size.
LARGE_BLOCKS = f"""
import os
from services.crawler.adapters.memory import keep_large_apart
from tests.crawler.adapters.test_memory import resident_bytes
keep_large_apart()
bytes(2 * {LARGE})  # when such a block goes, glibc would raise its bound
bodies, needed = [], []
for _ in range(8):
    bodies.append(os.urandom({LARGE}))
    needed.append(os.urandom({PIECE}))
before = resident_bytes()
del bodies
print(before - resident_bytes(), len(needed))
"""


def test_what_was_large_goes_back_at_once_even_below_something_that_is_needed() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LARGE_BLOCKS], check=True, capture_output=True, text=True
    ).stdout
    freed, needed = map(int, said.split())
    assert freed > 7 * LARGE
    assert needed == 8
