"""Keeps aiohttp from asking twice in a row where a connection broke: a second time needs a turn, too."""

import aiohttp

_NEVER_ASKED = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)


class DroppedError(aiohttp.ClientError):
    """The connection broke before an answer began: perhaps it was an old one that had been closed."""


async def only_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request one time; aiohttp repeats a GET at once, whatever pause the host was promised."""
    try:
        return await handler(request)
    except _NEVER_ASKED:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise DroppedError(str(error)) from error
