"""Looks into ZIP archives before anything is unpacked: what they hold, and whether that can be read.

Nothing is written anywhere and no size is believed: an entry never yields more than it declares,
and what is declared is compared with what the archive really weighs.
"""

import struct
import zipfile
import zlib
from collections.abc import Generator
from typing import IO

from shared.errors import InvalidError

PIECE = 64 * 1024
MAX_ENTRIES = 1_000
MAX_INDEX = 4 * 1024 * 1024  # bytes of the list of entries at the end of an archive
MAX_UNPACKED = 16 * 1024**3
HONEST = 16 * 1024 * 1024  # so much may unpack from anything
MAX_RATIO = 100  # lists of links pack 5 to 40 times; deflate can make 1,000 of it

_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_END = b"PK\x05\x06"
_END_SIZE = 22
_WHERE = "Export the list again as CSV and import that."


def is_archive(head: bytes) -> bool:
    """Say whether a file that begins like this is a ZIP archive (workbooks are archives, too)."""
    return head.startswith(_MAGIC)


def open_archive(file: IO[bytes]) -> zipfile.ZipFile:
    """Open an archive whose index is small and whose entries are honest; raises InvalidError."""
    _check_index(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, struct.error) as error:
        raise _refused(f"This archive is broken. {_WHERE}") from error
    for entry in archive.infolist():
        _check_entry(entry)
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
        limit = MAX_UNPACKED // 1024**3
        raise _refused(f"This archive unpacks to more than {limit} GB. Import its files in parts.")
    return archive


def _check_index(file: IO[bytes]) -> None:
    """Refuse a list of entries too long to be looked at, before it is read."""
    size = file.seek(0, 2)
    file.seek(max(size - 65_535 - _END_SIZE, 0))
    tail = file.read(65_535 + _END_SIZE)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise _refused(f"This archive ends in the middle. {_WHERE}")
    entries, index = struct.unpack_from("<HI", tail, at + 10)
    if entries > MAX_ENTRIES or index > MAX_INDEX:
        raise _refused(f"This archive holds more than {MAX_ENTRIES} files. Import them in parts.")
    file.seek(0)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise _refused("This archive is locked with a password. Unpack it and import its files.")
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _refused("This archive is packed in an unusual way. Unpack it and import its files.")
    if entry.file_size > HONEST and entry.file_size > MAX_RATIO * entry.compress_size:
        unpacked = entry.file_size // 1024**2
        raise _refused(
            f"{entry.filename[-100:]} in this archive unpacks to {unpacked} MB from almost nothing, "
            f"as no list of links does. {_WHERE}"
        )


def list_files(archive: zipfile.ZipFile) -> list[str]:
    """Return the entries that a person put in: no folders, nothing that a system added."""
    return [
        entry.filename
        for entry in archive.infolist()
        if not entry.is_dir() and entry.file_size and not _is_litter(entry.filename)
    ]


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith((".", "~$"))


def pieces(archive: zipfile.ZipFile, name: str) -> Generator[bytes, None, None]:
    """Yield one entry unpacked, a piece at a time; raises InvalidError where it is broken."""
    try:
        with archive.open(name) as entry:
            while piece := entry.read(PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise _refused(f"{name[-100:]} in this archive is broken. {_WHERE}") from error


def _refused(detail: str) -> InvalidError:
    return InvalidError(detail, code="import-refused")
