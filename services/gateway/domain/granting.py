"""What may be given to whom: nobody gives a role, a site or a scope that they do not have themselves."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from shared.access import MAX_GRANTS, Caller, Scope, rank
from shared.errors import FieldError, ForbiddenError, InvalidError
from shared.vocabulary import Role

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_AREAS = (
    # The first area of which the path has a segment decides; the last has them all.
    ("admin", frozenset({"workspaces", "users", "grants", "keys", "audit-log"})),
    ("events", frozenset({"events", "webhooks", "channels", "chat-people"})),
    ("disavow", frozenset({"disavow"})),
    ("toxicity", frozenset({"toxicity", "reviews", "decisions", "networks", "removals"})),
    (
        "outreach",
        frozenset(
            {
                *("vendors", "placements", "suppressions", "prospects", "contacts", "campaigns"),
                *("relationships", "sequences", "templates", "mailboxes", "messages", "threads"),
                *("payments", "refund", "exchanges", "amounts"),
                *("offers", "briefs", "plan", "enrollments", "playbooks"),
                "outreach",
            }
        ),
    ),
)
_FREE = frozenset({"me", "sessions", "words", "approvals"})
"""What everybody may ask who is known at all; of approvals each scope shows its part."""

_READ = {
    "admin": Scope.ADMIN,
    "events": Scope.EVENTS_READ,
    "disavow": Scope.TOXICITY_READ,
    "toxicity": Scope.TOXICITY_READ,
    "outreach": Scope.OUTREACH_READ,
    "links": Scope.LINKS_READ,
}
_WRITE = {
    "admin": Scope.ADMIN,
    "events": Scope.ADMIN,
    "disavow": Scope.DISAVOW_WRITE,
    "toxicity": Scope.TOXICITY_WRITE,
    "outreach": Scope.OUTREACH_WRITE,
    "links": Scope.LINKS_WRITE,
}


def scope_for(method: str, path: str) -> Scope | None:
    """Return the scope that a request to this path (or its template) needs, None for no scope."""
    segments = set(path.split("/"))
    if segments & _FREE:
        return None
    area = next((name for name, words in _AREAS if words & segments), "links")
    if area == "outreach" and "approve" in segments:
        return Scope.OUTREACH_SEND
    return (_WRITE if method in _WRITES else _READ)[area]


def require_not_more(
    giver: Caller,
    *,
    workspace_role: Role | None,
    grants: Mapping[UUID, Role],
    scopes: Iterable[Scope] = (),
) -> None:
    """Raise unless the giver has all of this: ForbiddenError names the first thing too much."""
    if len(grants) > MAX_GRANTS:
        raise InvalidError(
            f"At most {MAX_GRANTS} sites can be granted one by one; give a workspace role instead.",
            [FieldError("/grants", "too-many", f"Give at most {MAX_GRANTS}.")],
        )
    if rank(workspace_role) > rank(giver.workspace_role):
        raise _too_much(f"the role {workspace_role} in the whole workspace")
    for site_id, role in grants.items():
        if rank(role) > rank(giver.role_in(site_id)):
            raise _too_much(f"the role {role} on the site {site_id}")
    for scope in scopes:
        if scope not in giver.scopes:
            raise _too_much(f"the scope {scope}")


def _too_much(what: str) -> ForbiddenError:
    return ForbiddenError(f"You cannot give {what}: you do not have it.", code="more-than-own")
