"""Calls the services that sell links. The only place of profile that asks anything of the internet."""

from collections.abc import Mapping

import aiohttp

from services.profile.domain.connectors import LABELS, Provider, Reply, Request
from shared.errors import InvalidError

MAX_BYTES = 32 * 1_048_576
_TIMEOUT_S = 60.0


class ConnectorClient:
    """Sends one call to a provider; what it raises never holds an address, for that may hold a key."""

    def __init__(self, urls: Mapping[Provider, str]) -> None:
        self._urls = dict(urls)

    async def send(self, provider: Provider, request: Request) -> Reply:
        url = self._urls[provider].rstrip("/") + request.path
        url += f"?{request.query}" if request.query else ""
        try:
            return await self._send(url, request)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            # Its text has the address, and with Semrush the key is in that.
            raise InvalidError(f"{LABELS[provider]} cannot be reached. Try again later.") from None

    async def _send(self, url: str, request: Request) -> Reply:
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
