"""The lists inside one uploaded file: itself, the files of an archive, or the sheets of a workbook."""

import io
from collections.abc import Callable, Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import IO
from zipfile import ZipFile

from services.profile.domain.imports import archive, workbook
from services.profile.domain.imports.detect import HEAD_BYTES, detect
from services.profile.domain.imports.documents import HEAD_BYTES as JSON_HEAD_BYTES
from services.profile.domain.imports.documents import looks_like_json
from services.profile.domain.imports.rows import Detection
from shared.errors import InvalidError

CHUNK = 1024 * 1024
MAX_BOOK = 64 * 1024 * 1024  # bytes of the workbooks inside an archive, which must be held
_SHEET = "\x1f"  # between the entry of an archive and the sheet of the workbook that it is


@dataclass(frozen=True, slots=True)
class Part:
    """One list: its name for people, the key by which it is opened again, and its bytes."""

    name: str
    member: str | None  # None: the file itself
    chunks: Callable[[], Generator[bytes, None, None]]


def parts_of(file: IO[bytes], file_name: str) -> list[Part]:
    """Return the lists in a file; raises InvalidError for a trap.

    A file that can only be read once, such as a pipe, is one list or refused.
    """
    if not file.seekable():
        return [_stream(file, file_name)]
    file.seek(0)
    if not archive.is_archive(file.read(4)):
        return [Part(file_name, None, lambda: _whole(file))]
    opened = archive.open_archive(file)
    if workbook.is_workbook(opened):
        found = _sheets(opened, file_name, prefix="")
    else:
        found = _entries(opened)
    if not found:
        raise InvalidError("There is no list in this archive.", code="import-refused")
    return found


def _entries(opened: ZipFile) -> list[Part]:
    names = archive.list_files(opened)
    if "mimetype" in names and "content.xml" in names:
        detail = "This is an OpenDocument file. Save the sheet as CSV and import that."
        raise InvalidError(detail, code="import-refused")
    found: list[Part] = []
    room = MAX_BOOK
    for name in names:
        size = opened.getinfo(name).file_size
        if name.casefold().endswith((".xlsx", ".xlsm")) and size <= room:
            room -= size
            found += _book(opened, name)
        else:
            found.append(_entry(opened, name))
    return found


def part_of(file: IO[bytes], file_name: str, member: str | None) -> Part:
    """Return one list of a file by its key."""
    found = [part for part in parts_of(file, file_name) if part.member == member]
    if not found:
        raise InvalidError("This list is not in its file any more.", code="import-refused")
    return found[0]


def _stream(file: IO[bytes], file_name: str) -> Part:
    """Return a pipe as a list: its beginning is kept, so that it can be looked at before."""
    head = file.read(CHUNK)
    if archive.is_archive(head):
        detail = "An archive cannot be read from a pipe. Save it as a file and import that."
        raise InvalidError(detail, code="import-refused")

    def chunks() -> Generator[bytes, None, None]:
        yield head
        while chunk := file.read(CHUNK):
            yield chunk

    return Part(file_name, None, chunks)


def _whole(file: IO[bytes]) -> Generator[bytes, None, None]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def _sheets(opened: ZipFile, name: str, *, prefix: str) -> list[Part]:
    sheets = workbook.list_sheets(opened)
    single = len(sheets) == 1
    return [
        Part(
            name if single else f"{name} ({sheet})",
            f"{prefix}{_SHEET}{sheet}",
            partial(workbook.sheet_lines, opened, entry),
        )
        for sheet, entry in sheets.items()
    ]


def _book(opened: ZipFile, name: str) -> list[Part]:
    inner = archive.open_archive(io.BytesIO(b"".join(archive.pieces(opened, name))))
    if not workbook.is_workbook(inner):
        return [_entry(opened, name)]
    return _sheets(inner, name.rpartition("/")[2], prefix=name)


def _entry(opened: ZipFile, name: str) -> Part:
    return Part(name.rpartition("/")[2], name, lambda: archive.pieces(opened, name))


def detect_part(part: Part, *, site_hosts: Collection[str]) -> Detection:
    """Say what one list of a file is."""
    head = b""
    with closing(part.chunks()) as chunks:
        for chunk in chunks:
            head += chunk
            if len(head) > (JSON_HEAD_BYTES if looks_like_json(head) else HEAD_BYTES):
                break
    return detect(head, part.name, site_hosts=site_hosts)
