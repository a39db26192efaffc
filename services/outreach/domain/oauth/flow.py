"""The way to a token (RFC 6749, 7636, 9700): what a person is sent to, and what the provider answered; pure."""

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeGuard
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson

from services.outreach.domain.oauth.providers import Endpoints

STATE_LIVES = timedelta(minutes=15)
"""How long somebody may take to agree at the provider."""
REFRESH_BEFORE = timedelta(minutes=5)
_USUAL_LIFE_S = 3_600
_LONGEST_LIFE_S = 86_400
_LONGEST_TOKEN = 16_384
_LOCAL = frozenset({"localhost", "127.0.0.1"})
_LANDING = "/signed-in"


class Problem(StrEnum):
    """Why there is no token."""

    ENDED = "ended"
    """The permission is over: a person signs in again."""
    APP = "app"
    """The provider does not accept the workspace's app."""
    NO_ANSWER = "no_answer"
    """Nothing usable came: it says nothing about the permission."""


@dataclass(frozen=True, slots=True)
class Refusal:
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a provider handed out; texts are never shown."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lives: timedelta
    scopes: frozenset[str] | None = None
    """None: the provider does not say, so it is what was asked for (RFC 6749, 5.1)."""
    accounts: Sequence[str] = ()
    """By which addresses the provider knows whoever signed in; empty if it does not tell."""


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(
    endpoints: Endpoints, *, client_id: str, redirect_url: str, state: str, verifier: str, hint: str
) -> str:
    """Return where a person is asked to agree."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "scope": " ".join(endpoints.scopes),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        "login_hint": hint,
        **dict(endpoints.extra),
    }
    mark = "&" if urlsplit(endpoints.authorize_url).query else "?"
    return f"{endpoints.authorize_url}{mark}{urlencode(asked)}"


def redirect_url(provider: str, *, public_url: str | None, origin: str | None) -> str | None:
    """Return where the provider sends people back to; each provider has an address of its own (RFC 9700, 4.4).

    Without a public URL only the machine itself will do, where the browser says that it is there.
    """
    if public_url is not None:
        return f"{public_url.rstrip('/')}{_LANDING}/{provider}"
    try:
        parts = urlsplit(origin or "")
        is_local = parts.scheme == "http" and parts.hostname in _LOCAL
        port = parts.port
    except ValueError:
        return None
    if not is_local:
        return None
    place = parts.hostname if port is None else f"{parts.hostname}:{port}"
    return f"http://{place}{_LANDING}/{provider}"


def read_answer(status: int, body: bytes) -> Grant | Refusal:
    """Read what the token address answered."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Refusal(Problem.NO_ANSWER)
    if not isinstance(told, dict):
        return Refusal(Problem.NO_ANSWER)
    if status != 200:
        return Refusal(_problem(status, told.get("error")))
    access, kind = told.get("access_token"), told.get("token_type", "Bearer")
    if not _is_token(access) or not isinstance(kind, str) or kind.lower() != "bearer":
        return Refusal(Problem.NO_ANSWER)
    refresh, scopes = told.get("refresh_token"), told.get("scope")
    return Grant(
        access_token=access,
        refresh_token=refresh if _is_token(refresh) else None,
        lives=_life(told.get("expires_in")),
        scopes=frozenset(scopes.split()) if isinstance(scopes, str) and scopes.strip() else None,
        accounts=_accounts(told.get("id_token")),
    )


_ENDED = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_APP = frozenset({"invalid_client", "unauthorized_client"})


def _problem(status: int, error: object) -> Problem:
    if 400 <= status < 500 and isinstance(error, str):
        if error in _ENDED:
            return Problem.ENDED
        if error in _APP:
            return Problem.APP
    return Problem.NO_ANSWER


def _is_token(value: object) -> TypeGuard[str]:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_TOKEN
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def _life(told: object) -> timedelta:
    try:
        seconds = int(str(told))
    except ValueError:
        seconds = _USUAL_LIFE_S
    return timedelta(seconds=min(max(seconds, 0), _LONGEST_LIFE_S))


def _accounts(id_token: object) -> tuple[str, ...]:
    """Return the addresses in an ID token that came from the token address itself (OpenID Connect Core, 3.1.3.7)."""
    if not isinstance(id_token, str) or id_token.count(".") != 2 or not id_token.isascii():
        return ()
    middle = id_token.split(".")[1]
    try:
        claims: Any = orjson.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (Base64Error, ValueError):
        return ()
    if not isinstance(claims, Mapping):
        return ()
    found = (claims.get(name) for name in ("email", "preferred_username", "upn"))
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str) and "@" in one))


def is_same_account(accounts: Sequence[str], wanted: Collection[str]) -> bool:
    """Say whether one of the names of a mailbox is one of the account's; True where the provider does not tell."""
    names = {one.casefold() for one in wanted}
    return not accounts or any(one.casefold() in names for one in accounts)


def missing(endpoints: Endpoints, granted: frozenset[str] | None) -> list[str]:
    """Return what is needed and was not allowed; providers write hosts of scopes in several ways."""
    if granted is None:
        return []
    given = {_tail(one) for one in granted}
    return [one for one in endpoints.needed if _tail(one) not in given]


def _tail(scope: str) -> str:
    lowered = scope.casefold()
    return lowered.rstrip("/") if lowered.endswith("/") else lowered.rpartition("/")[2]


def token_bound_to(mailbox_id: UUID, what: str) -> str:
    """Return what a token of a mailbox is sealed with, `access` or `refresh`."""
    return f"mailbox/{mailbox_id}/{what}-token"


def verifier_bound_to(mailbox_id: UUID) -> str:
    return f"mailbox/{mailbox_id}/verifier"


def is_fresh(expires_at: datetime, now: datetime) -> bool:
    """Say whether an access token may still be used."""
    return expires_at - REFRESH_BEFORE > now
