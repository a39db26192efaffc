"""Whether the page of a link speaks of what its site wants to be found for; pure."""

from collections.abc import Iterable, Sequence

from services.profile.domain.link import Sight
from shared.anchor_stems import stem
from shared.anchor_text import fold, words_of

TITLE, SENTENCE, SOME = 1.0, 0.8, 0.4
"""A whole keyword in the page's title, in the sentence of the link, or part of one anywhere."""


def relevance(
    keywords: Sequence[str], *, title: str, sentences: Iterable[str], language: str | None
) -> float | None:
    """Return from 0 to 1 how much it does; None where there is nothing to compare with."""
    code = (language or "en").partition("-")[0].lower()
    wanted = [stems for keyword in keywords if (stems := _stems(keyword, code))]
    if not wanted:
        return None
    around = _stems(" ".join(sentences), code)
    head = _stems(title, code)
    if not (head or around):
        return None
    if any(keyword <= head for keyword in wanted):
        return TITLE
    if any(keyword <= around for keyword in wanted):
        return SENTENCE
    long = {word for keyword in wanted for word in keyword if len(word) > _SHORT}
    return SOME if long & (head | around) else 0.0


_SHORT = 3
_PLACES = 3


def _stems(text: str, language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in words_of(fold(text)))


def relevance_of(keywords: Sequence[str], sight: Sight) -> float | None:
    """Return the relevance that one look at a page shows."""
    page = sight.observation
    sentences = [
        f"{place.left_context} {place.anchor_text} {place.right_context}"
        for place in sight.occurrences[:_PLACES]
    ]
    return relevance(keywords, title=page.title or "", sentences=sentences, language=page.lang)
