"""Logos of reports: pictures as data, so that a report loads nothing; pure."""

import base64
import binascii

MAX_BYTES = 48 * 1024
MAX_LOGO = 4 * (MAX_BYTES + 2) // 3 + 40
# What a file of the kind begins with; SVG is none of them, it may hold scripts and links.
_BEGINNINGS = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
}


def read_logo(text: str) -> str:
    """Return a logo as a data URL in its plain form; raises ValueError with the fix."""
    head, _, data = text.partition(";base64,")
    kind = head.removeprefix("data:image/").replace("jpg", "jpeg")
    if not head.startswith("data:image/") or kind not in _BEGINNINGS:
        raise ValueError(
            "Give the picture itself, as data:image/png;base64,... (png, jpeg, gif or webp)."
        )
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("The picture's base64 cannot be read.") from error
    if not content.startswith(_BEGINNINGS[kind]):
        raise ValueError(f"This is no {kind} picture, whatever its name says.")
    if len(content) > MAX_BYTES:
        raise ValueError(f"The picture has more than {MAX_BYTES // 1024} kB; make it smaller.")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
