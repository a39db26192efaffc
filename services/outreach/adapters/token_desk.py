"""Asks mail providers for tokens through the wall, and gives tokens back; nothing of them is logged."""

from collections.abc import Mapping
from importlib.metadata import version

import aiohttp

from services.outreach.domain.oauth.flow import Grant, Problem, Refusal, read_answer
from services.outreach.domain.oauth.providers import (
    Endpoints,
    MailApp,
    endpoints_of,
    secret_bound_to,
)
from shared import walled_http
from shared.log import get_logger
from shared.vault import UnreadableError, Vault
from shared.wall import Guard

log = get_logger(__name__)

_TIMEOUT_S = 12.0
_MOST_BYTES = 65_536


class TokenDesk:
    """Whatever happens is an answer, never an exception."""

    def __init__(self, guard: Guard, vault: Vault) -> None:
        self._guard = guard
        self._vault = vault
        self._session: aiohttp.ClientSession | None = None

    def refusal(self, url: str) -> str | None:
        """Return why an address cannot be one of a provider, None for one that may be tried."""
        if self._guard.fault(url) is not None:
            return "Give a public address that begins with https:."
        if not walled_http.is_secret_keeping(self._guard, url):
            return "Give an address that begins with https:, since secrets go there."
        return None

    async def exchange(
        self, app: MailApp, *, code: str, verifier: str, redirect_url: str
    ) -> Grant | Refusal:
        """Return the tokens for a code (RFC 6749, 4.1.3; RFC 7636, 4.5)."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_url,
            "code_verifier": verifier,
        }
        return await self._ask(app, asked)

    async def refresh(self, app: MailApp, refresh_token: str) -> Grant | Refusal:
        """Return a new access token (RFC 6749, 6)."""
        return await self._ask(app, {"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, endpoints: Endpoints, app: MailApp, refresh_token: str) -> bool:
        """Give a token back where the provider has an address for that (RFC 7009)."""
        if endpoints.revoke_url is None or self.refusal(endpoints.revoke_url) is not None:
            return False
        asked = {"token": refresh_token, "token_type_hint": "refresh_token"}
        try:
            status, _ = await self._post(endpoints.revoke_url, {**asked, **self._client(app)})
        except (aiohttp.ClientError, OSError, ValueError, UnreadableError) as error:
            log.warning("token not given back", error=type(error).__name__)
            return False
        return status == 200

    async def _ask(self, app: MailApp, asked: Mapping[str, str]) -> Grant | Refusal:
        url = endpoints_of(app).token_url
        if self.refusal(url) is not None:
            return Refusal(Problem.NO_ANSWER)
        try:
            status, body = await self._post(url, {**asked, **self._client(app)})
        except UnreadableError:
            return Refusal(Problem.APP)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            log.info("provider gave no token", error=type(error).__name__)
            return Refusal(Problem.NO_ANSWER)
        return read_answer(status, body)

    def _client(self, app: MailApp) -> dict[str, str]:
        bound = secret_bound_to(app.workspace_id, app.provider)
        secret = self._vault.open(app.sealed_secret, bound_to=bound)
        return {"client_id": app.client_id, **({"client_secret": secret} if secret else {})}

    async def _post(self, url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        self._session = self._session or walled_http.new_session(
            self._guard, timeout_s=_TIMEOUT_S, agent=f"Anchorwatch/{version('anchorwatch')}"
        )
        async with self._session.post(
            walled_http.exactly(url),
            data=dict(form),
            headers={"Accept": "application/json"},
            allow_redirects=False,
        ) as answer:
            body = bytearray()
            async for chunk in answer.content.iter_chunked(8_192):
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise ValueError("the provider sends more than a token needs")
            return answer.status, bytes(body)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
