"""Time-ordered identifiers."""

import secrets
import time
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74
_FRESH_S = 30.0


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then randomness."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(_RANDOM_BITS)
    high = random >> 62
    low = random & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def new_ids(count: int) -> list[UUID]:
    """Return many ids of one moment: the random bits are asked for once."""
    base = (time.time_ns() // 1_000_000 << 80) | (0x7 << 76) | (0b10 << 62)
    random = secrets.token_bytes(10 * count)
    made = []
    for at in range(0, 10 * count, 10):
        bits = int.from_bytes(random[at : at + 10]) >> 6
        made.append(UUID(int=base | (bits >> 62) << 64 | bits & ((1 << 62) - 1)))
    return made


def is_fresh(some_id: UUID, now: datetime) -> bool:
    """Say whether an id was made so recently that not everybody need have heard of it yet."""
    age_s = now.timestamp() - (some_id.int >> 80) / 1000
    return abs(age_s) < _FRESH_S
