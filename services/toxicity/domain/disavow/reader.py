"""Reads any disavow file that people hold: what can be understood is, and every repair is told."""

import codecs
import re
from dataclasses import dataclass, field

from services.toxicity.domain.disavow.entries import (
    DOMAIN,
    URL,
    Entry,
    Fault,
    Numbered,
    Parsed,
    Repair,
    RepairCode,
    quoted,
    settle,
)
from services.toxicity.domain.disavow.lines import (
    Reading,
    comment_of,
    plain_page,
    quick_hosts,
    read_line,
    read_plain,
    visible,
)

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8", RepairCode.BOM),
    (codecs.BOM_UTF16_LE, "utf-16-le", RepairCode.UTF16),
    (codecs.BOM_UTF16_BE, "utf-16-be", RepairCode.UTF16),
)
_FOREIGN_DOCUMENT = re.compile(r"\s*(?P<mark>\{\\rtf|<!doctype html|<html\b)", re.IGNORECASE)
_DOCUMENT = "This is a formatted document or web page; save the list as plain text."
_SAMPLE = 512  # bytes from which the encoding is guessed
_COMMENT_MARKS = "#\uff03"


@dataclass(slots=True)
class _State:
    """Where the reader stands: the comment block above, and what has been collected."""

    repairs: list[Repair]
    block: list[str] = field(default_factory=list)
    block_used: bool = False
    note: tuple[str, ...] = ()
    header: list[str] = field(default_factory=list)
    entries: list[Numbered] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)

    def end_block(self) -> None:
        """A comment that no entry follows directly belongs to the file, not to an entry."""
        if not self.block_used:
            self.header.extend(self.block)
        self.block = []
        self.block_used = False

    def use_block(self) -> tuple[str, ...]:
        """Return the note of an entry below the block."""
        if not self.block_used:
            self.block_used = True
            self.note = tuple(self.block)
        return self.note


def parse(data: bytes | str) -> Parsed:
    """Return what a disavow file says. Never raises; what cannot be read is in `errors`.

    Comment lines directly above entries are the note of these entries, up to the next blank line
    or comment; all other comments are the file's header.
    """
    text, repairs = (data, []) if isinstance(data, str) else decode(data)
    if text.startswith("\ufeff"):
        text = text[1:]
        repairs.append(Repair(1, RepairCode.BOM, "", ""))
    foreign = _FOREIGN_DOCUMENT.match(text)
    if foreign:
        first = quoted(text[foreign.start("mark") :].splitlines()[0])
        return Parsed(repairs=tuple(repairs), errors=(Fault(1, "document", first, _DOCUMENT),))
    repairs.extend(_line_ending_repair(text))
    state = _State(repairs)
    lines = _LINE_END.split(text)
    for number, (raw, host) in enumerate(zip(lines, quick_hosts(lines), strict=True), start=1):
        if host is None:
            _take(state, number, raw)
            continue
        name = raw[7:]
        if name != host:
            repairs.append(Repair(number, RepairCode.IDN, quoted(name), quoted(host)))
        state.entries.append(Numbered(number, Entry(DOMAIN, host, state.use_block())))
    state.end_block()
    entries, settled = settle(state.entries)
    ordered = sorted([*state.repairs, *settled], key=lambda repair: repair.line)
    return Parsed(
        entries=tuple(entries),
        header=tuple(dict.fromkeys(state.header)),
        repairs=tuple(ordered),
        errors=tuple(state.errors),
    )


def is_text(data: bytes) -> bool:
    """Return whether bytes with zeros among them may be text: UTF-16, or UTF-8 with strays."""
    if any(data.startswith(mark) for mark, _, _ in _BOMS) or _unmarked_utf16(data):
        return True
    sample = data[:_SAMPLE]
    return sample.count(0) * 100 < len(sample)


def _take(state: _State, number: int, raw: str) -> None:
    if raw[:7] == "domain:":
        plain = read_plain(number, raw, note=state.use_block())
        if plain is not None:
            _take_reading(state, plain)
            return
    page = plain_page(raw)
    if page is not None:
        entry = Entry(URL, page, state.use_block())
        state.entries.append(Numbered(number, entry))
        return
    text = visible(raw)
    if not text:
        state.end_block()
        return
    if text[0] in _COMMENT_MARKS:
        _take_comment(state, text.lstrip(f"{_COMMENT_MARKS} \t"))
        return
    foreign = comment_of(text)
    if foreign is not None:
        repair = Repair(number, RepairCode.COMMENT_MARK, quoted(text), quoted(f"# {foreign}"))
        state.repairs.append(repair)
        _take_comment(state, foreign)
        return
    _take_reading(state, read_line(number, raw, note=state.use_block()))


def _take_reading(state: _State, reading: Reading) -> None:
    number = reading.number
    state.entries.extend(Numbered(number, entry) for entry in reading.entries)
    state.repairs.extend(reading.repairs)
    state.errors.extend(reading.faults)


def _take_comment(state: _State, comment: str) -> None:
    if state.block_used:
        state.end_block()
    if comment:
        state.block.append(comment)


def decode(data: bytes) -> tuple[str, list[Repair]]:
    """Return the text of a file in whatever encoding it came, and what had to be put right."""
    for mark, encoding, code in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), [Repair(1, code, "", "")]
    guessed = _unmarked_utf16(data)
    if guessed is not None:
        return data.decode(guessed, "replace"), [Repair(1, RepairCode.UTF16, "", "")]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return data.decode("cp1252", "replace"), [Repair(line, RepairCode.NOT_UTF8, "", "")]


def _unmarked_utf16(data: bytes) -> str | None:
    """Guess UTF-16 without its mark: in Western text every other byte is zero."""
    sample = data[:_SAMPLE]
    if len(sample) < 4:
        return None
    if sample[1::2].count(0) > len(sample) // 3:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) // 3:
        return "utf-16-be"
    return None


def _line_ending_repair(text: str) -> list[Repair]:
    first = text.find("\r")
    if first < 0:
        return []
    count = text.count("\r")
    line = text.count("\n", 0, first) + 1
    return [Repair(line, RepairCode.LINE_ENDINGS, f"{count} lines", "")]
