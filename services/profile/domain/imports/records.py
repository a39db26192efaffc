"""Cuts a stream of bytes into records: bounded memory, and one bad line costs one line."""

import csv
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from services.profile.domain.imports.documents import (
    BrokenJsonError,
    JsonList,
    elements,
    row_of_line,
)
from services.profile.domain.imports.encoding import decoder
from services.profile.domain.imports.rows import Detection

MAX_LINE = 256 * 1024  # characters; the widest honest Ahrefs rows have about 20,000
MAX_RECORD_LINES = 64  # a quoted text with more line breaks is an unclosed quote
RAW_SHOWN = 300  # characters of a bad record

_LONG_MARK = "\x00too long\x00"
_BLANK_QUOTES = str.maketrans('"\t;,|\r\n', "       ")


class Fault(NamedTuple):
    """A record that is none: what is wrong, and how it began."""

    code: str
    raw: str


Record = list[str] | Fault
Numbered = tuple[int, Record]
"""A record, and the line of the file on which it begins, counted from 1 as editors do."""


class Block(NamedTuple):
    """Whole lines, and whether one of them was too long and is only its mark."""

    lines: list[str]
    marked: bool


def line_blocks(chunks: Iterable[bytes], detection: Detection) -> Iterator[Block]:
    """Yield lists of whole lines, without their ends; of an endless line only the beginning is kept."""
    decode = decoder(detection.encoding).decode
    rest, cut = "", False
    for chunk in chunks:
        text = decode(chunk)
        if detection.newline == "\r":
            text = text.replace("\r", "\n")
        if cut:  # inside a line that is too long already: wait for its end
            end = text.find("\n")
            if end < 0:
                continue
            text, cut = text[end:], False
        # Not str.splitlines, which would split at U+2028 and its like.
        lines = (rest + text).split("\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            rest, cut = rest[: MAX_LINE + 1], True
        if lines:
            yield _without_long_lines(lines)
    last = rest + decode(b"", final=True)
    if last:
        yield _without_long_lines([last])


def _without_long_lines(lines: list[str]) -> Block:
    if max(map(len, lines)) <= MAX_LINE:
        return Block(lines, marked=False)
    short = [line if len(line) <= MAX_LINE else _marked(line) for line in lines]
    return Block(short, marked=True)


def _marked(line: str) -> str:
    return f"{_LONG_MARK}{line[:RAW_SHOWN].translate(_BLANK_QUOTES)}"


def records(chunks: Iterable[bytes], detection: Detection) -> Iterator[Numbered]:
    """Yield every record below the header with its line; blank lines are no records."""
    if detection.json is not None:
        return _json_records(chunks, detection, detection.json)
    above = detection.header_row or 0
    blocks = _after(line_blocks(chunks, detection), above)
    if detection.delimiter is None:
        return _plain_records(blocks, above + 1)
    return _csv_records(blocks, detection.delimiter, len(detection.header), first=above + 1)


def _json_records(
    chunks: Iterable[bytes], detection: Detection, place: JsonList
) -> Iterator[Numbered]:
    if not place.lines:
        for number, row in elements(_texts(chunks, detection), place, detection.header):
            yield number, _judged(row)
        return
    for number, record in _plain_records(line_blocks(chunks, detection), 1):
        if isinstance(record, Fault):
            yield number, record
        else:
            yield number, _judged(row_of_line(record[0], detection.header))


def _texts(chunks: Iterable[bytes], detection: Detection) -> Iterator[str]:
    decode = decoder(detection.encoding).decode
    yield from map(decode, chunks)
    yield decode(b"", final=True)


def _judged(row: list[str] | BrokenJsonError) -> Record:
    if isinstance(row, BrokenJsonError):
        return Fault("broken_json", str(row)[:RAW_SHOWN])
    return row


def _after(blocks: Iterator[Block], skipped: int) -> Iterator[Block]:
    for block in blocks:
        if skipped < len(block.lines):
            yield Block(block.lines[skipped:], block.marked)
            yield from blocks
            return
        skipped -= len(block.lines)


def _plain_records(blocks: Iterable[Block], first: int) -> Iterator[Numbered]:
    for number, line in enumerate(chain.from_iterable(block.lines for block in blocks), first):
        text = line.strip()
        if text.startswith(_LONG_MARK):
            yield number, Fault("line_too_long", text.removeprefix(_LONG_MARK))
        elif text:
            yield number, [text]


def _csv_records(
    blocks: Iterable[Block], delimiter: str, width: int, *, first: int
) -> Iterator[Numbered]:
    carried: list[str] = []
    for block in blocks:
        quick = None if carried or block.marked else _line_by_line(block.lines, delimiter)
        if quick is not None:
            numbered = enumerate(quick, first)
            yield from numbered if all(quick) else filter(itemgetter(1), numbered)
            first += len(block.lines)
            continue
        lines = carried + [f"{line}\n" for line in block.lines]
        carried = yield from _split(lines, delimiter, width, first=first, final=False)
        first += len(lines) - len(carried)
    yield from _split(carried, delimiter, width, first=first, final=True)


def _line_by_line(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """Return the records where every line is one, as nearly always: all in C, at twice the speed."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return None
    return rows if len(rows) == len(lines) and not _odd_quotes(lines[-1:]) else None


def _split(
    lines: list[str], delimiter: str, width: int, *, first: int, final: bool
) -> Generator[Numbered, None, list[str]]:
    """Yield the records of these lines; return the lines of one that goes on in the next block."""
    at = 0
    while at < len(lines):
        # Not islice: it would walk to `at` again after every broken line.
        reader = csv.reader(map(lines.__getitem__, range(at, len(lines))), delimiter=delimiter)
        base = at
        broken = False
        try:
            for fields in reader:
                end = base + reader.line_num
                if end == len(lines) and not final and _open(lines[at:end]):
                    return lines[at:]
                if end - at > 1 and (len(fields) != width or not _whole(lines[at:end])):
                    broken = True
                    break
                if fields:
                    yield first + at, _checked(fields)
                at = end
        except csv.Error:  # a field above the limit of the csv module, or a stray carriage return
            broken = True
        if broken:
            yield first + at, _alone(lines[at], delimiter, width)
            at += 1
    return []


def _open(lines: list[str]) -> bool:
    return len(lines) <= MAX_RECORD_LINES and _odd_quotes(lines)


def _whole(lines: list[str]) -> bool:
    """Say whether a record of several lines is one: a stray quote may swallow good lines by chance."""
    return len(lines) <= MAX_RECORD_LINES and not _odd_quotes(lines)


def _odd_quotes(lines: list[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 1


def _checked(fields: list[str]) -> Record:
    if fields[0].startswith(_LONG_MARK):
        return Fault("line_too_long", fields[0].removeprefix(_LONG_MARK))
    return fields


def _alone(line: str, delimiter: str, width: int) -> Record:
    """Read one line whose quote swallowed its followers: whole only if no field is missing."""
    try:
        fields = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        fields = []
    if fields and len(fields) == width:
        return [*fields[:-1], fields[-1].rstrip("\r\n")]
    return Fault("broken_quotes", line[:RAW_SHOWN].strip())
