"""Texts that may be a stranger's: on one line, with nothing in them that hides or turns around; pure.

Titles and sentences of alerts hold anchors, titles and addresses of pages that anybody may have written. What a
provider would read as markup is its own form's business (domain/forms).
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable

MAX_TITLE = 200
MAX_LINE = 300
MAX_LINES = 20
_JOINERS = "\u200c\u200d"  # parts of words in Persian and Hindi, and of emoji


def plain(text: str, limit: int) -> str:
    """Return a text on one line without what hides or turns the reading direction, at most so long."""
    kept = "".join(map(_visible, text))
    line = " ".join(kept.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def width(text: str) -> int:
    """Return a length as chats count it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fitting(lines: Iterable[str], limit: int, *, written: Callable[[str], str]) -> list[str]:
    """Return the first lines as they are written, as much as fits with a line end behind each."""
    kept: list[str] = []
    for line in lines:
        text = _cut(line, limit - 1, written)
        if not text:
            break
        kept.append(text)
        limit -= width(text) + 1
    return kept


def _cut(line: str, limit: int, written: Callable[[str], str]) -> str:
    """Return as much of a line as fits when it is written; a markup is never cut in two."""
    whole = written(line)
    if width(whole) <= limit:
        return whole
    lengths = range(len(line) + 1)
    fits = bisect_right(lengths, limit - 1, key=lambda length: width(written(line[:length]))) - 1
    return f"{written(line[:fits])}…" if fits > 0 else ""


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    is_hidden = category in {"Cf", "Cs", "Co", "Cn"} and char not in _JOINERS
    return "" if is_hidden else char
