"""What kind of page a URL names: an article stays as it is, a list of articles moves on."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qsl


class PageKind(StrEnum):
    """Kinds of pages that lose links for different reasons."""

    ARTICLE = "article"
    LISTING = "listing"
    HOME = "home"
    FORUM = "forum"
    DIRECTORY = "directory"


_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_LISTS = (
    r"tags?|categor(?:y|ies|ie|ia|ias|ias)|kategorie[ns]?|categorie|rubri(?:k|que|c)|topics?|themen?"
    r"|authors?|autor|auteur|archives?|archiv|label|labels|series|search|suche|recherche|buscar"
    r"|feed|rss|keyword|keywords|schlagwort|etiqueta|etiquetas"
)
_LISTING_PATHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # The name of a list, and below it one name of what is listed: /tag/anchors, /author/ann/2.
        rf"(?:^|/)(?:{_LISTS})(?:/[^/]+){{0,2}}$",
        # A page of a list: /blog/page/3, /page-3, /p/3
        r"(?:^|/)(?:page|seite|pagina|p)[/_-]?[0-9]{1,5}$",
        # The archive of a day, a month or a year, not an article that has its date in front.
        rf"^/?(?:[a-z]{{2}}/)?(?:(?:blog|news|archives?|articles)/)?{_YEAR}(?:/{_MONTH}(?:/{_DAY})?)?$",
        # The front of a blog or a news section.
        r"^/?(?:[a-z]{2}/)?(?:blog|news|articles|posts|aktuelles|noticias|actualites)$",
    )
)
_LISTING_FIELDS = frozenset({"tag", "cat", "category", "author", "s", "q", "search", "query"})
# Of a list only if a number stands in them: ?page=2, not ?page=about.
_NUMBER_FIELDS = frozenset({"paged", "page", "start"})
# How WordPress numbers its articles: /archives/1234. A year is a list.
_NUMBERED_ARTICLE = re.compile(rf"/archives/(?!{_YEAR}$)[0-9]+$", re.IGNORECASE)
_FORUM = re.compile(
    r"(?:^|/)(?:forums?|board|threads?|viewtopic\.php|showthread\.php|t/[^/]+/[0-9]+|discussion)(?:/|$)"
    r"|(?:^|/)topic/[0-9]+",
    re.IGNORECASE,
)
_DIRECTORY = re.compile(
    r"(?:^|/)(?:director(?:y|ies)|listing|listings|verzeichnis|links|resources|partners?)(?:/|$)",
    re.IGNORECASE,
)
_HOMES = re.compile(
    r"^/?(?:index\.(?:html?|php|aspx?)|home|[a-z]{2}(?:-[a-z]{2})?)?/?$", re.IGNORECASE
)


# A look asks several times for the page that it is of.
@lru_cache(maxsize=1_024)
def kind_of(url: str) -> PageKind:
    """Return the kind of page that the shape of a URL tells; what tells nothing is an article."""
    path, fields = _parts(url)
    if _FORUM.search(path):
        return PageKind.FORUM
    if _is_list(path, fields):
        return PageKind.LISTING
    if _HOMES.match(path) and not fields:
        return PageKind.HOME
    return PageKind.DIRECTORY if _DIRECTORY.search(path) else PageKind.ARTICLE


def _is_list(path: str, fields: Mapping[str, str]) -> bool:
    if any(pattern.search(path) for pattern in _LISTING_PATHS):
        return _NUMBERED_ARTICLE.search(path) is None
    if not fields.keys().isdisjoint({"p", "id", "page_id"}):
        return False
    numbered = any(fields.get(name, "").isdigit() for name in _NUMBER_FIELDS)
    return numbered or not fields.keys().isdisjoint(_LISTING_FIELDS)


def _parts(url: str) -> tuple[str, Mapping[str, str]]:
    """Return the path without its last slash, and the query's fields that are set."""
    rest = url.partition("://")[2].partition("#")[0]
    place, _, query = rest.partition("?")
    path = "/" + place.partition("/")[2].rstrip("/")
    fields = {name.lower(): value for name, value in parse_qsl(query[:2_048]) if value}
    return path[:2_048], fields
