"""Finds out how the bytes of an export are written, and names the files that are no text at all."""

import codecs

import cchardet

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTAINERS = (
    (b"PK\x03\x04", "This is a ZIP archive. Unpack it and import the files one by one."),
    (b"\x1f\x8b", "This file is compressed (gzip). Unpack it and import the file inside."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as CSV and import that."),
    (b"%PDF", "This is a PDF. Export the list as CSV from the tool that made it."),
    (b"\x89PNG", "This is a picture. Export the list as CSV from the tool that made it."),
    (b"Rar!", "This is a RAR archive. Unpack it and import the files one by one."),
    (b"7z\xbc\xaf", "This is a 7z archive. Unpack it and import the files one by one."),
)
_WORKBOOK = "This is an Excel workbook. Save the sheet as CSV and import that."
_BINARY = "This is not a text file. Export the list as CSV and import that."
_FALLBACK = "anchorwatch-cp1252"
# What Excel and older tools write outside western Europe; anything else is read as cp1252.
_REGIONAL_NAMES = (
    "cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 windows-1250 windows-1251 windows-1253 "
    "windows-1254 windows-1255 windows-1256 windows-1257 koi8-r shift_jis euc-jp gb18030 gbk "
    "gb2312 big5 euc-kr uhc cp949 tis-620"
)
_REGIONAL = frozenset(_REGIONAL_NAMES.split())


def _stray_byte_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    # A file may begin in ASCII and turn out to be cp1252 a gigabyte later; it is then read right.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _stray_byte_as_cp1252)


def container(head: bytes) -> str | None:
    """Return the sentence with which a file that is no text is refused, or None."""
    if head.startswith(b"PK\x03\x04") and (b"[Content_Types]" in head or b"xl/" in head[:4096]):
        return _WORKBOOK
    return next((why for magic, why in _CONTAINERS if head.startswith(magic)), None)


def _valid_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_bom(head: bytes) -> str | None:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def encoding_of(head: bytes) -> str | None:
    """Name the codec of the file; None means that the bytes are no text."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    wide = _utf16_without_bom(head)
    if wide is not None:
        return wide
    if head.count(0) > len(head) // 100:
        return None
    if _valid_utf8(head):
        return "utf-8"
    guess = str(cchardet.detect(head)["encoding"] or "").casefold()
    if guess in _REGIONAL:
        return codecs.lookup(guess).name
    return "cp1252"


def refusal_of(head: bytes) -> str | None:
    """Return why these bytes cannot be read as text, or None."""
    return container(head) or (_BINARY if encoding_of(head) is None else None)


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Return a decoder that never fails: a stray byte becomes a character."""
    errors = _FALLBACK if encoding.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(encoding)(errors)
