"""Likeness without comparing everything with everything: MinHash for sets, bands for fingerprints."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt

from services.toxicity.domain.networks.union import Union

BANDS = 16
ROWS = 2
FINGERPRINT_BANDS = 4
NEAR = 3
"""In how many of their 64 bits two fingerprints may differ and still be the same."""
MIN_MEMBERS = 3
_PRIME = np.uint64((1 << 31) - 1)
_FACTORS = np.array(
    [
        int.from_bytes(hashlib.blake2b(b"factor %d" % number, digest_size=3).digest()) | 1
        for number in range(BANDS * ROWS)
    ],
    dtype=np.uint64,
)


def buckets(sets: Mapping[str, set[str]], *, most: int) -> Iterator[list[str]]:
    """Yield groups of names whose sets are probably alike, as a band of their sketches is the same.

    Sets that share half of their members fall together in 99 of 100 cases, those that share a
    third in 84. A group of more than `most` names is of no use and is left out.
    """
    by_band: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    numbers: dict[str, int] = {}
    for name, members in sets.items():
        if len(members) >= MIN_MEMBERS:
            sketch = _sketch(members, numbers)
            for band in range(BANDS):
                by_band[band, sketch[band * ROWS : (band + 1) * ROWS].tobytes()].append(name)
    yield from (found for found in by_band.values() if 1 < len(found) <= most)


def _sketch(members: Iterable[str], numbers: dict[str, int]) -> npt.NDArray[np.uint64]:
    values = np.array([_number(member, numbers) for member in members], dtype=np.uint64)
    lowest: npt.NDArray[np.uint64] = ((values[:, None] * _FACTORS[None, :]) % _PRIME).min(axis=0)
    return lowest


def _number(member: str, numbers: dict[str, int]) -> int:
    known = numbers.get(member)
    if known is None:
        digest = hashlib.blake2b(member.encode("utf-8", "replace"), digest_size=8).digest()
        known = int.from_bytes(digest) % int(_PRIME)
        numbers[member] = known
    return known


def jaccard(left: set[str], right: set[str]) -> float:
    """Return which part of all members of two sets are in both."""
    both = len(left & right)
    return both / (len(left) + len(right) - both) if both else 0.0


def same_fingerprints(fingerprints: Iterable[str], *, most: int) -> dict[str, str]:
    """Return for each fingerprint the one that stands for all that are nearly the same."""
    known = sorted({one for one in fingerprints if _is_fingerprint(one)})
    union = Union(known)
    by_band: dict[tuple[int, str], list[str]] = defaultdict(list)
    for text in known:
        for band in range(FINGERPRINT_BANDS):
            by_band[band, text[band * 4 : band * 4 + 4]].append(text)
    for found in by_band.values():
        if len(found) <= most:
            for left, right in combinations(found, 2):
                if (int(left, 16) ^ int(right, 16)).bit_count() <= NEAR:
                    union.join(left, right)
    return {one: union.find(one) for one in known}


def _is_fingerprint(text: str) -> bool:
    try:
        return len(text) == FINGERPRINT_BANDS * 4 and int(text, 16) >= 0
    except ValueError:
        return False
