"""A path of a site taken apart: its segments as words, without what names no content; pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from services.profile.domain.redirects.letters import decoded, words_of

_ORIGIN = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\.(?:html?|xhtml|shtml|php[3-7]?|phtml|aspx?|jspx?|cfm|cgi|pl|do|action|md|mdx|markdown|rst|ya?ml|txt|pdf)$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]([a-z]{2}|[a-z]{4}|latam))?", re.IGNORECASE)
_CODES = (
    "ar bg bn ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka kk ko lt"
    " lv mk ms nb nl nn no pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh"
)
LANGUAGES = frozenset(_CODES.split())
_LONG_CODES = (
    "deu=de ger=de eng=en spa=es fra=fr fre=fr ita=it nld=nl dut=nl pol=pl por=pt rus=ru tur=tr"
)
_SHORT_OF = dict(pair.split("=") for pair in _LONG_CODES.split())
# Names of files that stand for their folder.
INDEX = frozenset({"index", "default", "home", "readme", "main"})
# Folders and endings that say how a page is shown or kept, not what it is about.
_SHELL_NAMES = "amp feed rss print embed page"
SHELLS = frozenset(_SHELL_NAMES.split())
_FOLDER_SHELLS = SHELLS | frozenset(["node", "cgi", "bin", "www", "public", "wp"])
# Pages that introduce their folder: `/containers/overview` is about what `/containers/` is about.
LANDINGS = frozenset({"overview", "introduction", "intro"})
# The first page to read in a folder that has no other front: `/windows/get-started`.
FIRST_STEPS = frozenset({"getstarted", "gettingstarted", "quickstart", "quickstarts", "welcome"})
# Parameters that say how a page is shown, or which version of it, not what it is about.
_SHOWN_NAMES = "view tab tabs pivots toc bc version ver moniker branch context preserve-view"
_SHOWN_BY = frozenset(_SHOWN_NAMES.split())
_LANGUAGE_NAMES = frozenset({"lang", "language", "locale", "hl", "l"})
_LONG_NUMBER = 5
_HASH = re.compile(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,}", re.IGNORECASE)
_YEARS = range(1990, 2100)
_VERSION = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){1,2}(?![0-9.])")
# Folders that say which version is meant, as numbers do.
_CHANNELS = frozenset({"latest", "stable", "current", "main", "master", "nightly", "next"})


@dataclass(frozen=True, slots=True)
class PathParts:
    """What one path says."""

    text: str
    """As it was given."""
    segments: tuple[tuple[str, ...], ...]
    """The words of each segment, the last one last; dates, ids and languages are not among them."""
    slug: str
    """The last segment's words as one string, for comparing letters."""
    joined: str
    """All words as one string."""
    language: str | None
    numbers: frozenset[str]
    """Small numbers: versions, parts, sizes. They must agree."""
    ids: frozenset[str]
    """Long numbers and hashes: keys of a database."""
    index: bool
    """The path names its folder's index file."""
    years: frozenset[str] = frozenset()
    """Years of dates that were left out."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for segment in self.segments for word in segment)

    @property
    def is_home(self) -> bool:
        return not self.segments and not self.ids

    @property
    def folder(self) -> str:
        """Return the path up to its last segment, for what whole folders became."""
        return without_origin(self.text).partition("?")[0].rstrip("/").rpartition("/")[0]


def without_origin(text: str) -> str:
    """Return a URL without scheme and host."""
    return _ORIGIN.sub("", text, count=1) if "//" in text else text


def parts_of(text: str) -> PathParts:
    """Take a path or URL apart."""
    path, _, query = without_origin(text).partition("#")[0].partition("?")
    raw = [piece for piece in decoded(path).split("/") if piece.strip()]
    language = _language(raw)
    if language:
        raw = [piece for number, piece in enumerate(raw) if number != language[0]]
    undated = _without_date_folders(raw)
    reader = _Reader()
    reader.years |= {piece for piece in raw if _is_year(piece)} if undated != raw else set()
    raw = _without_pages(undated)
    last = len(raw) - 1
    for number, piece in enumerate(raw):
        reader.read(_EXTENSION.sub("", piece), last=number == last)
    asked = reader.read_query(decoded(query)) if query else None
    return reader.parts(text, language[1] if language else asked)


def _language(raw: list[str]) -> tuple[int, str] | None:
    """Return where a language stands, if it is among the first three folders."""
    if raw and raw[0].lower() in _SHORT_OF:
        return 0, _SHORT_OF[raw[0].lower()]
    for number, piece in enumerate(raw[:3]):
        found = _LANGUAGE.fullmatch(piece)
        if found and found[1].lower() in LANGUAGES:
            return number, found[1].lower()
    return None


def _without_date_folders(raw: list[str]) -> list[str]:
    """Leave out `/2019/`, `/2019/05/` and `/2019/05/12/`, unless the path has nothing else."""
    kept: list[str] = []
    in_date = False
    for piece in raw:
        in_date = piece.isdigit() and (_is_year(piece) or (in_date and len(piece) <= 2))
        if not in_date:
            kept.append(piece)
    return kept or raw


def _without_pages(raw: list[str]) -> list[str]:
    """Leave out `/page/2` at the end: the list that it belongs to is what moved."""
    paged = len(raw) > 2 and raw[-2].lower() == "page" and raw[-1].isdigit()
    return raw[:-2] if paged else raw


class _Reader:
    """Collects what the pieces of one path say."""

    def __init__(self) -> None:
        self.segments: list[tuple[str, ...]] = []
        self.numbers: set[str] = set()
        self.ids: set[str] = set()
        self.years: set[str] = set()
        self.index = False
        self._in_version: frozenset[str] = frozenset()

    def read(self, piece: str, *, last: bool) -> None:
        words = words_of(piece)
        self._in_version = self._read_versions(piece)
        if not last and len(words) == 1 and words[0] in _CHANNELS:
            self.numbers.add(words[0])
        if last and len(words) == 1 and words[0] in INDEX:
            self.index = True
            return
        hashes = {found.lower() for found in _HASH.findall(piece)}
        if hashes and not set(words) - set("abcdef") and len(words) > 1:
            self.ids |= hashes
            return
        undated = _without_date(words)
        if undated != words:
            self.years |= {word[:4] for word in words if word[:4].isdigit() and _is_year(word[:4])}
        kept = [word for word in undated if self._keep(word)]
        shells = SHELLS if last else _FOLDER_SHELLS
        named = [word for word in kept if word not in shells] if len(kept) == 1 else kept
        if named:
            self.segments.append(tuple(named))

    def _read_versions(self, piece: str) -> frozenset[str]:
        """Read `20.1` as one number; returns the parts that say nothing by themselves then."""
        versions = _VERSION.findall(piece) if "." in piece else []
        self.numbers.update(versions)
        return frozenset(part for version in versions for part in version.split("."))

    def _keep(self, word: str) -> bool:
        if not word[0].isdigit() or word in self._in_version:
            return True
        number = word.lstrip("0") or "0"
        if len(word) >= _LONG_NUMBER:
            self.ids.add(number)
            return False
        self.numbers.add(number)
        return True

    def read_query(self, query: str) -> str | None:
        """Read what the parameters say; returns the language if one asks for it."""
        language = None
        for pair in query.split("&")[:20]:
            name, _, value = pair.partition("=")
            if name.lower().startswith("utm_") or not value:
                continue
            if name.lower() in _LANGUAGE_NAMES and value[:2].lower() in LANGUAGES:
                language = value[:2].lower()
                continue
            if name.lower() in _SHOWN_BY:
                if not self._read_versions(value):
                    self.numbers.update(word for word in words_of(value) if word.isdigit())
                continue
            read = words_of(value)
            # A number alone is a key; with words (`sku=AX-4410`) it is as in a path.
            keep = self._keep_value if all(map(str.isdigit, read)) else self._keep
            words = [word for word in read if keep(word)]
            if words:
                self.segments.append(tuple(words))
        return language

    def _keep_value(self, word: str) -> bool:
        if word.isdigit():
            self.ids.add(word.lstrip("0") or "0")
        return not word.isdigit()

    def parts(self, text: str, language: str | None) -> PathParts:
        last = self.segments[-1] if self.segments else ()
        return PathParts(
            text=text,
            segments=tuple(self.segments),
            slug="".join(last),
            joined="".join(word for segment in self.segments for word in segment),
            language=language,
            numbers=frozenset(self.numbers),
            ids=frozenset(self.ids),
            index=self.index,
            years=frozenset(self.years),
        )


def _without_date(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a segment without a date at its beginning or end, or that is one."""
    if len(words) == 1 and words[0].isdigit() and len(words[0]) <= 2:
        return words
    for size in (3, 2):
        head, tail = words[:size], words[-size:]
        if len(words) >= size and _is_date(head):
            return words[size:]
        if len(words) > size and _is_date(tail):
            return words[:-size]
    if len(words) == 1 and len(words[0]) == 8 and words[0].isdigit() and _is_year(words[0][:4]):
        return ()
    if len(words) > 1 and len(words[0]) == 8 and words[0].isdigit() and _is_year(words[0][:4]):
        return words[1:]
    return () if len(words) == 1 and _is_year(words[0]) else words


def _is_date(words: tuple[str, ...]) -> bool:
    if not all(word.isdigit() for word in words):
        return False
    year_first = _is_year(words[0]) and all(len(word) <= 2 for word in words[1:])
    year_last = _is_year(words[-1]) and all(len(word) <= 2 for word in words[:-1])
    return (year_first or year_last) and all(int(w) <= 31 for w in words if len(w) <= 2)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and int(word) in _YEARS


def grams(text: str) -> frozenset[str]:
    """Return the groups of three letters of a text, its edges included."""
    padded = f"^{text}$"
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


# Small on purpose: those of all pages of a large site would be hundreds of megabytes.
recent_grams = lru_cache(maxsize=4_096)(grams)
