"""What a link should say: a text of the right kind that its host never used, the least used first; pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from shared.anchor_bands import (
    BANDS,
    EXACT_LIMIT,
    GROUP_LABELS,
    GROUPS,
    MIN_DOMAINS,
    ONE_ANCHOR_LIMIT,
    Group,
)
from shared.anchor_text import fold, words_of
from shared.anchors import Classifier
from shared.hostnames import shown
from shared.planning import LONGEST_TEXT, SiteFacts, TargetFacts, TextCount
from shared.vocabulary import AnchorFlag

_ALTERNATES = 2
_FORBIDDEN = 20
_ENGLISH = "en"
_UNFIT = frozenset({AnchorFlag.TOXIC, AnchorFlag.OTHER_LANGUAGE, AnchorFlag.EMPTY})
_NO_ONES = frozenset({Group.BRANDED, Group.URL_GENERIC})  # no text of these is ever too loud


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A text that must not be used, and why."""

    text: str
    because: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What one link should say; no text where nothing of the kind is left or known."""

    group: Group
    label: str
    text: str | None
    alternates: tuple[str, ...]
    forbidden: tuple[Forbidden, ...]
    sentence: str


def classifier_of(facts: SiteFacts) -> Classifier:
    """Return what tells the kinds of anchors of a site, as profile tells them; kept, for it remembers."""
    return _classifier(
        tuple(facts.brands), tuple(facts.keywords), tuple(facts.hosts), tuple(facts.languages)
    )


@lru_cache(maxsize=64)
def _classifier(
    brands: tuple[str, ...],
    keywords: tuple[str, ...],
    hosts: tuple[str, ...],
    languages: tuple[str, ...],
) -> Classifier:
    return Classifier(brands=brands, keywords=keywords, hosts=hosts, languages=languages)


def group_of(classifier: Classifier, text: str) -> Group | None:
    """Return the group of a text; None for words that no band knows."""
    return GROUPS.get(classifier.classify(text, image=False).kind)


def advise(
    facts: SiteFacts,
    page: TargetFacts,
    group: Group,
    *,
    used_on_host: Collection[str],
    promised: Iterable[str] = (),
) -> Advice:
    """Choose a text and two others for a link of this group to this page.

    `promised` are the texts of links to this page that were promised or ordered and are not seen yet.
    """
    host = {fold(text) for text in used_on_host}
    loud = _too_loud(facts)
    classifier = classifier_of(facts)
    fit: list[str] = []
    for text in _distinct(_CANDIDATES[group](facts, page)):
        found = classifier.classify(text, image=False)
        if GROUPS.get(found.kind) is group and not found.flags & _UNFIT:
            fit.append(text)
    free = [text for text in fit if fold(text) not in host and fold(text) not in loud]
    here, site = _counts(page.texts), _counts(facts.texts)
    here.update(map(fold, promised))
    free.sort(key=lambda text: (here[fold(text)], site[fold(text)]))
    return Advice(
        group,
        GROUP_LABELS[group],
        free[0] if free else None,
        tuple(free[1 : 1 + _ALTERNATES]),
        _forbidden(page, used_on_host, loud),
        _sentence(group, free, fit, here),
    )


def _sentence(group: Group, free: list[str], fit: list[str], here: Mapping[str, int]) -> str:
    label = GROUP_LABELS[group]
    if free:
        used = here[fold(free[0])]
        said = "None says" if used == 0 else f"{used} {'says' if used == 1 else 'say'}"
        return f"{label}: “{free[0]}”. {said} so of the links to this page."
    if fit:
        return f"{label}: everything that fits is used on this host already, or said too often."
    missing = "brands" if group is Group.BRANDED else "keywords"
    return f"{label}: nothing to say is known. Name the {missing} of the site in Set up."


def _too_loud(facts: SiteFacts) -> dict[str, str]:
    """Return the texts that one more domain would make, or keep, too loud."""
    if facts.domains < MIN_DOMAINS:
        return {}
    most = ONE_ANCHOR_LIMIT * (facts.domains + 1)
    return {
        fold(one.text): one.text
        for one in facts.texts
        if GROUPS.get(one.kind) not in _NO_ONES and one.domains + 1 > most
    }


def _forbidden(
    page: TargetFacts, used_on_host: Iterable[str], loud: Mapping[str, str]
) -> tuple[Forbidden, ...]:
    """Return what must not be said, each text once with its first reason."""
    found: dict[str, Forbidden] = {}
    for one in (*_on_host(used_on_host), *_loud(loud.values()), *_exact_of(page)):
        found.setdefault(fold(one.text), one)
    return tuple(found.values())[:_FORBIDDEN]


def _on_host(texts: Iterable[str]) -> Iterable[Forbidden]:
    for text in _distinct(texts):
        yield Forbidden(text, "This host links to you with these words already.")


def _loud(texts: Iterable[str]) -> Iterable[Forbidden]:
    for text in texts:
        yield Forbidden(text, "One referring domain in twenty says so already.")


def _exact_of(page: TargetFacts) -> Iterable[Forbidden]:
    if not page.domains or page.exact <= EXACT_LIMIT * page.domains:
        return
    share, high = page.exact / page.domains, BANDS[Group.EXACT].high
    because = (
        f"Exact keywords are at {share:.0%} of the domains that link to this page, over {high:.0%}."
    )
    for one in page.texts:
        if GROUPS.get(one.kind) is Group.EXACT:
            yield Forbidden(one.text, because)


def _branded(facts: SiteFacts, page: TargetFacts) -> Iterable[str]:
    yield from facts.brands
    yield from _said(facts, page, Group.BRANDED)


def _url_generic(facts: SiteFacts, page: TargetFacts) -> Iterable[str]:
    parts = urlsplit(page.url)
    bare = shown(parts.hostname or facts.domain).removeprefix("www.")
    yield bare
    if parts.path.strip("/"):
        yield unquote(f"{bare}{parts.path.rstrip('/')}")
    yield page.url
    yield f"www.{bare}"
    yield from _said(facts, page, Group.URL_GENERIC)


def _partial(facts: SiteFacts, page: TargetFacts) -> Iterable[str]:
    if page.title:
        yield page.title
    for keyword in fitting_keywords(facts, page):
        for brand in facts.brands[:2]:
            if _ENGLISH in facts.languages:
                yield f"{keyword} from {brand}"
            if fold(brand).split()[-1:] != fold(keyword).split()[:1]:
                yield f"{brand} {keyword}"
            yield f"{keyword} - {brand}"
        yield f"{keyword} ({shown(facts.domain)})"
    yield from _said(facts, page, Group.PARTIAL)


def _exact(facts: SiteFacts, page: TargetFacts) -> Iterable[str]:
    yield from fitting_keywords(facts, page)


_CANDIDATES: Mapping[Group, Callable[[SiteFacts, TargetFacts], Iterable[str]]] = {
    Group.BRANDED: _branded,
    Group.URL_GENERIC: _url_generic,
    Group.PARTIAL: _partial,
    Group.EXACT: _exact,
}


def fitting_keywords(facts: SiteFacts, page: TargetFacts) -> list[str]:
    """Return the keywords whose words the page's title or address has; all where none fits."""
    address = unquote(urlsplit(page.url).path).replace("-", " ").replace("_", " ").replace("/", " ")
    words = set(words_of(fold(f"{page.title or ''} {address}")))
    fitting = [one for one in facts.keywords if words & set(words_of(fold(one)))]
    return fitting or list(facts.keywords)


def _said(facts: SiteFacts, page: TargetFacts, group: Group) -> Iterable[str]:
    """Return what others say of the page, then of the site, in words of this group."""
    for one in (*page.texts, *facts.texts):
        if GROUPS.get(one.kind) is group:
            yield one.text


def _distinct(texts: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for text in texts:
        plain = " ".join(text.split())
        if plain and len(plain) <= LONGEST_TEXT:
            found.setdefault(fold(plain), plain)
    return list(found.values())


def _counts(texts: Iterable[TextCount]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in texts:
        counts[fold(one.text)] += one.domains
    return counts
