"""What a disavow file is made of: entries, and the notes that are taken while reading one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared import urls

QUOTED = 200  # characters of a foreign line that a note repeats
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,58}}[a-z0-9])")


class EntryKind(StrEnum):
    DOMAIN = "domain"
    URL = "url"


# Asking the class for a member costs a function call in Python 3.11, and files have 100,000 lines.
DOMAIN = EntryKind.DOMAIN
URL = EntryKind.URL


# Entries and repairs are tuples: a file has 100,000 of each, and a dataclass takes twice as long to make.
class Entry(NamedTuple):
    """One thing to disavow: a host with all below it, or one page; `note` says why, line by line."""

    kind: EntryKind
    value: str
    note: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Return the entry as Google reads it."""
        return f"domain:{self.value}" if self.kind is DOMAIN else self.value

    @property
    def host(self) -> str:
        """Return the host that the entry is about."""
        return self.value if self.kind is DOMAIN else urls.host_of(self.value)


class RepairCode(StrEnum):
    """What the reader had to put right."""

    BOM = "byte_order_mark"
    UTF16 = "utf_16"
    NOT_UTF8 = "not_utf_8"
    LINE_ENDINGS = "line_endings"
    CONTROL = "control_characters"
    QUOTES = "quotes"
    BULLET = "list_bullet"
    PUNCTUATION = "trailing_punctuation"
    INLINE_COMMENT = "inline_comment"
    COMMENT_MARK = "comment_mark"
    DEFANGED = "defanged"
    SEVERAL = "several_on_one_line"
    BLANK = "blank_after_colon"
    SEPARATOR = "wrong_separator"
    CASE = "case"
    SCHEME = "scheme_in_domain"
    PATH = "path_in_domain"
    PORT = "port_in_domain"
    USER = "user_in_domain"
    WILDCARD = "wildcard"
    DOT = "trailing_dot"
    WWW = "www"
    IDN = "international_name"
    NO_PREFIX = "missing_prefix"
    NO_SCHEME = "missing_scheme"
    URL_FORM = "url_spelling"
    FRAGMENT = "fragment"
    DUPLICATE = "duplicate"
    COVERED = "covered_by_domain"


REPAIR_WORDS: dict[RepairCode, str] = {
    RepairCode.BOM: "A byte order mark stood before the first line; it is left out.",
    RepairCode.UTF16: "The file was UTF-16; Google reads UTF-8 or ASCII.",
    RepairCode.NOT_UTF8: "The file was not UTF-8; it was read as Windows-1252.",
    RepairCode.LINE_ENDINGS: "Lines ended the Windows or old Mac way; they now end with a line feed.",
    RepairCode.CONTROL: "Invisible characters were taken out.",
    RepairCode.QUOTES: "Quotation marks round the entry were taken off.",
    RepairCode.BULLET: "A bullet or number before the entry was taken off.",
    RepairCode.PUNCTUATION: "A comma or semicolon at the end was taken off.",
    RepairCode.INLINE_COMMENT: "Google knows no comments behind an entry; it got a line of its own.",
    RepairCode.COMMENT_MARK: "Google knows only # as the beginning of a comment.",
    RepairCode.DEFANGED: "The name was written so that nobody can click it; it is written plainly.",
    RepairCode.SEVERAL: "Several entries stood on one line; each got its own.",
    RepairCode.BLANK: "The blank between `domain:` and the name was taken out.",
    RepairCode.SEPARATOR: "The word `domain` must be followed by a colon.",
    RepairCode.CASE: "Names and the word `domain` are written in small letters.",
    RepairCode.SCHEME: "A `domain:` line takes a name, not an address with http.",
    RepairCode.PATH: "A `domain:` line takes no path; it covers the whole domain anyway.",
    RepairCode.PORT: "A `domain:` line takes no port.",
    RepairCode.USER: "A `domain:` line takes no user name.",
    RepairCode.WILDCARD: "`domain:` covers everything below the name; the asterisk was taken off.",
    RepairCode.DOT: "The dot at the end of the name was taken off.",
    RepairCode.WWW: "`www.` was taken off, so that the line covers the whole domain.",
    RepairCode.IDN: "The name was written in its ASCII form.",
    RepairCode.NO_PREFIX: "A bare name was read as `domain:`.",
    RepairCode.NO_SCHEME: "A page address without http:// was completed.",
    RepairCode.URL_FORM: "The address was written as a browser would ask for it.",
    RepairCode.FRAGMENT: "What follows # in an address never reaches a server; it was left out.",
    RepairCode.DUPLICATE: "The same entry stands further up; this one is left out.",
    RepairCode.COVERED: "A `domain:` line of this file covers it already; it is left out.",
}


class Repair(NamedTuple):
    """One thing put right, with the number of the line as the user's editor shows it."""

    line: int
    code: RepairCode
    before: str
    after: str

    @property
    def sentence(self) -> str:
        return REPAIR_WORDS[self.code]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that can be read but is never written; `line` is None for one of our own."""

    line: int | None
    entry: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be read, or a limit of Google's that is passed; says what to do."""

    line: int | None
    code: str
    text: str
    sentence: str


class Numbered(NamedTuple):
    """An entry and the line on which it stood."""

    line: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as read: entries in the file's order without doubles, and everything worth telling."""

    entries: tuple[Numbered, ...] = ()
    header: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    errors: tuple[Fault, ...] = ()


def is_name(host: str) -> bool:
    """Return whether a host is a domain name that a `domain:` line can hold: ASCII, with a dot."""
    return _NAME.fullmatch(host) is not None


def quoted(text: str) -> str:
    """Return a foreign line short enough to be repeated in a note."""
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 3]}..."


def covering_domain(host: str, domains: frozenset[str] | set[str]) -> str | None:
    """Return the entry of `domains` that covers `host` (itself or a name above it)."""
    name = host
    while name:
        if name in domains:
            return name
        _, _, name = name.partition(".")
    return None


def settle(entries: Iterable[Numbered]) -> tuple[list[Numbered], list[Repair]]:
    """Drop doubles and what a `domain:` entry covers; the first of two equal entries stays."""
    entries = list(entries)
    domains = {item.entry.value for item in entries if item.entry.kind is DOMAIN}
    kept: list[Numbered] = []
    repairs: list[Repair] = []
    names: set[str] = set()
    pages: set[str] = set()
    for item in entries:
        entry = item.entry
        seen = names if entry.kind is DOMAIN else pages
        if entry.value in seen:
            repairs.append(Repair(item.line, RepairCode.DUPLICATE, quoted(entry.line), ""))
            continue
        seen.add(entry.value)
        cover = _cover(entry, domains)
        if cover is None:
            kept.append(item)
        else:
            after = f"domain:{cover}"
            repairs.append(Repair(item.line, RepairCode.COVERED, quoted(entry.line), after))
    return kept, repairs


def _cover(entry: Entry, domains: set[str]) -> str | None:
    host = entry.host
    if entry.kind is DOMAIN:
        host = host.partition(".")[2]
    return covering_domain(host, domains)
