"""Reads which encoding a page declares: in HTTP, in a `<meta>`, in an XML declaration."""

import re

from services.crawler.domain.charsets import FALLBACK, UTF_8, name_of

_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))", re.IGNORECASE)
_TAG = re.compile(rb"<(?:(!--)|(meta)(?=[\t\n\x0c\r /])|(/?[A-Za-z])|([!/?]))", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"[\t\n\x0c\r /]*"
    rb"(?:(>)|([^\t\n\x0c\r />=][^\t\n\x0c\r />=]*|=[^\t\n\x0c\r />=]*)"
    rb"(?:[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\x0c\r >]*)))?)"
)
_XML = re.compile(
    rb"<\?xml[^>]{0,1000}?encoding[\x00-\x20]*=[\x00-\x20]*([\"'])([^\"'>]*)\1[^>]{0,1000}>"
)
_XML_IN_UTF_16 = ((b"<\0?\0x\0", "utf-16le"), (b"\0<\0?\0x", "utf-16be"))


def declared_by_http(content_type: str | None) -> str | None:
    """Return the encoding of a Content-Type."""
    found = _CHARSET.search(content_type) if content_type else None
    return name_of(found[1] or found[2] or found[3] or "") if found else None


def declared_by_meta(start: bytes) -> str | None:
    """Return the encoding that a `<meta>` in these bytes declares (HTML standard, prescan)."""
    for mark, wide in _XML_IN_UTF_16:
        if start.startswith(mark):
            return wide
    at = 0
    while (tag := _TAG.search(start, at)) is not None:
        comment, meta, name, _ = tag.groups()
        if comment:
            # `<!-->` is a whole comment.
            end = start.find(b"-->", tag.end() - 2)
            at = end + 3
        elif meta:
            charset, at = _meta_charset(start, tag.end())
            if charset is not None:
                return charset
            continue
        elif name:
            at = _after_tag(start, tag.end())
            continue
        else:
            end = start.find(b">", tag.end())
            at = end + 1
        if end < 0:
            break
    xml = _XML.match(start)
    charset_of_xml = name_of(xml[2].decode("latin-1")) if xml is not None else None
    return UTF_8 if charset_of_xml in {"utf-16be", "utf-16le"} else charset_of_xml


def _meta_charset(start: bytes, at: int) -> tuple[str | None, int]:
    attributes: dict[bytes, bytes] = {}
    while (found := _ATTRIBUTE.match(start, at)) is not None and not found[1]:
        at = found.end()
        value = found[3] or found[4] or found[5] or b""
        attributes.setdefault(found[2].lower(), value)
    label: str | None = None
    if b"charset" in attributes:
        label = attributes[b"charset"].decode("latin-1")
    elif attributes.get(b"http-equiv", b"").lower() == b"content-type":
        declared = _CHARSET.search(attributes.get(b"content", b"").decode("latin-1"))
        label = (declared[1] or declared[2] or declared[3]) if declared else None
    charset = name_of(label) if label else None
    if charset in {"utf-16be", "utf-16le"}:
        # A declaration that could be read as ASCII is not in UTF-16.
        charset = UTF_8
    return (FALLBACK if charset == "x-user-defined" else charset), at


def _after_tag(start: bytes, at: int) -> int:
    while at < len(start) and start[at] not in b"\t\n\x0c\r >":
        at += 1
    while (found := _ATTRIBUTE.match(start, at)) is not None and not found[1]:
        at = found.end()
    return at
