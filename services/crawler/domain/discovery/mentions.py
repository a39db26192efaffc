"""Finds sentences that name a site or its brand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.crawler.domain.discovery.targets import Targets

MOST_SENTENCE = 300
"""Letters of a sentence that are kept; of a longer one, those around the name."""
SHORTEST_TERM = 3

_ENDS = re.compile(r"[.!?\N{HORIZONTAL ELLIPSIS}](?=\s)|[\n\N{IDEOGRAPHIC FULL STOP}]")
_CHARSETS = ("utf-8", "cp1252", "cp1251", "cp932", "gb18030")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands in a text, and the sentence around it."""

    term: str
    sentence: str


class Terms:
    """The names by which a text may speak of a site: its brands, and its hosts as a reader sees them."""

    def __init__(self, terms: Iterable[str]) -> None:
        wanted = {" ".join(term.split()).lower() for term in terms}
        self.terms = tuple(sorted(term for term in wanted if len(term) >= SHORTEST_TERM))
        names = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in self.terms)
        # `acme.example` is not named by `acme.example.org`, nor by an address below it.
        self._pattern = re.compile(rf"(?<![\w@/-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE)
        self._needles = tuple({needle for term in self.terms for needle in _needles(term)})

    def may_be_in(self, data: bytes) -> bool:
        """Return whether a name may be in a page that was not decoded yet; False is certain."""
        if not self.terms:
            return False
        lowered = data.lower()
        return any(needle in lowered for needle in self._needles) or b"\x00" in data[:64]

    def first_in(self, text: str) -> Mention | None:
        """Return the first sentence that names the site."""
        return next(self._all_in(text), None)

    def _all_in(self, text: str) -> Iterator[Mention]:
        if self.terms:
            for found in self._pattern.finditer(text):
                sentence = sentence_around(text, found.start(), found.end())
                yield Mention(" ".join(found[0].split()), sentence)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in pages: links to these hosts, and these names where there is no link."""

    targets: Targets
    terms: Terms


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence in which a place of a text stands."""
    text = text.replace("\x00", " ")
    room = max(MOST_SENTENCE - (end - start), 0) // 2
    before = text[max(start - room, 0) : start]
    after = text[end : end + room]
    began = max((found.end() for found in _ENDS.finditer(before)), default=0)
    ends = _ENDS.search(after)
    until = ends.end() if ends is not None else len(after)
    return " ".join(f"{before[began:]}{text[start:end]}{after[:until]}".split())


def _needles(term: str) -> Iterator[bytes]:
    """Yield what stands in the bytes of every page that holds the term: its longest word will do."""
    word = max(term.split(), key=len)
    if word.isascii():
        yield word.encode()
        return
    for charset in _CHARSETS:
        try:
            # Capitals beyond ASCII have other bytes, so the case is left to the first letter.
            yield from {form.encode(charset) for form in (word, word.capitalize(), word.upper())}
        except UnicodeEncodeError:
            continue
