"""What is kept about one person, handed out and deleted as the law gives them the right to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.suppression import SuppressionReason, erased
from services.outreach.store.contacts import Contact
from services.outreach.store.messages import cancel_open
from services.outreach.store.suppressions import Suppression, add_suppressions
from shared import ids
from shared.db import Tx
from shared.policies import not_held

_PARTS = {
    "contacts": "SELECT domain, email, name, role, language, source_url, source_at, found_by, state,"
    " created_by, created_at FROM contacts WHERE workspace_id = $1 AND address_key = $2",
    "suppressions": "SELECT value, reason, note, created_by, created_at, lifted_at, lifted_by,"
    " lifted_because FROM suppressions WHERE workspace_id = $1 AND kind = 'email' AND value = $2",
    "messages": "SELECT to_email, to_name, subject, text, state, created_at, sent_at FROM messages"
    " WHERE workspace_id = $1 AND address_key = $2 ORDER BY message_id",
    "enrollments": "SELECT domain, variables, state, because, intent, created_by_name, created_at,"
    " sent_at FROM enrollments WHERE workspace_id = $1 AND address_key = $2 ORDER BY enrollment_id",
    "answers": "SELECT from_email, from_name, subject, text, kind, received_at FROM inbound_messages"
    " WHERE workspace_id = $1 AND (address_key = $2 OR bounced_key = $2) ORDER BY inbound_id",
}


async def export_person(
    tx: Tx, workspace_id: UUID, address_key: str
) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept about whoever has this address."""
    return {
        part: [_plain(row) for row in await tx.fetch(statement, workspace_id, address_key)]
        for part, statement in _PARTS.items()
    }


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    return dict(row)


async def erase_person(
    tx: Tx, workspace_id: UUID, address_key: str, *, actor: str, now: datetime
) -> dict[str, int]:
    """Delete everything about whoever has this address; returns how many rows of what went.

    Nothing open is sent any more. What belongs to a site under a legal hold stays. Of messages and enrollments the rows stay, for the counts, without a word
    of them. Only a salted hash remains, so that the person is never found and written to again.
    """
    subject = erased(address_key, workspace_id)
    because = "The person asked that everything about them be deleted."
    await cancel_open(tx, workspace_id, address_keys=[address_key], because=because)
    counts = {part: await _removed(tx, part, workspace_id, address_key) for part in _REMOVED}
    for part, statement in _BLANKED.items():
        counts[part] = _count(await tx.run(statement, workspace_id, address_key, subject.value))
    kept = Suppression(
        suppression_id=ids.new_id(),
        workspace_id=workspace_id,
        kind=subject.kind,
        value=subject.value,
        reason=SuppressionReason.ERASED,
        created_by=actor,
        created_at=now,
    )
    await add_suppressions(tx, [kept])
    return counts


async def without_erased(tx: Tx, found: Sequence[Contact]) -> list[Contact]:
    """Return contacts without those who asked to be deleted: they are not written down again."""
    hashes = {
        one.contact_id: erased(one.address_key, one.workspace_id).value
        for one in found
        if one.address_key is not None
    }
    rows = await tx.fetch(
        "SELECT value FROM suppressions WHERE kind = 'erased' AND lifted_at IS NULL"
        " AND value = ANY($1::text[])",
        list(hashes.values()),
    )
    gone = {row["value"] for row in rows}
    return [one for one in found if hashes.get(one.contact_id) not in gone]


# Before the answers go: afterwards nobody knows whose words an offer quotes.
_REMOVED = {
    "quotes": "UPDATE offer_turns SET quote = NULL WHERE quote IS NOT NULL AND inbound_id IN ("
    "SELECT inbound_id FROM inbound_messages WHERE workspace_id = $1 AND address_key = $2)",
    "contacts": "DELETE FROM contacts WHERE workspace_id = $1 AND address_key = $2",
    "suppressions": "DELETE FROM suppressions WHERE workspace_id = $1 AND kind = 'email'"
    " AND value = $2",
    "answers": "DELETE FROM inbound_messages WHERE workspace_id = $1"
    f" AND (address_key = $2 OR bounced_key = $2) AND {not_held()}",
}
# One that is being sent meanwhile stays covered by the hash: it is not tried again.
_BLANKED = {
    "messages": "UPDATE messages SET to_email = '', to_name = NULL, address_key = $3, subject = '',"
    " text = '', covered_by = ARRAY[$3], contact_id = NULL, version = version + 1"
    f" WHERE workspace_id = $1 AND address_key = $2 AND {not_held()}",
    "enrollments": "UPDATE enrollments SET address_key = $3, variables = '{}', because = NULL,"
    " state = CASE WHEN state IN ('active', 'paused') THEN 'cancelled' ELSE state END,"
    " next_at = NULL, version = version + 1 WHERE workspace_id = $1 AND address_key = $2"
    f" AND {not_held()}",
}


async def _removed(tx: Tx, part: str, workspace_id: UUID, address_key: str) -> int:
    return _count(await tx.run(_REMOVED[part], workspace_id, address_key))


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
