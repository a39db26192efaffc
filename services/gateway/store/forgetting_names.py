"""Takes the names of somebody who leaves out of what they did from chats: no address finds those."""

from collections.abc import Mapping, Sequence

from shared.db import Tx
from shared.erasing import ERASED, FORMER, Person

_USER = "SELECT user_id, name FROM users WHERE workspace_id = $1 AND email = lower($2)"
# As each provider knows them: who they said they are, and as whom they acted before.
_IDS = """
SELECT kind, person_id, name FROM chat_people WHERE workspace_id = $1 AND user_id = $2
UNION SELECT detail->>'kind', detail->>'chat_person', detail->>'chat_name' FROM audit_log
    WHERE workspace_id = $1 AND actor_id = $2 AND action LIKE 'alert.%' AND detail ? 'chat_person'
"""
_NAMES = "unnest($2::text[], $3::text[]) AS p(kind, person_id)"
_SAID = (
    "coalesce((SELECT replace({said}, n, $5) FROM unnest($4::text[]) AS n"
    " WHERE position(n IN {said}) > 0 ORDER BY length(n) DESC LIMIT 1), {said})"
)
_UNUSED = (
    "($2::text[] IS NULL OR $3::text[] IS NULL OR $4::text[] IS NULL OR $5::text IS NULL OR true)"
)
_LOG = f"""
UPDATE audit_log a SET
    actor = CASE WHEN starts_with(a.actor, (a.detail->>'chat_name') || ' in ')
        THEN $6 || substr(a.actor, 1 + length(a.detail->>'chat_name')) ELSE a.actor END,
    detail = (a.detail - 'chat_person')
        || CASE WHEN a.detail ? 'chat_name' THEN jsonb_build_object('chat_name', $6::text) ELSE '{{}}' END
        || jsonb_build_object('said', {_SAID.format(said="(a.detail->>'said')")})
WHERE a.workspace_id = $1 AND a.action LIKE 'alert.%' AND a.detail ? 'said' AND (a.actor_id = $7
    OR EXISTS (SELECT FROM {_NAMES} WHERE p.kind = a.detail->>'kind'
        AND p.person_id = a.detail->>'chat_person'))
"""
_DEEDS = f"""
UPDATE deeds d SET name = $6, person_id = NULL, said = {_SAID.format(said="d.said")}
FROM channels c WHERE c.channel_id = d.channel_id AND c.workspace_id = $1
    AND (EXISTS (SELECT FROM {_NAMES} WHERE p.kind = c.kind AND p.person_id = d.person_id)
        OR (d.person_id IS NULL AND d.name = ANY($7::text[])))
"""
_CHANNELS = f"""
UPDATE channels c SET called_back_by = $6, called_back_person = NULL
WHERE c.workspace_id = $1 AND {_UNUSED}
    AND (EXISTS (SELECT FROM {_NAMES} WHERE p.kind = c.kind AND p.person_id = c.called_back_person)
        OR (c.called_back_person IS NULL AND c.called_back_by = ANY($7::text[])))
"""


async def forget_names(tx: Tx, person: Person) -> Mapping[str, int]:
    """Write something else where the chats' names of a user stand; returns in how many rows."""
    users = await tx.fetch(_USER, *(person.workspace_id, person.address))
    if not users:
        return {}
    user_id, own = users[0]["user_id"], users[0]["name"]
    known = await tx.fetch(_IDS, *(person.workspace_id, user_id))
    names = sorted({one for one in (own, *(row["name"] for row in known)) if one})
    instead = FORMER if person.is_user else ERASED
    common = (
        person.workspace_id,
        [row["kind"] for row in known],
        [row["person_id"] for row in known],
        [f"by {one}" for one in names],
        f"by {instead}",
        instead,
    )
    return {
        "audit_log": await _count(tx, _LOG, *common, user_id),
        "deeds": await _count(tx, _DEEDS, *common, names),
        "channels": await _count(tx, _CHANNELS, *common, names),
    }


async def _count(tx: Tx, statement: str, *values: object | Sequence[str]) -> int:
    tag = await tx.run(statement, *values)
    return int(tag.rpartition(" ")[2])
