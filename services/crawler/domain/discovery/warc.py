"""Reads the records of WARC, WAT and WET files as they stream in (ISO 28500); never more than one at a time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.unpacking import BREAK, unpacked

MOST_BLOCK = 32 * 1024 * 1024
"""Bytes of one record that are looked at; a longer one is passed over."""

_MOST_HEAD = 64 * 1024
_VERSION = b"WARC/"
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r?\n", re.IGNORECASE)
_NEXT = re.compile(rb"(?:\A|\n)(WARC/[01]\.[0-9]{1,2}\r?\n)")
_LONGEST_VERSION = len(b"\nWARC/1.10\r\n")
_BLANK = b"\r\n"
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_NO_RECORD = "bytes that belong to no record were passed over"
_TOO_LONG = f"a record of more than {MOST_BLOCK // 1_048_576} MiB was passed over"
_CUT = "the last record is not whole"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its head as it stands in the file, and its block."""

    head: bytes
    block: bytes

    def field(self, name: str) -> str:
        """Return the value of a field of the head, empty where it has none."""
        pattern = rb"(?:^|\n)" + re.escape(name.encode()) + rb":[ \t]*([^\r\n]*)"
        found = re.search(pattern, self.head, re.IGNORECASE)
        return found[1].decode("utf-8", "replace").strip() if found else ""

    @property
    def kind(self) -> str:
        return self.field("WARC-Type").lower()

    @property
    def target(self) -> str:
        """Return the address that the record is about; old writers put it in brackets."""
        return self.field("WARC-Target-URI").removeprefix("<").removesuffix(">")

    @property
    def seen_at(self) -> datetime | None:
        return moment_of(self.field("WARC-Date"))


def moment_of(text: object) -> datetime | None:
    """Return the moment that a field names, None where it names none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def records(chunks: Iterable[bytes], damage: Damage) -> Iterator[Record]:
    """Yield the records of a file, packed or not, as far as it can be read."""
    buffer = _Buffer(damage)
    for piece in unpacked(chunks, damage):
        if piece is BREAK:
            buffer.drop()
            continue
        buffer.add(piece)
        while (record := buffer.take()) is not None:
            yield record
    buffer.end()


class _Buffer:
    """What has come of the file and belongs to no record yet."""

    def __init__(self, damage: Damage) -> None:
        self._damage = damage
        self._data = bytearray()
        self._skip = 0  # bytes of a record that is passed over
        self._wanted = 0  # bytes without which nothing can be taken
        self._is_astray = False

    def add(self, piece: bytes) -> None:
        self._data += piece

    def take(self) -> Record | None:
        """Return the next record once it is whole."""
        while len(self._data) >= self._wanted and self._is_at_record():
            end = _END_OF_HEAD.search(self._data)
            if end is None and len(self._data) <= _MOST_HEAD:
                return None
            head = bytes(self._data[: end.end()]) if end is not None else b""
            length = _LENGTH.search(head)
            if length is None:
                self._go_astray(at=1)
            elif int(length[1]) > MOST_BLOCK:
                self._damage.note(_TOO_LONG)
                self._pass_over(len(head) + int(length[1]))
            else:
                self._wanted = len(head) + int(length[1])
                if len(self._data) >= self._wanted:
                    return self._cut(head)
        return None

    def drop(self) -> None:
        """Forget what cannot become whole any more."""
        self._data.clear()
        self._skip = self._wanted = 0

    def end(self) -> None:
        if self._data.strip() or self._skip:
            self._damage.note(_CUT)

    def _cut(self, head: bytes) -> Record:
        block = bytes(self._data[len(head) : self._wanted])
        del self._data[: self._wanted]
        self._wanted = 0
        return Record(head, block)

    def _is_at_record(self) -> bool:
        """Bring the beginning of a record to the front; False where more has to come first."""
        if self._skip:
            self._pass_over(self._skip)
        if self._data[:1] in _BLANK:
            self._data = self._data.lstrip(_BLANK)
        if self._skip or len(self._data) < len(_VERSION):
            return False
        if not self._data.startswith(_VERSION):
            return self._go_astray(at=0)
        self._is_astray = False
        return True

    def _go_astray(self, *, at: int) -> bool:
        """Pass over bytes that are no record, up to what looks like the next; False if none is here."""
        if not self._is_astray:
            self._damage.note(_NO_RECORD)
        self._is_astray = True
        self._wanted = 0
        found = _NEXT.search(self._data, at)
        if found is None:
            del self._data[: max(len(self._data) - _LONGEST_VERSION, at)]
            return False
        del self._data[: found.start(1)]
        return True

    def _pass_over(self, count: int) -> None:
        gone = min(count, len(self._data))
        del self._data[:gone]
        self._skip = count - gone
