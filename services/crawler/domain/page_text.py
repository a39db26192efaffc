"""What the words of a page say: how much is hidden or frame, which language, stuffing, spam words."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.crawler.domain.ancestry import Ancestry
from services.crawler.domain.hidden import rule_of
from shared import anchor_words
from shared.anchor_text import fold_visible, main_script
from shared.vocabulary import Position

MAX_TEXT = 400_000
MAX_WORDS = 5_000
MIN_STUFFED = 100  # below this many words a share of one of them says nothing
MIN_TELLING = 5  # words without a subject that a text needs before its language is told
_LONG = 4
_FRAME = frozenset({Position.NAV, Position.HEADER, Position.FOOTER, Position.SIDEBAR})
_SILENT = frozenset({"script", "style", "template", "noscript", "textarea", "title", "head"})
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = {code: " " for code in range(128) if not chr(code).isalpha()}
_OF_SCRIPT = {
    "greek": "el",
    "armenian": "hy",
    "hebrew": "he",
    "devanagari": "hi",
    "bengali": "bn",
    "tamil": "ta",
    "thai": "th",
    "georgian": "ka",
    "hangul": "ko",
    "kana": "ja",
    "han": "zh",
}


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a page, and how many of its characters nobody sees or stand in the frame."""

    text: str
    hidden_chars: int
    frame_chars: int


class _Telling(NamedTuple):
    """What becomes of the text that stands directly in an element."""

    is_silent: bool
    is_hidden: bool
    is_frame: bool


_SAID = _Telling(is_silent=False, is_hidden=False, is_frame=False)
_SILENCE = _Telling(is_silent=True, is_hidden=False, is_frame=False)


@dataclass(frozen=True, slots=True)
class Wording:
    """What counting the words of a text tells."""

    language: str | None
    spam_words: int
    top_word_share: float | None


def body_of(document: LexborHTMLParser, ancestry: Ancestry) -> Body:
    """Return the text that stands in the body, without scripts and the like, squeezed."""
    pieces: list[str] = []
    size = hidden = frame = 0
    told: dict[int, _Telling] = {}
    body = document.body
    for node in body.traverse(include_text=True, skip_empty=True) if body is not None else ():
        if not node.is_text_node:
            continue
        parent = node.parent
        telling = _SAID if parent is None else told.get(parent.mem_id)
        if telling is None and parent is not None:
            telling = told[parent.mem_id] = _telling_of(parent, ancestry)
        if telling is None or telling.is_silent:
            continue
        text = (node.text_content or "")[:MAX_TEXT]
        pieces.append(text)
        size += len(text)
        if telling.is_hidden or telling.is_frame:
            letters = len(text.strip())
            hidden += letters if telling.is_hidden else 0
            frame += letters if telling.is_frame else 0
        if size > MAX_TEXT:
            break
    return Body(" ".join(" ".join(pieces).split())[:MAX_TEXT], hidden, frame)


def _telling_of(parent: LexborNode, ancestry: Ancestry) -> _Telling:
    if parent.tag in _SILENT:
        return _SILENCE
    standing = ancestry.of(parent)
    is_hidden = bool(rule_of(standing.look))
    is_frame = standing.place.position in _FRAME
    return (
        _Telling(is_silent=False, is_hidden=is_hidden, is_frame=is_frame)
        if is_hidden or is_frame
        else _SAID
    )


def wording_of(text: str) -> Wording:
    """Return what the words of a text tell; the first five thousand stand for all."""
    words = words_in(text)
    counted = Counter(words)
    spam = anchor_words.toxic().words
    return Wording(
        language=_language(text, counted),
        spam_words=sum(times for word, times in counted.items() if word in spam),
        top_word_share=_top_share(counted, len(words)),
    )


def words_in(text: str) -> list[str]:
    """Return the first five thousand words of a text, folded, with those without a subject."""
    return _words_of(fold_visible(text[: MAX_WORDS * 12]))[:MAX_WORDS]


def _words_of(folded: str) -> list[str]:
    # The same words, and of plain text, as most is once it is folded, five times sooner.
    return folded.translate(_LETTERS).split() if folded.isascii() else _WORD.findall(folded)


def _language(text: str, counted: Counter[str]) -> str | None:
    script = main_script(text[:2_000])
    if script in _OF_SCRIPT:
        return "ja" if script == "han" and _has_kana(text) else _OF_SCRIPT[script]
    known = anchor_words.telling_words()
    votes: dict[str, float] = {}
    for word, times in counted.items():
        languages = known.get(word, ())
        for language in languages:
            votes[language] = votes.get(language, 0.0) + min(times, 50) / len(languages)
    if not votes:
        return None
    best, weight = max(votes.items(), key=lambda pair: (pair[1], pair[0]))
    return best if weight >= MIN_TELLING else None


def _has_kana(text: str) -> bool:
    return any("\u3040" <= letter <= "\u30ff" for letter in text[:2_000])


def _top_share(counted: Counter[str], total: int) -> float | None:
    if total < MIN_STUFFED:
        return None
    known: Sequence[str] = [
        word for word in counted if len(word) >= _LONG and word not in anchor_words.telling_words()
    ]
    times = max((counted[word] for word in known), default=0)
    return round(times / total, 4)
