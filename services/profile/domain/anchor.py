"""The kind of a link's anchor, by the brands, keywords and hosts of its site; pure."""

from functools import lru_cache

from services.profile.domain.contract import spoken
from services.profile.domain.facts import Facts
from services.profile.domain.site import Site
from shared.anchors import AnchorClass, Classifier
from shared.vocabulary import LinkKind

DEFAULT_LANGUAGES = ("en",)


@lru_cache(maxsize=256)
def _classifier(
    brands: tuple[str, ...],
    keywords: tuple[str, ...],
    hosts: tuple[str, ...],
    languages: tuple[str, ...],
) -> Classifier:
    return Classifier(brands=brands, keywords=keywords, hosts=hosts, languages=languages)


def classifier_of(site: Site) -> Classifier:
    """Return what knows the words of a site; kept, because it remembers what it decided."""
    languages = tuple(site.settings.get("languages") or DEFAULT_LANGUAGES)
    return _classifier(site.brands, site.keywords, site.hosts, languages)


def classified(site: Site, seen: Facts) -> tuple[str, tuple[str, ...]]:
    """Return kind and flags of the anchor of a link that was seen."""
    found = class_of(site, spoken(seen), image=seen.kind is LinkKind.IMAGE)
    return found.kind, tuple(sorted(found.flags))


def class_of(site: Site, text: str, *, image: bool) -> AnchorClass:
    """Return the class of an anchor text of this site, with the rule and word that decided."""
    return classifier_of(site).classify(text, image=image)
