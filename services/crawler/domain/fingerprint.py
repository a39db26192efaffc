"""Fingerprints: of texts by simhash (Charikar), of sets by the smallest hashes (Broder's MinHash)."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from itertools import islice
from zlib import crc32

BITS = 64
MAX_TOKENS = 5_000
MAX_HASHED = 1_024
SLOTS = 32
MIN_MEMBERS = 3  # of a smaller set, likeness says nothing

_PRIME = (1 << 61) - 1
_MULTIPLIERS = tuple(
    int.from_bytes(blake2b(b"minhash %d" % slot, digest_size=8).digest()) % _PRIME | 1
    for slot in range(SLOTS)
)

# For each bit, a table that turns a byte into that bit: bytes.translate counts whole columns in C.
_TABLES = tuple(bytes((byte >> bit) & 1 for byte in range(256)) for bit in range(8))


def simhash(tokens: Iterable[str]) -> str | None:
    """Return the fingerprint of some tokens as 16 hexadecimal digits, None for no tokens."""
    encoded = [token.encode("utf-8", "replace") for token in islice(tokens, MAX_TOKENS)]
    return _simhash(lambda: encoded, len(encoded))


def simhash_of_words(words: Sequence[str], size: int) -> str | None:
    """Return the fingerprint of every run of `size` words, or of all if there are fewer."""
    if len(words) <= size:
        return simhash([" ".join(words)] if words else [])
    text = " ".join(words[: MAX_TOKENS + size - 1]).encode("utf-8", "replace")
    parts = text.split(b" ")
    shifted = [parts[at:] for at in range(size)]
    return _simhash(lambda: map(b" ".join, zip(*shifted, strict=False)), len(shifted[-1]))


def _simhash(tokens: Callable[[], Iterable[bytes]], count: int) -> str | None:
    digests = b"".join([blake2b(token, digest_size=8).digest() for token in _chosen(tokens, count)])
    if not digests:
        return None
    half = len(digests) // 16
    bits = 0
    for place in range(8):
        column = digests[place::8]
        for bit, table in enumerate(_TABLES):
            if column.translate(table).count(1) > half:
                bits |= 1 << (place * 8 + bit)
    return f"{bits:016x}"


def _chosen(tokens: Callable[[], Iterable[bytes]], count: int) -> Iterable[bytes]:
    """Return about 512 to 1,024 of many tokens, chosen by what they say and not by where they stand.

    A word put in front must not change the choice. A checksum costs an eighth of a digest, and the
    majority over each bit needs no more tokens than these.
    """
    if count <= MAX_HASHED:
        return tokens()
    mask = (1 << ((count - 1) // MAX_HASHED).bit_length()) - 1
    chosen = [token for token in tokens() if not crc32(token) & mask]
    return chosen or islice(tokens(), MAX_HASHED)


def distance(left: str, right: str) -> int:
    """Return in how many bits two fingerprints differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()


def sketch(members: Iterable[str]) -> str | None:
    """Return a set as 32 words of 8 hexadecimal digits: the share of equal words is the likeness.

    The likeness (Jaccard) of two sets is known to about 0.09 by this; None for very small sets.
    """
    values = [
        int.from_bytes(blake2b(member.encode("utf-8", "replace"), digest_size=7).digest())
        for member in set(members)
    ]
    if len(values) < MIN_MEMBERS:
        return None
    smallest = (min([value * factor % _PRIME for value in values]) for factor in _MULTIPLIERS)
    return "".join(f"{one & 0xFFFF_FFFF:08x}" for one in smallest)


def likeness(left: str, right: str) -> float:
    """Return about which share of two sets' members they have in common, from their sketches."""
    pairs = zip(_slots(left), _slots(right), strict=True)
    return sum(one == other for one, other in pairs) / SLOTS


def _slots(text: str) -> list[str]:
    return [text[at : at + 8] for at in range(0, SLOTS * 8, 8)]
