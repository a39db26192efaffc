"""Turns bytes into text as browsers do, where the codecs of Python do otherwise (WHATWG Encoding)."""

# ruff: noqa: RUF001 - letters that look like others are what it is about.

import codecs
import re
from functools import cache

from services.crawler.domain.charsets import CODECS, REPLACEMENT, SINGLE_BYTE

# Beyond so many errors it does not matter any more how each of them is shown.
MAX_ERRORS = 20_000

_WRONG = "\ufffd"
# Bytes of single-byte encodings that Python reads otherwise or not at all.
_BYTES = {
    "koi8-u": {0xAE: "\u045e", 0xBE: "\u040e"},
    "windows-1255": {0xCA: "\u05ba"},
    "x-user-defined": {byte: chr(0xF700 + byte) for byte in range(0x80, 0x100)},
}
# Characters that Python chooses and browsers do not.
_CHARS = {
    "euc-jp": dict(zip("\u301c\u2016\u2212\xa2\xa3\xac", "～∥－￠￡￢", strict=True)),
    "gbk": dict(
        zip(
            (
                "\ue5e5\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796\ue7c7"
                "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"
            ),
            "\u3000︐︒︑︓︔︕︖︗︘︙ḿ龴龵龶龷龸龹龺龻",
            strict=True,
        )
    ),
    "big5": dict(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True)),
    "shift_jis": dict.fromkeys("\uf8f0\uf8f1\uf8f2\uf8f3", _WRONG),
}
# Big5 with the characters of Hong Kong of 2008, of the vendors and doubles: code and character.
_BIG5_WORDS = (
    " 877a㡵 877b𡵓 877c𣚞 877d𦀡 877e㻬 87a1𥣞 87a2㫵 87a3竼 87a4龗 87a5𤅡 87a6𨤍 87a7𣇪 87a8𠪊 87a9𣉞"
    " 87aa䌊 87ab蒄 87ac龖 87ad鐯 87ae䤰 87af蘓 87b0墖 87b1靊 87b2鈘 87b3秐 87b4稲 87b5晠 87b6権 87b7袝"
    " 87b8瑌 87b9篅 87ba枂 87bb稬 87bc剏 87bd遆 87be㓦 87bf珄 87c0𥶹 87c1瓆 87c2鿇 87c3垳 87c4䤯 87c5呌"
    " 87c6䄱 87c7𣚎 87c8堘 87c9穲 87ca𧭥 87cb讏 87cc䚮 87cd𦺈 87ce䆁 87cf𥶙 87d0箮 87d1𢒼 87d2鿈 87d3𢓁"
    " 87d4𢓉 87d5𢓌 87d6鿉 87d7蔄 87d8𣖻 87d9䂴 87da鿊 87db䓡 87dc𪷿 87dd拁 87de灮 87df鿋 8e69箸 8e6f簆"
    " 8e7e糎 8eab緒 8eb4縝 8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦 8fcc覩 8ffe起 906d都 907a銹 90dc靜"
    " 90f1響 91bf鼖 9244蔃 92af兙 92b0兛 92b1兝 92b2兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 96ed瀞"
    " 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏"
    " 9cbc尐 9cbd秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏"
    " a077拎 a0d5瑨 a0df煢 a0e4牐 c6cf廴 c6d3无 c6d5癶 c6d7隶 c6de〃 c6df仝 fa5f倩 fa66偽 fabd包 fac5卄"
    " fad5卿 fb48嘅 fbb8婷 fbf3幵 fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜 fdb8渝 fdbb港 fdf1煮"
    " fe52猪 fe6f瑜 feaa瓩 fedd砉"
)
_BIG5 = {bytes.fromhex(word[:4]): word[4:] for word in _BIG5_WORDS.split()} | {
    bytes([0xA3, 0xC0 + number]): chr(0x2400 + number) for number in range(0x21)
}
_BIG5 |= {b"\xa3\xe0": "\u2421", b"\xa3\xe1": "€"}
_LEADS = {
    "cp932": (*range(0x81, 0xA0), *range(0xE0, 0xFD)),
    "euc_jp": (0x8E, 0x8F, *range(0xA1, 0xFF)),
    "gb18030": tuple(range(0x81, 0xFF)),
    "big5hkscs": tuple(range(0x81, 0xFF)),
    "cp949": tuple(range(0x81, 0xFF)),
}
_GB_FOUR = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")
_JP_THREE = re.compile(rb"\x8f[\xa1-\xfe][\x80-\xff]")
_JP_TWO = re.compile(rb"\x8f[\xa1-\xfe]")
_ESCAPE = re.compile(rb"\x1b(\([BJI]|\$[@B])")
_NOT_IN_ASCII = re.compile(r"[\x0e\x0f\x1b\x80-\xff]")
_KANJI = re.compile(rb"(?:[!-~]{2})*")
_HIGH_BITS = bytes(byte | 0x80 for byte in range(256))
_HANDLER = "anchorwatch.web"


def text_of(body: bytes, charset: str) -> str:
    """Return what a browser reads in this encoding; it never fails, wrong bytes become U+FFFD."""
    if charset == REPLACEMENT:
        return _WRONG if body else ""
    if charset in SINGLE_BYTE:
        return codecs.charmap_decode(body, "strict", _table(charset))[0]
    if charset == "iso-2022-jp":
        return _iso_2022_jp(body)
    codec = CODECS[charset]
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        text = _repaired(body, codec)
    chars = _CHARS.get("gbk" if charset == "gb18030" else charset)
    return text.translate(chars_by_code(charset)) if chars else text


def _repaired(body: bytes, codec: str) -> str:
    text = body.decode(codec, "replace")
    if codec not in _LEADS or text.count(_WRONG) > MAX_ERRORS:
        return text
    return body.decode(codec, _HANDLER)


def _shown(error: UnicodeError) -> tuple[str, int]:
    """Return how a browser shows wrong bytes, and where it goes on: an ASCII byte is never lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    body, at, codec = error.object, error.start, error.encoding
    lead, pair = body[at], body[at : at + 2]
    if codec == "gb18030" and lead == 0x80:
        return "€", at + 1
    if lead not in _LEADS[codec] or len(pair) < 2:
        return _WRONG, at + 1
    if codec == "big5hkscs" and pair in _BIG5:
        return _BIG5[pair], at + 2
    if codec == "gb18030" and _GB_FOUR.match(body, at):
        return _WRONG, at + 4
    if codec == "euc_jp":
        if lead >= 0xA1 and pair[1] >= 0xA1 and pair[1] != 0xFF:
            return _jis(pair[0] - 0xA0, pair[1] - 0xA0), at + 2
        if _JP_TWO.match(body, at):
            return _WRONG, at + (3 if _JP_THREE.match(body, at) else 2)
    return _WRONG, at + (2 if pair[1] >= 0x80 else 1)


def _jis(row: int, cell: int) -> str:
    """Return the character at a place of JIS X 0208 with the rows of the vendors."""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    trail = cell + (0x9E if row % 2 == 0 else 0x3F if cell <= 63 else 0x40)
    char = bytes([lead, trail]).decode("cp932", "replace")
    return _WRONG if len(char) != 1 or "\ue000" <= char <= "\uf8ff" else char


def _iso_2022_jp(body: bytes) -> str:
    pieces: list[str] = []
    mode = b"(B"
    parts = _ESCAPE.split(body)
    for at, part in enumerate(parts):
        if at % 2:
            mode = part
            continue
        if not part and 0 < at < len(parts) - 1:
            pieces.append(_WRONG)
        pieces.append(_in_mode(part, mode))
    return "".join(pieces)


def _in_mode(part: bytes, mode: bytes) -> str:
    if mode in {b"(B", b"(J"}:
        text = _NOT_IN_ASCII.sub(_WRONG, part.decode("latin-1"))
        return text.replace("\\", "¥").replace("~", "\u203e") if mode == b"(J" else text
    if mode == b"(I":
        return "".join(chr(0xFF40 + byte) if 0x21 <= byte <= 0x5F else _WRONG for byte in part)
    if _KANJI.fullmatch(part):
        return text_of(part.translate(_HIGH_BITS), "euc-jp")
    pieces: list[str] = []
    at = 0
    while at < len(part):
        pair = part[at : at + 2]
        fits = len(pair) == 2 and all(0x21 <= byte <= 0x7E for byte in pair)
        pieces.append(_jis(pair[0] - 0x20, pair[1] - 0x20) if fits else _WRONG)
        at += 2 if fits or 0x21 <= pair[0] <= 0x7E else 1
    return "".join(pieces)


@cache
def chars_by_code(charset: str) -> dict[int, str]:
    """Return the characters that browsers choose otherwise in an encoding, by code point."""
    return {
        ord(ours): theirs
        for ours, theirs in _CHARS["gbk" if charset == "gb18030" else charset].items()
    }


@cache
def _table(charset: str) -> str:
    # The standard reads the bytes that a windows code page leaves free as control characters.
    windows = charset.startswith("windows-")
    special = _BYTES.get(charset, {})
    chars = (bytes([byte]).decode(CODECS[charset], "replace") for byte in range(256))
    return "".join(
        special.get(byte, chr(byte) if windows and byte < 0xA0 and char == _WRONG else char)
        for byte, char in enumerate(chars)
    )


codecs.register_error(_HANDLER, _shown)
