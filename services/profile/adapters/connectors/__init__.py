"""Calls the services that sell links. The only place of profile that asks anything of the internet."""

from collections.abc import Mapping

from services.profile.domain.connectors import LABELS, Provider, Reply, Request
from shared.errors import InvalidError


class ConnectorClient:
    """Sends one call to a provider; what it raises never holds an address, for that may hold a key."""

    def __init__(self, urls: Mapping[Provider, str]) -> None:
        self._urls = dict(urls)

    async def send(self, provider: Provider, request: Request) -> Reply:
        # aiohttp loads for 0.1 s of CPU, and few houses have a connector.
        from services.profile.adapters.connectors import call  # noqa: PLC0415 - see above

        url = self._urls[provider].rstrip("/") + request.path
        url += f"?{request.query}" if request.query else ""
        try:
            return await call.call(url, request)
        except call.FAILURES:
            # Its text has the address, and with Semrush the key is in that.
            raise InvalidError(f"{LABELS[provider]} cannot be reached. Try again later.") from None
