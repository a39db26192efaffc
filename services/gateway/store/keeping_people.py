"""What the gateway keeps about people: its users, and whoever is named in the log of events or deeds."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.gateway.store.forgetting_names import forget_names
from shared.db import Tx
from shared.erasing import People, Person

_USER = "SELECT user_id FROM users WHERE workspace_id = $1 AND email = lower($2)"


async def _find(tx: Tx, person: Person) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {
        "users": await tx.fetch(
            "SELECT email, name, workspace_role, created_at, last_seen_at, disabled_at FROM users"
            f" WHERE user_id IN ({_USER})",
            *(person.workspace_id, person.address),
        ),
        "chat_people": await tx.fetch(
            "SELECT kind, person_id, name, created_at FROM chat_people"
            f" WHERE user_id IN ({_USER}) ORDER BY chat_person_id",
            *(person.workspace_id, person.address),
        ),
        "report_readers": await tx.fetch(
            "SELECT site_label, added_by, created_at, asked_at, confirmed_at, left_at, removed_at"
            f" FROM report_readers WHERE workspace_id = $1 AND (email = lower($2) OR user_id IN ({_USER}))"
            " ORDER BY reader_id",
            *(person.workspace_id, person.address),
        ),
        "deeds": await tx.fetch(
            "SELECT occurred_at, action, subject FROM audit_log WHERE workspace_id = $1"
            f" AND actor_id IN ({_USER}) ORDER BY entry_id DESC LIMIT 1000",
            *(person.workspace_id, person.address),
        ),
    }


async def _delete(tx: Tx, person: Person) -> Mapping[str, int]:
    """Delete a user who leaves, with all by which they got in. Who is no user loses their place as a reader."""
    counts = dict(await forget_names(tx, person))
    tag = await tx.run(_OUTSIDE, person.workspace_id, person.address)
    counts["report_readers"] = int(tag.rpartition(" ")[2])
    if not person.is_user:
        return counts
    for name, statement in _OF_A_USER.items():
        tag = await tx.run(statement, person.workspace_id, person.address)
        counts[name] = counts.get(name, 0) + int(tag.rpartition(" ")[2])
    return counts


_OUTSIDE = "DELETE FROM report_readers WHERE workspace_id = $1 AND email = lower($2)"
# In this order: what belongs to the user before the user. Keys that they made stop working, and keep
# their line, for the audit log names them.
_OF_A_USER = {
    "sessions": f"DELETE FROM sessions WHERE user_id IN ({_USER})",
    "logins": f"DELETE FROM logins WHERE user_id IN ({_USER})",
    "chat_people": f"DELETE FROM chat_people WHERE user_id IN ({_USER})",
    "chat_codes": f"DELETE FROM chat_codes WHERE user_id IN ({_USER})",
    "views": f"DELETE FROM views WHERE NOT shared AND owner_id IN ({_USER})",
    "idempotency": f"DELETE FROM idempotency WHERE actor_id IN ({_USER})",
    "notices": f"DELETE FROM notices WHERE user_id IN ({_USER})",
    "channels": "UPDATE channels SET user_ids = array_remove(user_ids, u.user_id), version = version + 1"
    f" FROM ({_USER}) AS u WHERE channels.workspace_id = $1 AND u.user_id = ANY(user_ids)",
    "report_readers": f"DELETE FROM report_readers WHERE user_id IN ({_USER})",
    "keys": "UPDATE keys SET revoked_at = coalesce(revoked_at, now()) WHERE workspace_id = $1"
    f" AND created_by IN ({_USER})",
    "grants": f"DELETE FROM grants WHERE actor_id IN ({_USER})",
    "users": f"DELETE FROM users WHERE user_id IN ({_USER})",
}

PEOPLE = People(
    deletes=_delete,
    finds=_find,
    bodies=frozenset({("event_log", "body")}),
    # Who may sign in does so by it; a user who leaves is deleted as a whole.
    # Readers of reports from outside are deleted as a whole, too.
    known=frozenset({("users", "email"), ("report_readers", "email")}),
)
