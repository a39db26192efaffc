"""A mail provider on loopback that hands out tokens, and a mail server that takes them."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult

from tests.mailroom import Mailroom
from tests.outreach.imap import USER, token_in

CLIENT, SECRET = "the-app", "the secret of the app".replace(" ", "-")
HOST = "login.mail.example"


@dataclass(slots=True)
class TokenRoom(Mailroom):
    """A mail server that lets in whoever shows one of its tokens."""

    tokens: set[str] = field(default_factory=set)
    tries: list[str] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        token = token_in(base64.b64decode(args[1]).decode(), USER)
        self.tries.append(token)
        if token in self.tokens:
            return AuthResult(success=True)
        said = await server.challenge_auth(b'{"status":"400"}')
        assert said == b"", "the error that a challenge tells is answered with nothing"
        return AuthResult(success=False, handled=False)


@dataclass
class TokenHouse:
    """Checks what RFC 6749 and 7636 have it check; `says` is answered instead, once each."""

    tokens: set[str]
    account: str | None = "ann@ours.example"
    scope: str | None = None
    gives_refresh: bool = True
    rotates: bool = True
    life_s: int = 3_600
    says: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)
    refresh_tokens: set[str] = field(default_factory=set)
    port: int = 0
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def agree(self, authorize_url: str) -> dict[str, str]:
        """Return what the browser is sent back with when the person agrees."""
        asked = {name: one[0] for name, one in parse_qs(urlsplit(authorize_url).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return {"provider": "other", "state": asked["state"], "code": code}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TokenHouse"]:
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_post("/revoke", self._revoke)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(one) for name, one in (await request.post()).items()}
        self.asked.append(form)
        if self.says:
            status, body = self.says.pop(0)
            return web.json_response(body, status=status)
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        if not self._is_good(form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(self._handed_out(form))

    def _is_good(self, form: dict[str, str]) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] in self.refresh_tokens
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return asked is not None and (asked["redirect_uri"], asked["code_challenge"]) == (
            form["redirect_uri"],
            proof,
        )

    def _handed_out(self, form: dict[str, str]) -> dict[str, Any]:
        access, refresh = (f"{kind}-{secrets.token_urlsafe(12)}" for kind in ("access", "refresh"))
        self.tokens.clear()
        self.tokens.add(access)
        told = {"access_token": access, "token_type": "Bearer", "expires_in": self.life_s}
        if self.scope is not None:
            told["scope"] = self.scope
        if form["grant_type"] == "authorization_code" and self.account is not None:
            claims = base64.urlsafe_b64encode(orjson.dumps({"email": self.account})).decode()
            told["id_token"] = f"e30.{claims.rstrip('=')}.x"
        if self.gives_refresh and (self.rotates or form["grant_type"] == "authorization_code"):
            self.refresh_tokens = {refresh}
            told["refresh_token"] = refresh
        return told

    async def _revoke(self, request: web.Request) -> web.Response:
        self.given_back.append(str((await request.post())["token"]))
        return web.Response()
