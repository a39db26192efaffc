"""Who is calling: the identity that the gateway established, and the signed token that carries it inside."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from shared.errors import AnchorwatchError, ForbiddenError, NotFoundError
from shared.vocabulary import Role

HEADER = "X-Anchorwatch-Caller"
TOKEN_LIFE = timedelta(seconds=60)
MAX_GRANTS = 1000
"""Site grants of one user or key: the token travels in a header, and headers are bounded."""

HIDDEN_FROM_CLIENT = frozenset(
    {
        *("price", "vendor", "margin", "note", "contact", "prospect", "cost"),
        *("payment", "invoice", "owed", "spend", "budget", "offer", "exchange", "campaign"),
    }
)
_RANK = {Role.OWNER: 4, Role.EDITOR: 3, Role.VIEWER: 2, Role.CLIENT: 1}


HOUSE = UUID(int=0)
"""Who calls when nobody does: the gateway on its own account, for what was scheduled."""


class Scope(StrEnum):
    """What a key may be used for; a signed-in user has the scopes of the roles."""

    LINKS_READ = "links:read"
    LINKS_WRITE = "links:write"
    TOXICITY_READ = "toxicity:read"
    TOXICITY_WRITE = "toxicity:write"
    DISAVOW_WRITE = "disavow:write"
    OUTREACH_READ = "outreach:read"
    OUTREACH_WRITE = "outreach:write"
    OUTREACH_SEND = "outreach:send"
    EVENTS_READ = "events:read"
    ADMIN = "admin"


class UnauthenticatedError(AnchorwatchError):
    """Nobody is known to be calling: no credentials, or none that are valid."""

    code = "unauthenticated"


@dataclass(frozen=True, slots=True)
class Caller:
    """A user or key, and what it may see and do in one workspace."""

    workspace_id: UUID
    actor_id: UUID
    actor: str
    scopes: frozenset[Scope] = frozenset(Scope)
    grants: Mapping[UUID, Role] = field(default_factory=dict)
    workspace_role: Role | None = None
    is_person: bool = False
    """Signed in, and not a key: some deeds are only for people."""

    def role_in(self, site_id: UUID) -> Role | None:
        """Return the stronger of the workspace's and the site's role, None if there is neither."""
        return stronger(self.workspace_role, self.grants.get(site_id))

    @property
    def site_ids(self) -> frozenset[UUID] | None:
        """Return the sites that the caller may see; None means every site of the workspace."""
        return None if self.workspace_role is not None else frozenset(self.grants)

    def sites_as(self, role: Role, *, site_id: UUID | None = None) -> frozenset[UUID] | None:
        """Return the sites on which the caller has at least this role; None means every site.

        Where one is asked for, it is that one; raises as `require` does.
        """
        if site_id is not None:
            self.require(site_id, role)
            return frozenset({site_id})
        if rank(self.workspace_role) >= rank(role):
            return None
        return frozenset(site for site, own in self.grants.items() if rank(own) >= rank(role))

    def may_see(self, site_id: UUID) -> bool:
        return self.role_in(site_id) is not None

    def require(self, site_id: UUID, role: Role) -> None:
        """Raise NotFoundError without a grant for the site, ForbiddenError if the role is too low.

        The first must not be told from a site that does not exist.
        """
        own = self.role_in(site_id)
        if own is None:
            raise NotFoundError("There is no such site.")
        _require_rank(own, role, "on this site")

    def require_workspace(self, role: Role) -> None:
        """Raise ForbiddenError unless the caller has at least this role in the whole workspace."""
        if self.workspace_role is None:
            raise ForbiddenError(
                f"This needs the role {role} in the whole workspace, not only on single sites.",
                code="role-required",
            )
        _require_rank(self.workspace_role, role, "in the workspace")

    def require_scope(self, scope: Scope) -> None:
        if scope not in self.scopes:
            raise ForbiddenError(f"This needs a key with the scope {scope}.", code="scope-required")

    def require_person(self, deed: str) -> None:
        """Raise ForbiddenError for a key: no program does this, whatever it may do besides."""
        if not self.is_person:
            raise ForbiddenError(
                f"Only a person can {deed}: sign in to the console.", code="person-required"
            )

    def require_house(self) -> None:
        """Raise ForbiddenError unless Anchorwatch itself is calling: what no user or key may do."""
        if self.actor_id != HOUSE:
            raise ForbiddenError("Only Anchorwatch itself does this.", code="house-required")

    def sees_everything_in(self, site_id: UUID | None) -> bool:
        """Say whether prices, vendors, notes and contacts may be shown (never to clients)."""
        role = self.workspace_role if site_id is None else self.role_in(site_id)
        return role is not None and role is not Role.CLIENT

    @property
    def is_only_client(self) -> bool:
        """Say whether the caller is a client wherever it may look at all."""
        return {self.workspace_role, *self.grants.values()} <= {None, Role.CLIENT}


def the_house(workspace_id: UUID = HOUSE) -> Caller:
    """Return Anchorwatch itself as a caller, in the workspace that it does something for."""
    return Caller(workspace_id, HOUSE, "Anchorwatch", workspace_role=Role.OWNER)


def rank(role: Role | None) -> int:
    """Return a number that grows with what the role may do; 0 for none."""
    return 0 if role is None else _RANK[role]


def stronger(one: Role | None, other: Role | None) -> Role | None:
    return one if rank(one) >= rank(other) else other


def _require_rank(own: Role, needed: Role, where: str) -> None:
    if rank(own) < rank(needed):
        raise ForbiddenError(
            f"This needs the role {needed} {where}; yours is {own}.", code="role-required"
        )


def is_hidden_field(name: str) -> bool:
    """Say whether a field of this name is kept from clients: `vendor_id`, `prices`, `cost_per_link`."""
    return any(word.removesuffix("s") in HIDDEN_FROM_CLIENT for word in name.split("_"))


def for_client(value: Any) -> Any:
    """Return a JSON value without the fields that clients never receive."""
    if isinstance(value, Mapping):
        return {k: for_client(v) for k, v in value.items() if not is_hidden_field(k)}
    return [for_client(item) for item in value] if isinstance(value, (list, tuple)) else value


# ---- the token ----------------------------------------------------------------------------------


def mint(caller: Caller, *, secret: bytes, now: datetime) -> str:
    """Return the header value by which a service believes who is calling, for one minute."""
    claims = {
        "w": str(caller.workspace_id),
        "a": str(caller.actor_id),
        "n": caller.actor,
        "s": sorted(caller.scopes),
        "g": {str(site): role for site, role in caller.grants.items()},
        "r": caller.workspace_role,
        "p": caller.is_person,
        "e": int((now + TOKEN_LIFE).timestamp()),
    }
    body = base64.urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=")
    return f"v1.{body.decode()}.{_tag(body, secret)}"


def verify(token: str, *, secret: bytes, now: datetime) -> Caller:
    """Return the caller that the gateway signed; raises UnauthenticatedError for anything else."""
    version, _, rest = token.partition(".")
    body, _, tag = rest.partition(".")
    signed = body.encode(errors="replace")
    if version != "v1" or not hmac.compare_digest(
        tag.encode(errors="replace"), _tag(signed, secret).encode()
    ):
        raise UnauthenticatedError("The internal caller token is missing or was not signed by us.")
    claims = orjson.loads(base64.urlsafe_b64decode(signed + b"=" * (-len(signed) % 4)))
    if claims["e"] < now.timestamp():
        raise UnauthenticatedError("The internal caller token has expired.")
    return Caller(
        workspace_id=UUID(claims["w"]),
        actor_id=UUID(claims["a"]),
        actor=claims["n"],
        scopes=frozenset(map(Scope, claims["s"])),
        grants={UUID(site): Role(role) for site, role in claims["g"].items()},
        workspace_role=None if claims["r"] is None else Role(claims["r"]),
        is_person=claims.get("p", False),
    )


def _tag(body: bytes, secret: bytes) -> str:
    digest = hmac.new(derive(secret, "caller"), body, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def derive(secret: bytes, purpose: str) -> bytes:
    """Return a key for one purpose, so that a signature made for one is worth nothing elsewhere."""
    return hmac.new(secret, f"anchorwatch {purpose}".encode(), hashlib.sha256).digest()
