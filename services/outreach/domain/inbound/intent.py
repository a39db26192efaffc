# ruff: noqa: RUF001 - the wide signs are meant
"""What a person wants who answered: to be left alone, or one of the intents; rules over plain words."""

import re
from dataclasses import dataclass

from services.outreach.domain.inbound.price import price_in
from services.outreach.domain.inbound.verdict import Intent, Price
from services.outreach.domain.inbound.wordings import (
    INTENTS,
    LEAVE_ME,
    LEAVE_ME_ALONE,
    PAYING,
    QUESTIONS,
)

_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*")
_WORDS = 4000
_OPENING = 600
_SHORT = 25


@dataclass(frozen=True, slots=True)
class Wish:
    intent: Intent
    price: Price | None
    decided_by: str


def wants_no_mail(text: str, subject: str) -> str:
    """Return the words with which somebody asks not to be written to, or ''."""
    words = _plain(text)[:_OPENING]
    bare = words.strip(" .!\n\"'")
    if bare in LEAVE_ME_ALONE:
        return text.strip()
    bare_subject = re.sub(r"^(?:re|aw|sv|odp):\s*", "", _plain(subject)).strip(" .!")
    if bare_subject in LEAVE_ME_ALONE - {"no", "stop"} and len(bare) < _SHORT:
        return f"Subject: {subject}"
    phrase = next((one for one in LEAVE_ME if one in words), "")
    return _sentence_with(phrase, text) if phrase else ""


def wish_of(text: str) -> Wish:
    """Return what somebody wants, with the sentence that decided."""
    words = _plain(text)
    price = price_in(text)
    paying = next((word for word in PAYING if word in words), "") if price else ""
    if price and paying and "?" not in _sentence_with(price.amount, text):
        return Wish(Intent.PRICE_QUOTE, price, _sentence_with(paying, text))
    for intent, phrases in INTENTS:
        phrase = next((one for one in phrases if one in words), "")
        if phrase:
            return Wish(intent, price, _sentence_with(phrase, text))
    asked = _question_in(text, words)
    if asked:
        return Wish(Intent.QUESTION, price, asked)
    return Wish(Intent.OTHER, price, "")


def _question_in(text: str, words: str) -> str:
    for sentence in _sentences(text):
        if sentence.rstrip().endswith(("?", "？")):
            return sentence.strip()
    asked = next((one for one in QUESTIONS if words.startswith(one) or f". {one}" in words), "")
    return _sentence_with(asked, text) if asked else ""


def _sentence_with(words: str, text: str) -> str:
    """Return the sentence of a text in which words stand, as it was written."""
    for sentence in _sentences(text):
        if words in _plain(sentence):
            return sentence.strip()[:300]
    return words


def _sentences(text: str) -> list[str]:
    return [str(one) for one in _SENTENCE.findall(text[:_WORDS])]


def _plain(text: str) -> str:
    return " ".join(text[:_WORDS].lower().replace("\u2019", "'").split())
