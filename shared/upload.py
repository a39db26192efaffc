"""Multipart bodies as a stream: file parts go out in pieces as they come, nothing touches a disk."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.errors import FieldError, InvalidError
from shared.problems import ProblemError

MAX_FIELD_BYTES = 16_384
MAX_NAME = 255


@dataclass(slots=True)
class Piece:
    """A part of a file: where it begins (`file_name`), goes on, or ends."""

    file_name: str | None = None
    body: bytes = b""
    ended: bool = False


@dataclass(slots=True)
class _Part:
    name: str = ""
    file_name: str | None = None
    headers: dict[bytes, bytes] = field(default_factory=dict)
    text: bytearray = field(default_factory=bytearray)


class FormReader:
    """Reads one form; `fields` holds its small fields once the last piece has come."""

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise ProblemError(
                415,
                "unsupported-media-type",
                "Send a form: Content-Type: multipart/form-data with its boundary.",
                headers={"Accept": "multipart/form-data"},
            )
        self.fields: dict[str, str] = {}
        self._pieces: list[Piece] = []
        self._part = _Part()
        self._header = b""
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._read_header_name,
                "on_header_value": self._read_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_body,
                "on_part_data": self._read_body,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def pieces(self, stream: AsyncIterable[bytes]) -> AsyncIterator[Piece]:
        """Yield the pieces of the files while the body comes in; raises InvalidError."""
        async for chunk in stream:
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise _invalid(
                    "The form is broken: its parts do not follow its boundary."
                ) from error
            pieces, self._pieces = self._pieces, []
            for piece in pieces:
                yield piece
        if not self._ended:
            raise _invalid("The form ends in the middle. Send it again.")

    def _begin_part(self) -> None:
        self._part = _Part()

    def _read_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end].lower()

    def _read_header_value(self, data: bytes, start: int, end: int) -> None:
        known = self._part.headers.get(self._header, b"")
        self._part.headers[self._header] = known + data[start:end]

    def _end_header(self) -> None:
        self._header = b""

    def _begin_body(self) -> None:
        disposition = self._part.headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options:
            name = options[b"filename"].decode(errors="replace")
            # Browsers on Windows once sent whole paths.
            short = name.replace("\\", "/").rpartition("/")[2].replace("\x00", "")[-MAX_NAME:]
            self._part.file_name = short or "upload"
            self._pieces.append(Piece(file_name=self._part.file_name))

    def _read_body(self, data: bytes, start: int, end: int) -> None:
        if self._part.file_name is not None:
            self._pieces.append(Piece(body=data[start:end]))
            return
        self._part.text += data[start:end]
        if len(self._part.text) > MAX_FIELD_BYTES:
            raise _invalid(
                f"The field {self._part.name!r} is longer than {MAX_FIELD_BYTES} bytes. "
                "Send files with a file name."
            )

    def _end_part(self) -> None:
        if self._part.file_name is not None:
            self._pieces.append(Piece(ended=True))
        else:
            self.fields[self._part.name] = self._part.text.decode(errors="replace")

    def _end(self) -> None:
        self._ended = True


def _invalid(detail: str) -> InvalidError:
    return InvalidError(detail, [FieldError("/file", "invalid-form", detail)])
