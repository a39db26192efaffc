"""One line of a foreign disavow file: the entries it means and every repair that this took."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import ada_url

from services.toxicity.domain.disavow.entries import (
    DOMAIN,
    URL,
    Entry,
    Fault,
    Repair,
    RepairCode,
    is_name,
    quoted,
)
from shared import urls

# C0 and C1 controls, zero-width and bidirectional marks, soft hyphen, stray byte order marks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
# The form that nearly every line of a big file has; read without the URL parser (10x faster). What was
# taken is never given back: possessive, which halves the time. Punycode and a second www. don't match.
_WRITTEN = re.compile(r"domain:(?!www\.)((?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)++[a-z]{2,63})")
# The same with the faults that many tools make.
_PLAIN = re.compile(
    r"domain:([ \t]*)(https?://)?(www\.)?"
    r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})(/?)"
)
# An address without anything that could end it, quote it, part it or be taken off.
_PLAIN_PAGE = re.compile(r"https?://[!$%&()*+./0-9:=?@A-Z_a-z~-]+")
# A name with letters of any script; what \w holds can neither end a name nor quote or part it.
_INTERNATIONAL = re.compile(r"domain:((?:[\w-]+\.)+[^\W\d_][\w-]*)")
_SPACES = re.compile(r"\s+")
_INLINE_COMMENT = re.compile(r"\s+#\s*(.*)$", re.DOTALL)
# Behind a name, which holds neither # nor blanks, more marks are read as the start of a comment.
_COMMENT_OF_NAME = re.compile(
    r"(?<![:;=\s])(?:\s*#|\s+(?://|/\*|--?|[\u2013\u2014|(\[]))+\s*(.*?)(?:\*/|[)\]])?$", re.DOTALL
)
_DOMAIN = re.compile(
    r"(domains?)(\s*[:;=\uff1a]+\s*(?:domains?\s*[:;=\uff1a]+\s*)*|\s+)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_FOREIGN_COMMENT = re.compile(r"(?://|;|--|/\*|\*/|<!--)\s*(.*?)\s*(?:\*/|-->)?", re.DOTALL)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//)?", re.IGNORECASE)
_BARE = re.compile(r"[^\s/?#@:\\,;<>\"|]+\.[^\s/?#@:\\,;<>\"|]+(:\d+)?([/?#].*)?", re.DOTALL)
_BULLET = re.compile(r"^(?:[-*+\u2022]|\d+[.)])\s+(?=\S)")
_BARE_NAME = re.compile(r"(?:[\w*-]+\.)+[^\W\d_]{2,}\.?")
_QUOTED_CELL = re.compile(r'"[^"]*"\s*[,;\t]')
_QUOTES = "\"'`\u00ab\u00bb\u2018\u2019\u201c\u201d<>"
_MAX_LABELS = 127
_MAX_LABEL = 63  # characters
_BETWEEN = ".!."  # of names that the URL parser reads at once; no name has this sign
_AT_ONCE = 64  # names: the parser's wrapper costs more than its work, and this is most of what can be saved
_BLANK, _SCHEME_REPAIR = RepairCode.BLANK, RepairCode.SCHEME
_IDN = RepairCode.IDN
_PATH, _WWW = RepairCode.PATH, RepairCode.WWW
_ROW = "This is a row of a table; keep only the column with the names or addresses."
_NO_NAME = "This is not a domain name; write `domain:` and a name like example.com."


@dataclass(slots=True)
class Reading:
    """What is known of one line so far."""

    number: int
    raw: str
    entries: list[Entry] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def repaired(self, code: RepairCode, before: str, after: str) -> None:
        self.repairs.append(Repair(self.number, code, quoted(before), quoted(after)))

    def failed(self, code: str, sentence: str) -> None:
        self.faults.append(Fault(self.number, code, quoted(self.raw.strip()), sentence))


def quick_hosts(lines: Sequence[str]) -> list[str | None]:
    """Return the host of each line that is as we write it, or only its letters are not.

    None for all that must be read with care. International names are looked up together.
    """
    hosts = list(map(_written_host, lines))
    foreign = {
        at: raw[7:]
        for at, raw in enumerate(lines)
        if hosts[at] is None and _INTERNATIONAL.fullmatch(raw)
    }
    for at, host in zip(foreign, _hosts_of(list(foreign.values())), strict=True):
        if _reads_alike(foreign[at], host):
            hosts[at] = host
    return hosts


def _written_host(raw: str) -> str | None:
    written = _WRITTEN.fullmatch(raw)
    if written is None:
        return None
    host = written[1]
    # Only the careful way counts the characters of each label.
    return host if len(host) <= _MAX_LABEL else None


def _reads_alike(name: str, host: str) -> bool:
    """Whether nothing but the spelling of its letters must be told of a name."""
    if name.lower() != name or (name.isascii() and host != name) or host.startswith("www."):
        return False
    return is_name(host) and host.count(".") < _MAX_LABELS


def _hosts_of(names: Sequence[str]) -> Iterator[str]:
    """Yield each name as a browser would ask for it, empty for what is none."""
    for start in range(0, len(names), _AT_ONCE):
        piece = names[start : start + _AT_ONCE]
        hosts = _host_of(_BETWEEN.join(piece)).split(_BETWEEN)
        # One name that is none makes all of them none.
        yield from hosts if len(hosts) == len(piece) else map(_host_of, piece)


def _host_of(name: str) -> str:
    try:
        return ada_url.URL(f"http://{name}/").hostname
    except ValueError:
        return ""


def plain_page(raw: str) -> str | None:
    """Return the address on a line that is as we write it; None for all that must be read with care."""
    if not _PLAIN_PAGE.fullmatch(raw) or urls.resolve(raw) != raw:
        return None
    return raw if "." in urls.host_of(raw) else None


def visible(text: str) -> str:
    """Return a line without invisible characters and outer blanks."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _INVISIBLE.sub("", text).strip()


def read_line(number: int, raw: str, *, note: tuple[str, ...] = ()) -> Reading:
    """Return what one line that is neither blank nor a comment means."""
    reading = read_plain(number, raw, note=note)
    if reading is not None:
        return reading
    reading = Reading(number, raw)
    text = _tidy(reading, raw)
    named = _DOMAIN.match(text) or _BARE.match(text)
    found = (_COMMENT_OF_NAME if named else _INLINE_COMMENT).search(text)
    if found:
        reading.repaired(RepairCode.INLINE_COMMENT, text, text[: found.start()])
        text = text[: found.start()].rstrip()
        note = (*note, found[1].strip()) if found[1].strip() else note
    return _read_pieces(reading, text, note)


def comment_of(text: str) -> str | None:
    """Return the comment on a line that begins with the comment mark of another kind of file."""
    found = _FOREIGN_COMMENT.fullmatch(text)
    return None if found is None else found[1]


def _read_pieces(reading: Reading, text: str, note: tuple[str, ...]) -> Reading:
    pieces = _pieces(text)
    if len(pieces) > 1:
        reading.repaired(RepairCode.SEVERAL, text, f"{len(pieces)} entries")
    elif _is_table_row(text.rstrip(",; \t")):
        reading.failed("table_row", _ROW)
        return reading
    for piece in pieces:
        entry = _entry(reading, _unwrapped(reading, piece), note)
        if entry is not None:
            reading.entries.append(entry)
    return reading


def read_plain(number: int, raw: str, *, note: tuple[str, ...]) -> Reading | None:
    """Return what a `domain:` line with common faults means; None for all that must be read with care."""
    plain = _PLAIN.fullmatch(raw)
    if plain is None:
        return None
    blank, scheme, www, host, slash = plain.groups("")
    if "--" in host or host.startswith("www."):
        return None  # punycode and doubled www. need the full path
    reading = Reading(number, raw)
    shown = www + host
    if blank:
        reading.repaired(_BLANK, raw, f"domain:{scheme}{shown}{slash}")
    if scheme:
        reading.repaired(_SCHEME_REPAIR, f"{scheme}{shown}{slash}", shown + slash)
    if slash:
        reading.repaired(_PATH, shown + slash, shown)
    if www:
        reading.repaired(_WWW, shown, host)
    reading.entries.append(Entry(DOMAIN, host, note))
    return reading


def _tidy(reading: Reading, raw: str) -> str:
    text = visible(raw)
    if text != raw.strip():
        reading.repaired(RepairCode.CONTROL, raw.strip(), text)
    if "[.]" in text or text[:4].lower() == "hxxp":
        plain = re.sub(r"^hxxp", "http", text.replace("[.]", "."), flags=re.IGNORECASE)
        reading.repaired(RepairCode.DEFANGED, text, plain)
        text = plain
    return text


def _pieces(text: str) -> list[str]:
    """Split a line that holds several entries; a blank inside one entry splits nothing."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    if len(words) > 1 and all(_starts_entry(word) for word in words):
        return words
    return [text]


def _is_table_row(text: str) -> bool:
    """Return whether more cells follow a first one that is quoted, a name or an address."""
    if _QUOTED_CELL.match(text):
        return True
    cell, tab, _ = text.partition("\t")
    if not tab:
        cell = re.split("[,;]", text, maxsplit=1)[0]
        if cell == text or ":" in cell or "/" in cell:
            return False  # addresses may hold these marks
    return "." in cell and not _SPACES.search(cell)


def _starts_entry(word: str) -> bool:
    lowered = word.lower().lstrip(_QUOTES)
    return (
        lowered.startswith(("http://", "https://"))
        or re.match(r"domains?[:=][^\s:=]+\.[^\s:=]", lowered) is not None
        or _is_bare_name(lowered.rstrip(_QUOTES))
    )


def _is_bare_name(word: str) -> bool:
    return _BARE_NAME.fullmatch(word) is not None and urls.has_known_suffix(word)


def _unwrapped(reading: Reading, text: str) -> str:
    unbulleted = _BULLET.sub("", text)
    if unbulleted != text:
        reading.repaired(RepairCode.BULLET, text, unbulleted)
        text = unbulleted
    bare = text.rstrip(",;").rstrip()
    if bare != text:
        reading.repaired(RepairCode.PUNCTUATION, text, bare)
    unquoted = bare.strip(_QUOTES).strip()
    if unquoted != bare:
        reading.repaired(RepairCode.QUOTES, bare, unquoted)
    return unquoted


def _entry(reading: Reading, text: str, note: tuple[str, ...]) -> Entry | None:
    named = _DOMAIN.fullmatch(text)
    if named:
        return _domain_entry(reading, named, note)
    scheme = _SCHEME.match(text)
    if scheme and (scheme[2] or scheme[1].lower() in {"http", "https"}):
        return _url_entry(reading, text, note)
    if "@" in text.partition("/")[0]:
        reading.failed(
            "mail_address", "This is a mail address; write `domain:` and the part behind @."
        )
        return None
    if _BARE.fullmatch(text):
        return _bare_entry(reading, text, note)
    reading.failed(
        "unreadable", "This is neither `domain:name` nor a page address with http://; correct it."
    )
    return None


def _domain_entry(reading: Reading, named: re.Match[str], note: tuple[str, ...]) -> Entry | None:
    word, separator, rest = named.groups()
    shown = f"domain:{rest}"
    if separator.strip() != ":" or word.lower() != "domain":
        reading.repaired(RepairCode.SEPARATOR, named[0], shown)
    elif separator != ":":
        reading.repaired(RepairCode.BLANK, named[0], shown)
    if not word.islower():
        reading.repaired(RepairCode.CASE, named[0], shown)
    host = _host(reading, rest)
    return None if host is None else Entry(DOMAIN, host, note)


def _bare_entry(reading: Reading, text: str, note: tuple[str, ...]) -> Entry | None:
    authority, slash, rest = text.partition("/")
    if not rest and "?" not in authority and "#" not in authority:
        reading.repaired(RepairCode.NO_PREFIX, text, f"domain:{authority}")
        host = _host(reading, authority + slash)
        return None if host is None else Entry(DOMAIN, host, note)
    reading.repaired(RepairCode.NO_SCHEME, text, f"http://{text}")
    return _url_entry(reading, f"http://{text}", note)


def _url_entry(reading: Reading, text: str, note: tuple[str, ...]) -> Entry | None:
    href = urls.resolve(text)
    if href is None or not urls.is_http(href):
        reading.failed(
            "address", "This is not a page address; write http:// or https:// and a name."
        )
        return None
    page, hash_sign, _ = href.partition("#")
    if hash_sign:
        reading.repaired(RepairCode.FRAGMENT, text, page)
    if page != text.partition("#")[0]:
        reading.repaired(RepairCode.URL_FORM, text, page)
    host = urls.host_of(page)
    if not _is_name(reading, host):
        return None
    return Entry(URL, page, note)


def _host(reading: Reading, text: str) -> str | None:
    """Return the name that a `domain:` line means, in ASCII, or None (the fault is noted)."""
    unquoted = text.strip(_QUOTES)
    if unquoted != text:
        reading.repaired(RepairCode.QUOTES, text, unquoted)
        text = unquoted
    text = _authority(reading, _SPACES.sub("", text) if ". " in text or " ." in text else text)
    lowered = text.lower()
    if lowered != text:
        reading.repaired(RepairCode.CASE, text, lowered)
    name = _without_ornaments(reading, lowered)
    href = urls.resolve(f"http://{name}/") if name and not _SPACES.search(name) else None
    host = urls.host_of(href) if href else ""
    if not host or "/" in name or len(host.split(".")) > _MAX_LABELS:
        reading.failed("name", _NO_NAME)
        return None
    if host != name and not name.isascii():
        reading.repaired(RepairCode.IDN, name, host)
    elif host != name:
        reading.repaired(RepairCode.URL_FORM, name, host)
    if not _is_name(reading, host):
        return None
    return _without_www(reading, host)


def _authority(reading: Reading, text: str) -> str:
    """Cut scheme, path, user and port from what should have been a name."""
    for code, cut in _CUTS:
        shorter = cut(text)
        if shorter != text:
            reading.repaired(code, text, shorter)
            text = shorter
    return text


def _cut_scheme(text: str) -> str:
    return re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}", "", text, flags=re.IGNORECASE)


def _cut_path(text: str) -> str:
    return re.split(r"[/?#\\]", text, maxsplit=1)[0]


def _cut_user(text: str) -> str:
    return text.rpartition("@")[2]


def _cut_port(text: str) -> str:
    return text if text.startswith("[") else re.sub(r":\d*$", "", text)


_CUTS = (
    (RepairCode.SCHEME, _cut_scheme),
    (RepairCode.PATH, _cut_path),
    (RepairCode.USER, _cut_user),
    (RepairCode.PORT, _cut_port),
)


def _without_ornaments(reading: Reading, text: str) -> str:
    bare = re.sub(r"^(?:\*?\.)+", "", text)
    if bare != text:
        reading.repaired(RepairCode.WILDCARD, text, bare)
    undotted = bare.rstrip(".")
    if undotted != bare:
        reading.repaired(RepairCode.DOT, bare, undotted)
    return undotted


def _is_name(reading: Reading, host: str) -> bool:
    if is_name(host) or urls.is_ip(host):
        return True
    if "." in host:
        reading.failed("name", _NO_NAME)
    else:
        reading.failed("no_dot", "A domain name has a dot; complete the name or take the line out.")
    return False


def _without_www(reading: Reading, host: str) -> str:
    """Take `www.` off while a name with a dot is left: `www.blogspot.com` means the whole service."""
    bare = host
    while bare.startswith("www.") and "." in bare[4:]:
        bare = bare[4:]
    if bare != host:
        reading.repaired(RepairCode.WWW, host, bare)
    return bare
