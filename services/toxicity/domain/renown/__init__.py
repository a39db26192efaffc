"""Names that many independent sites trust, kept as fingerprints; a list of names is not shipped.

`tests/toxicity/renown.py` makes the two files: `central.bin` from the most central domains of 51
Common Crawl web graphs and a public list of much visited domains, `universities.bin` from a public
list of universities. A name can be asked for and none can be read out. A foreign name is taken for
one of them once in 30 billion.
"""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

FINGERPRINT = 6  # bytes
CENTRAL = "central.bin"
UNIVERSITIES = "universities.bin"


class Renown(StrEnum):
    """Why a name is known."""

    CENTRAL = "central"
    UNIVERSITY = "university"


def renown_of(domain: str) -> Renown | None:
    """Return why a registrable domain is known everywhere, or None for most of them."""
    return _known().get(hashlib.blake2b(domain.encode(), digest_size=FINGERPRINT).digest())


def packed(domains: Iterable[str]) -> bytes:
    """Return the file that holds the fingerprints of these names; equal sets give equal bytes."""
    found = {hashlib.blake2b(one.encode(), digest_size=FINGERPRINT).digest() for one in domains}
    return b"".join(sorted(found))


@cache
def _known() -> Mapping[bytes, Renown]:
    return {
        data[start : start + FINGERPRINT]: kind
        for name, kind in ((CENTRAL, Renown.CENTRAL), (UNIVERSITIES, Renown.UNIVERSITY))
        for data in (Path(__file__).with_name(name).read_bytes(),)
        for start in range(0, len(data), FINGERPRINT)
    }
