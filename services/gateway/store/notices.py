"""What channels are told of alerts: added with the event, claimed when due, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from services.gateway.domain.attempts import Attempt
from services.gateway.domain.channels import REST_OF_CHATS_S, REST_OF_MAIL_S, Kind
from services.gateway.domain.notices import Draft, Notice, NoticeState, Parcel, Reader
from shared.db import Tx
from shared.ids import new_id
from shared.policies import not_held
from shared.vocabulary import AlertSeverity, Role

Row = Mapping[str, Any]
CHANNEL = "gateway_notices"
KEPT = timedelta(days=30)
MAX_TOLD = 500
"""Notices that one message counts; what is due beyond that comes with the next."""
_LEASE = timedelta(seconds=60)

_ADD = """
INSERT INTO notices (notice_id, channel_id, user_id, event_id, alert_id, site_id, severity, is_over,
    title, sentences, path, has_links, can_act, deliver_at, next_at)
SELECT notice_id, channel_id, user_id, event_id, alert_id, site_id, severity, is_over,
    title, string_to_array(sentences, E'\\n'), path, has_links, can_act, deliver_at, deliver_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[],
    $8::boolean[], $9::text[], $10::text[], $11::text[], $12::boolean[], $13::boolean[],
    $14::timestamptz[])
    AS u(notice_id, channel_id, user_id, event_id, alert_id, site_id, severity, is_over,
        title, sentences, path, has_links, can_act, deliver_at)
ON CONFLICT (channel_id, event_id, user_id) DO NOTHING
"""
_RESTED_AT = (
    f"c.delivered_at + make_interval(secs => CASE c.kind WHEN '{Kind.EMAIL}'"
    f" THEN {REST_OF_MAIL_S} ELSE {REST_OF_CHATS_S} END)"
)
# A receiver gets one message at a time, and its channel a rest after it; while a message that failed waits,
# what comes up waits with it. An attempt counts as it begins: one that its process does not survive
# must not be made for ever.
_CLAIM = f"""
WITH receivers AS (
    SELECT c.channel_id, due.user_id FROM channels c CROSS JOIN LATERAL (
        SELECT DISTINCT user_id FROM notices n WHERE n.channel_id = c.channel_id
            AND n.state = 'waiting' AND n.next_at <= $1
    ) AS due
    WHERE c.switched_off_at IS NULL AND coalesce({_RESTED_AT} <= $1, true)
        AND NOT EXISTS (SELECT FROM notices n WHERE n.channel_id = c.channel_id
            AND n.user_id IS NOT DISTINCT FROM due.user_id AND n.state = 'waiting'
            AND (n.leased_until > $1 OR (n.attempts > 0 AND n.next_at > $1)))
    LIMIT $2
), due AS (
    SELECT n.notice_id FROM receivers r CROSS JOIN LATERAL (
        SELECT notice_id FROM notices n WHERE n.channel_id = r.channel_id
            AND n.user_id IS NOT DISTINCT FROM r.user_id AND n.state = 'waiting'
            AND n.next_at <= $1 AND (n.leased_until IS NULL OR n.leased_until <= $1)
        ORDER BY n.next_at, n.notice_id LIMIT {MAX_TOLD} FOR UPDATE SKIP LOCKED
    ) AS n
), taken AS (
    UPDATE notices n SET leased_until = $3, attempts = attempts + 1 FROM due
    WHERE n.notice_id = due.notice_id
    RETURNING n.notice_id, n.alert_id, n.channel_id, n.user_id, n.site_id, n.severity, n.is_over,
        n.title, n.sentences, n.path, n.has_links, n.can_act, n.attempts
)
SELECT taken.*, c.kind, c.chat, c.secret, c.workspace_id, c.app_secret IS NOT NULL AS has_buttons,
    taken.user_id = ANY(c.user_ids) AS is_reader
FROM taken JOIN channels c USING (channel_id) ORDER BY channel_id, user_id, notice_id
"""
_READERS = """
SELECT user_id, workspace_id, email, workspace_role,
    (SELECT coalesce(array_agg(site_id ORDER BY site_id), '{}') FROM grants
        WHERE actor_id = user_id) AS sites,
    (SELECT coalesce(array_agg(role ORDER BY site_id), '{}') FROM grants
        WHERE actor_id = user_id) AS roles
FROM users WHERE user_id = ANY($1::uuid[]) AND disabled_at IS NULL
"""
_NEXT_DUE = f"""
SELECT min(due) FROM (
    SELECT greatest(min(n.next_at), max(n.leased_until), max(n.next_at) FILTER (WHERE n.attempts > 0),
        max({_RESTED_AT})) AS due
    FROM notices n JOIN channels c USING (channel_id)
    WHERE n.state = 'waiting' AND c.switched_off_at IS NULL GROUP BY n.channel_id, n.user_id
) AS receivers
"""
# Whoever's lease has ended writes nothing: somebody else has the notices by now.
_SETTLE = """
UPDATE notices n SET state = u.state, next_at = coalesce(u.next_at, n.next_at), leased_until = NULL,
    last_at = $4, last_status = $5, last_ms = $6, sentence = $7
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS u(notice_id, state, next_at)
WHERE n.notice_id = u.notice_id AND n.leased_until = $8
"""


async def add_notices(tx: Tx, drafts: Sequence[Draft]) -> int:
    """Add what channels are to be told; returns how many channels were named that are not there."""
    known = await _known_channels(tx, {one for draft in drafts for one in draft.channel_ids})
    rows: list[tuple[object, ...]] = []
    unknown = 0
    for draft in drafts:
        for channel_id in draft.channel_ids:
            found = known.get((draft.workspace_id, channel_id))
            unknown += found is None
            rows += [_row(draft, channel_id, user_id) for user_id in found or ()]
    if rows:
        await tx.run(_ADD, *map(list, zip(*rows, strict=True)))
        await wake(tx)
    return unknown


async def _known_channels(
    tx: Tx, ids: Iterable[UUID]
) -> Mapping[tuple[UUID, UUID], Sequence[UUID | None]]:
    """Return, by workspace and channel, who is told; kept from being removed until this commits."""
    rows = await tx.fetch(
        "SELECT workspace_id, channel_id, kind, user_ids FROM channels"
        " WHERE channel_id = ANY($1::uuid[]) ORDER BY channel_id FOR KEY SHARE",
        list(ids),
    )
    return {
        (row["workspace_id"], row["channel_id"]): row["user_ids"]
        if row["kind"] == Kind.EMAIL
        else (None,)
        for row in rows
    }


def _row(draft: Draft, channel_id: UUID, user_id: UUID | None) -> tuple[object, ...]:
    return (
        *(new_id(), channel_id, user_id, draft.event_id, draft.alert_id, draft.site_id),
        *(draft.severity, draft.is_over, draft.title, "\n".join(draft.sentences), draft.path),
        *(draft.has_links, draft.can_act, draft.deliver_at),
    )


async def wake(tx: Tx) -> None:
    await tx.run(f"NOTIFY {CHANNEL}")


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[Parcel]:
    """Take all that is due, by receiver."""
    leased_until = now + _LEASE
    rows = await tx.fetch(_CLAIM, now, limit, leased_until)
    people = {row["user_id"] for row in rows if row["is_reader"]}
    readers = await _readers(tx, people)
    groups = groupby(rows, key=lambda row: (row["channel_id"], row["user_id"]))
    return [_parcel(list(group), readers, leased_until) for _, group in groups]


async def _readers(tx: Tx, user_ids: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], Reader]:
    """Return who may read anything at all, by workspace and user."""
    rows = await tx.fetch(_READERS, list(user_ids))
    return {
        (row["workspace_id"], row["user_id"]): Reader(
            row["user_id"],
            row["email"],
            None if row["workspace_role"] is None else Role(row["workspace_role"]),
            dict(zip(row["sites"], map(Role, row["roles"]), strict=True)),
        )
        for row in rows
    }


def _parcel(
    rows: Sequence[Any], readers: Mapping[tuple[UUID, UUID], Reader], leased_until: datetime
) -> Parcel:
    first = rows[0]
    is_reader = first["is_reader"]
    return Parcel(
        channel_id=first["channel_id"],
        kind=Kind(first["kind"]),
        chat=first["chat"],
        sealed=first["secret"],
        user_id=first["user_id"],
        reader=readers.get((first["workspace_id"], first["user_id"])) if is_reader else None,
        leased_until=leased_until,
        notices=tuple(map(_notice, rows)),
        has_buttons=first["has_buttons"],
    )


def _notice(row: Any) -> Notice:
    return Notice(
        row["notice_id"],
        row["alert_id"],
        row["site_id"],
        AlertSeverity(row["severity"]),
        row["is_over"],
        row["title"],
        tuple(row["sentences"]),
        row["path"],
        row["attempts"],
        row["has_links"],
        row["can_act"],
    )


async def next_due(tx: Tx) -> datetime | None:
    """Return when the next message is due that is not on its way."""
    found: datetime | None = await tx.fetch_value(_NEXT_DUE)
    return found


async def settle(
    tx: Tx,
    parcel: Parcel,
    attempt: Attempt,
    outcomes: Mapping[UUID, tuple[NoticeState, datetime | None]],
    *,
    now: datetime,
) -> None:
    """Write down what became of notices, and when they are sent again."""
    states = [state for state, _ in outcomes.values()]
    times = [at for _, at in outcomes.values()]
    await tx.run(
        _SETTLE,
        *(list(outcomes), states, times, now),
        *(attempt.status, attempt.elapsed_ms, attempt.sentence, parcel.leased_until),
    )


async def list_notices(
    tx: Tx, channel_id: UUID, *, state: NoticeState | None, before: UUID | None, limit: int
) -> list[Any]:
    """Return notices, the newest first (their ids are in time order)."""
    return await tx.fetch(
        "SELECT notice_id, alert_id, title, is_over, u.email, state, attempts, deliver_at, next_at,"
        " last_at, last_status, last_ms, sentence, n.created_at FROM notices n LEFT JOIN users u"
        " USING (user_id) WHERE channel_id = $1 AND ($2::text IS NULL OR state = $2)"
        " AND ($3::uuid IS NULL OR notice_id < $3) ORDER BY notice_id DESC LIMIT $4",
        *(channel_id, state, before, limit),
    )


async def find_told(tx: Tx, notice_id: UUID) -> Row | None:
    """Return what a chat was told, with its channel; of a workspace whose work it is to ask."""
    rows = await tx.fetch(
        "SELECT n.notice_id, n.channel_id, n.alert_id, n.site_id, n.title, n.path, n.has_links,"
        " c.workspace_id, c.name AS channel_name, c.kind, c.chat, c.secret, c.app_secret,"
        " c.anyone_may_act, c.switched_off_at FROM notices n JOIN channels c USING (channel_id)"
        " WHERE n.notice_id = $1 AND n.user_id IS NULL AND n.can_act",
        notice_id,
    )
    return dict(rows[0]) if rows else None


async def remove_reminders(tx: Tx, alert_ids: Sequence[UUID]) -> None:
    """Remind nobody any more of alerts that are over or taken care of."""
    await tx.run(
        "DELETE FROM notices WHERE state = 'waiting' AND is_reminder"
        " AND alert_id = ANY($1::uuid[])",
        list(alert_ids),
    )


async def remove_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget notices whatever became of them; returns how many."""
    done = await tx.run(
        "DELETE FROM notices WHERE ctid = ANY(ARRAY(SELECT ctid FROM notices"
        f" WHERE created_at < $1 AND {not_held()} LIMIT $2))",
        *(before, limit),
    )
    return int(done.rpartition(" ")[2])


async def remove_of_sites(tx: Tx, site_ids: Sequence[UUID]) -> None:
    """Forget what was still to be told of sites that are gone."""
    await tx.run(
        "DELETE FROM notices WHERE state = 'waiting' AND site_id = ANY($1::uuid[])", list(site_ids)
    )
