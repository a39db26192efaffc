"""Which page of a site fits in the place of something else: by path, title and the words of links; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.profile.domain.redirects.letters import stem, words_of
from services.profile.domain.redirects.paths import parts_of, without_origin
from services.profile.domain.redirects.score import Known
from services.profile.domain.redirects.suggest import Finder
from shared import anchor_words

MOST_CANDIDATES = 3
MOST_SHARED = 6
FITS = 0.35
"""Below this score a page is not named: two pages of the web have a word in common soon."""
_MOST_WORDS = 40
# How much is believed of what each kind of text finds: the address itself, link texts, what stands around.
_OF_ADDRESS, _OF_ANCHOR, _OF_CONTEXT = 1.0, 0.95, 0.7
_ENOUGH_AROUND = 2
_SHORTEST = 3
# Words of what a page is, not of what it is about: alone they make two pages no kin.
_OF_ANY_PAGE = frozenset(
    [
        "guide",
        "guides",
        "how",
        "what",
        "why",
        "best",
        "top",
        "tips",
        "blog",
        "post",
        "posts",
        "article",
        "articles",
        "page",
        "pages",
        "news",
        "home",
        "index",
        "site",
        "website",
        "web",
        "online",
        "free",
        "new",
        "list",
        "links",
        "link",
        "resource",
        "resources",
        "intro",
        "introduction",
        "overview",
        "faq",
        "help",
        "info",
        "about",
        "html",
        "php",
        "your",
        "you",
        "our",
        "all",
        "complete",
        "ultimate",
        "read",
        "more",
        "here",
        "click",
        "this",
        "ratgeber",
        "tipps",
        "seite",
        "seiten",
        "artikel",
        "beitrag",
        "liste",
        "uebersicht",
        "ubersicht",
        "wie",
        "was",
        "leitfaden",
        "conseils",
        "guia",
        "guida",
        "consigli",
        "consejos",
        "como",
        "articulo",
        "pagina",
        "pages",
        "liens",
        "enlaces",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A page of the site that answers."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a page is looked for by: an address, the words of links to it, and what stands around them."""

    url: str
    anchors: Sequence[str] = ()
    context: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Fitting:
    """A page that may be offered, and the words that it shares with what is wanted."""

    url: str
    title: str | None
    score: float
    shared: tuple[str, ...]


class Matcher:
    """Finds pages of a site; the cost of reading its addresses is paid once."""

    def __init__(self, pages: Sequence[OwnPage]) -> None:
        self._pages = {page.url: page for page in pages}
        known = {page.url: Known(page.title) for page in pages if page.title}
        self._finder = Finder(list(self._pages), known=known)

    def fitting(self, wanted: Wanted) -> list[Fitting]:
        """Return the pages that fit, the best first; none is an answer."""
        strong = _words([_path_of(wanted.url), *wanted.anchors])
        around = _words(wanted.context) - strong
        scores: dict[str, float] = {}
        for query, weight in _queries(wanted):
            for found in self._finder.suggest(query).candidates:
                scores[found.path] = max(scores.get(found.path, 0.0), weight * found.score)
        fitting = [self._fitting(url, score, strong, around) for url, score in scores.items()]
        kept = [one for one in fitting if one is not None]
        return sorted(kept, key=lambda one: (-one.score, one.url))[:MOST_CANDIDATES]

    def _fitting(
        self, url: str, score: float, strong: set[str], around: set[str]
    ) -> Fitting | None:
        page = self._pages[url]
        if parts_of(url).is_home:
            return None
        mine = {stem(word): word for word in _telling([_path_of(url), page.title or ""])}
        by_name = [word for key, word in mine.items() if key in strong]
        nearby = [word for key, word in mine.items() if key in around]
        if not by_name and len(nearby) < _ENOUGH_AROUND:
            return None
        score = round(min(1.0, score), 3)
        if score < FITS:
            return None
        return Fitting(url, page.title, score, tuple([*by_name, *nearby][:MOST_SHARED]))


def _queries(wanted: Wanted) -> list[tuple[str, float]]:
    is_home = parts_of(wanted.url).is_home
    found = [] if is_home else [(without_origin(wanted.url), _OF_ADDRESS)]
    found += [(_as_path([anchor]), _OF_ANCHOR) for anchor in wanted.anchors]
    found += [(_as_path([text]), _OF_CONTEXT) for text in wanted.context]
    return [(query, weight) for query, weight in found if query.strip("/")]


def _as_path(texts: Sequence[str]) -> str:
    return "/" + "-".join(_telling(texts)[:_MOST_WORDS])


def _path_of(url: str) -> str:
    return " ".join(parts_of(url).words)


def _words(texts: Sequence[str]) -> set[str]:
    return {stem(word) for word in _telling(texts)}


def _telling(texts: Sequence[str]) -> list[str]:
    """Return the words that say what something is about, each once."""
    empty = anchor_words.telling_words()
    return list(
        dict.fromkeys(
            word
            for text in texts
            for word in words_of(text)
            if len(word) >= _SHORTEST
            and not word.isdigit()
            and word not in empty
            and word not in _OF_ANY_PAGE
        )
    )
