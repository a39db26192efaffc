"""Takes domain names apart: the label that somebody chose, its public suffix, letters as numbers."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared import suffixes
from shared.anchor_text import fold_visible

WIDTH = 40
"""Letters of a label that are looked at."""

DIGIT, HYPHEN, OTHER = 27, 28, 29
_TABLE = np.full(256, OTHER, np.uint8)
_TABLE[np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)] = np.arange(1, 27)
_TABLE[np.frombuffer(b"0123456789", np.uint8)] = DIGIT
_TABLE[ord("-")] = HYPHEN


# Two labels of plain letters, as most names have; possessive, because nothing is ever given back.
_PLAIN = re.compile(r"(?!xn--)([a-z0-9-]++)\.([a-z]++)")


class Label(NamedTuple):
    """What one domain consists of; `text` is what its owner chose, folded to plain letters."""

    text: str
    suffix: str
    is_idn: bool = False


def label_of(domain: str) -> Label | None:
    """Return the parts of a domain (any spelling of a host), None for what is no domain."""
    plain = _PLAIN.fullmatch(domain)
    if plain is not None:
        text, suffix = plain.groups()
        if suffixes.is_below(domain, suffix):
            return Label(text, suffix)
    return _label_of(domain)


def _label_of(domain: str) -> Label | None:
    host = domain.strip().rstrip(".").lower()
    cut = suffixes.cut(host)
    if cut is None or "/" in host or " " in host or "." not in host:
        return None
    start, before, known = cut
    if not known and host[start:].isdecimal():
        return None
    if before < 0:  # a public suffix is a name too: somebody runs it
        start, before = host.index(".") + 1, 0
    text = host[before : start - 1]
    if not text.startswith("xn--") and text.isascii():
        return Label(text, host[start:])
    return Label(_folded(text), host[start:], is_idn=True)


def _folded(text: str) -> str:
    """Return a name of other letters in plain ones as far as accents go; the rest stays foreign."""
    if text.startswith("xn--"):
        try:
            text = text[4:].encode("ascii").decode("punycode")
        except (UnicodeError, ValueError):
            return text
    return fold_visible(text)


def matrix_of(labels: Sequence[Label]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the labels as rows of letters (1-26, digit, hyphen, other; 0 behind the end)."""
    texts = [label.text[:WIDTH] for label in labels]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    width = int(lengths.max(initial=1))
    padded = "".join([text.ljust(width, "\0") for text in texts])
    flat = np.frombuffer(padded.encode("ascii", "replace"), np.uint8)
    codes = _TABLE[flat].reshape(len(texts), width)
    codes[np.arange(width) >= lengths[:, None]] = 0
    return codes, lengths
