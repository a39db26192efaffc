"""Who a request comes from: a key in `Authorization`, or the console's session cookie."""

import time
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

from services.gateway.domain import secrets
from services.gateway.domain.remembered import Remembered
from services.gateway.store import access as store
from shared import clock
from shared.access import Caller, UnauthenticatedError
from shared.db import Database
from shared.errors import ForbiddenError

COOKIE = "aw_session"
CONSOLE_HEADER = "x-anchorwatch-console"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the request shows: the hash of a key, or of a session's token."""

    digest: bytes
    is_session: bool


@dataclass(slots=True)
class Identity:
    """Answers whose credentials a request shows."""

    db: Database
    remembered: Remembered = field(default_factory=Remembered)

    async def caller(self, method: str, headers: Headers) -> Caller:
        """Return who is calling; raises UnauthenticatedError or, without CSRF proof, ForbiddenError."""
        credentials = read_credentials(headers)
        if credentials.is_session and method not in _SAFE:
            _require_same_origin(headers)
        return await self.caller_of(credentials)

    async def caller_of(self, credentials: Credentials) -> Caller:
        """Return whose credentials these are, from memory if they were asked for a moment ago."""
        now = time.monotonic()
        known = self.remembered.find(credentials.digest, now=now)
        if known is not None:
            return known
        generation = self.remembered.generation
        caller = await self._find(credentials)
        if caller is None:
            raise UnauthenticatedError(
                "Your session has ended; sign in again."
                if credentials.is_session
                else "This key is not known, has expired or was revoked."
            )
        self.remembered.add(credentials.digest, caller, now=now, generation=generation)
        return caller

    async def _find(self, credentials: Credentials) -> Caller | None:
        now = clock.now()
        async with self.db.begin() as tx:
            if credentials.is_session:
                caller = await store.find_session_caller(tx, credentials.digest, now=now)
                if caller is not None:
                    await store.save_user_seen(tx, caller.actor_id, now=now)
            else:
                caller = await store.find_key_caller(tx, credentials.digest, now=now)
                if caller is not None:
                    await store.save_key_used(tx, caller.actor_id, now=now)
        return caller


def read_credentials(headers: Headers) -> Credentials:
    """Return the credentials in the headers; raises UnauthenticatedError if there are none."""
    given = headers.get("authorization")
    if given is not None:
        scheme, _, key = given.partition(" ")
        if scheme.lower() != "bearer" or not secrets.is_key(key.strip()):
            raise UnauthenticatedError(
                "Authorization must be `Bearer aw_...` with one of your keys.", code="key-malformed"
            )
        return Credentials(secrets.digest(key.strip()), is_session=False)
    token = session_token(headers)
    if token is None:
        raise UnauthenticatedError("Send a key as `Authorization: Bearer aw_...`, or sign in.")
    return Credentials(secrets.digest(token), is_session=True)


def session_token(headers: Headers) -> str | None:
    """Return the token in the session cookie, if there is a well-formed one."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie is not None and secrets.is_token(cookie.value) else None


def _require_same_origin(headers: Headers) -> None:
    """Refuse a change that another site's page might have sent with our cookie.

    Browsers send our own header across origins only after a preflight, which we never grant.
    """
    if CONSOLE_HEADER in headers:
        return
    origin = headers.get("origin", "")
    if origin.partition("://")[2] != headers.get("host"):
        raise ForbiddenError(
            "A signed-in request that changes something needs the header X-Anchorwatch-Console.",
            code="csrf",
        )
