"""Reads the small forms that people and programs without an account may send."""

from urllib.parse import parse_qs

from fastapi import Request

_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 8_192
_MOST_FIELDS = 10


async def small_form(request: Request) -> dict[str, str] | None:
    """Return the first value of each field, None for what is no form or too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            return None
    if not request.headers.get("content-type", "").startswith(_FORM):
        return None
    try:
        given = parse_qs(body.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return {name: values[0].strip() for name, values in given.items()}
