"""64-bit fingerprints under which similar texts differ in few bits (Charikar's simhash)."""

import hashlib
from collections.abc import Iterable

BITS = 64
MAX_TOKENS = 5_000

_LANE = 16
# The bits of each byte of a digest, each bit in a lane of its own: one addition counts eight.
_LANES = tuple(
    tuple(
        sum(((byte >> bit) & 1) << ((place * 8 + bit) * _LANE) for bit in range(8))
        for byte in range(256)
    )
    for place in range(8)
)
_LANE_MASK = (1 << _LANE) - 1


def simhash(tokens: Iterable[str]) -> str | None:
    """Return the fingerprint of some tokens as 16 hexadecimal digits, None for no tokens."""
    total = 0
    count = 0
    for token in tokens:
        digest = hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest()
        for lane, byte in zip(_LANES, digest, strict=True):
            total += lane[byte]
        count += 1
        if count >= MAX_TOKENS:
            break
    if not count:
        return None
    bits = sum(
        1 << bit for bit in range(BITS) if ((total >> (bit * _LANE)) & _LANE_MASK) * 2 > count
    )
    return f"{bits:016x}"


def distance(left: str, right: str) -> int:
    """Return in how many bits two fingerprints differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()


def shingles(words: list[str], size: int) -> Iterable[str]:
    """Return every run of `size` words, or all the words as one if there are fewer."""
    if len(words) <= size:
        return [" ".join(words)] if words else []
    return (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
