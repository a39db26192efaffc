"""One call to a service that sells links, over aiohttp."""

import aiohttp

from services.profile.domain.connectors import Reply, Request

MAX_BYTES = 32 * 1_048_576
FAILURES = (aiohttp.ClientError, TimeoutError, OSError, ValueError)
_TIMEOUT_S = 60.0


async def call(url: str, request: Request) -> Reply:
    """Return the answer; raises one of FAILURES, whose text may hold the address and with it a key."""
    headers = dict(request.headers)
    if request.basic is not None:
        login, _, password = request.basic.partition(":")
        headers["Authorization"] = aiohttp.encode_basic_auth(login, password, "utf-8")
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.request(
            request.method, url, headers=headers, json=request.json, allow_redirects=False
        ) as answer,
    ):
        body = bytearray()
        async for piece in answer.content.iter_chunked(65_536):
            body += piece
            if len(body) > MAX_BYTES:
                raise ValueError("too long")
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, bytes(body), names)
