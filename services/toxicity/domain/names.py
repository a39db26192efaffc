"""What a site is called and wants to be found for, as the classifier of link texts knows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from shared.anchors import Classifier
from shared.vocabulary import AnchorFlag, AnchorKind

_SITES_AT_ONCE = 64
_TITLE = 300  # characters of a page's title that are read

# What a country's domain says about the language of a site; all of them also write English.
_LANGUAGES = {
    **dict.fromkeys(("de", "at"), "de"),
    **dict.fromkeys(("ru", "by", "su"), "ru"),
    **dict.fromkeys(("sa", "ae", "eg", "ma"), "ar"),
    **dict.fromkeys(("cn", "tw", "hk"), "zh"),
    **{name: name for name in ("fr", "it", "es", "nl", "pl", "pt", "tr", "hu", "fi", "bg", "mk")},
    "br": "pt",
    "mx": "es",
    "ar": "es",
    "cl": "es",
    "co": "es",
    "se": "sv",
    "dk": "da",
    "cz": "cs",
    "gr": "el",
    "il": "he",
    "ua": "uk",
    "rs": "sr",
    "ir": "fa",
    "jp": "ja",
    "kr": "ko",
    "th": "th",
    "in": "hi",
    "ge": "ka",
    "am": "hy",
    "kz": "kk",
    "no": "no",
}


@dataclass(frozen=True, slots=True)
class Names:
    """The classifier of one site, and whether it can tell a foreign text at all."""

    classifier: Classifier
    knows_language: bool

    def classify(
        self, text: str, image_alt: str | None
    ) -> tuple[AnchorKind, frozenset[AnchorFlag]]:
        """Return kind and flags of a link text; a picture speaks through its alternative text."""
        if image_alt is not None and not text.strip():
            found = self.classifier.classify(image_alt, image=True)
        else:
            found = self.classifier.classify(text)
        if self.knows_language:
            return found.kind, found.flags
        return found.kind, found.flags - {AnchorFlag.OTHER_LANGUAGE}

    def is_toxic(self, title: str) -> bool:
        """Whether a page's title has words of adult, gambling, pharmacy or scam pages."""
        return AnchorFlag.TOXIC in self.classifier.classify(title[:_TITLE]).flags


@lru_cache(maxsize=_SITES_AT_ONCE)
def names_of(
    brands: Sequence[str], keywords: Sequence[str], hosts: Sequence[str], domain: str
) -> Names:
    """Return the names of a site; building a classifier costs, so the last ones are kept.

    A site's languages are not told; where neither its keywords nor its country show them, no text
    is called foreign: what is not known is never held against a link.
    """
    language = _LANGUAGES.get(domain.rpartition(".")[2])
    languages = () if language is None else (language, "en")
    classifier = Classifier(brands=brands, keywords=keywords, hosts=hosts, languages=languages)
    return Names(classifier, knows_language=bool(keywords or languages))
