"""What must hold after any number of deaths (I1-I3 of the bus notes), asked of the databases."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson

from services.profile.domain.lifecycle import LinkState, transition
from services.profile.domain.link import sight_of
from services.profile.store import links
from shared.db import Database
from tests.fault.load import checks


@dataclass(frozen=True, slots=True)
class Entry:
    event_id: UUID
    link_id: UUID
    check_seq: int


def read(ledger: Path) -> list[Entry]:
    """Return what was committed."""
    lines = (line.split() for line in ledger.read_text(encoding="ascii").splitlines())
    return [Entry(UUID(event), UUID(link), int(seq)) for event, link, seq in lines]


async def count_handled(profile: Database) -> int:
    async with profile.begin() as tx:
        return int(await tx.fetch_value("SELECT count(*) FROM observations"))


async def is_quiet(service: Database) -> bool:
    """Say whether a service has published everything."""
    async with service.begin() as tx:
        return not await tx.fetch_value("SELECT EXISTS (SELECT 1 FROM outbox)")


async def has_heard_all(profile: Database, gateway: Database) -> bool:
    """Say whether the gateway knows as many changes as profile wrote."""
    async with profile.begin() as tx:
        written = await tx.fetch_value("SELECT count(*) FROM changes")
    async with gateway.begin() as tx:
        heard = await tx.fetch_value("SELECT count(*) FROM event_log WHERE name = 'link.changed'")
    return bool(heard >= written)


async def nothing_lost_or_doubled(profile: Database, entries: list[Entry]) -> None:
    """I1: every committed look is in the history exactly once, and none was parked."""
    async with profile.begin() as tx:
        rows = await tx.fetch(
            "SELECT link_id, check_seq, count(*) AS n FROM observations GROUP BY 1, 2"
        )
        parked = await tx.fetch("SELECT name, reason FROM dead_letters")
    seen = {(row["link_id"], row["check_seq"]): row["n"] for row in rows}
    assert not parked
    assert seen == {(entry.link_id, entry.check_seq): 1 for entry in entries}


async def final_states_right(
    profile: Database, entries: list[Entry], *, seed: int, begun: datetime
) -> None:
    """I2: every link ends as if all its looks had come once and in order."""
    async with profile.begin() as tx:
        held = await links.lock_links(tx, {entry.link_id for entry in entries})
        ids = [
            row["link_id"] for row in await tx.fetch("SELECT link_id FROM links ORDER BY link_id")
        ]
    model: dict[UUID, LinkState] = {}
    for event in checks(ids, len(entries), seed=seed, begun=begun):
        before = model.get(event.link_id, LinkState())
        target_key = held[event.link_id].target_key
        model[event.link_id], _ = transition(before, sight_of(event, target_key).look)
    assert {link_id: link.state for link_id, link in held.items()} == model


async def changes_told_once(profile: Database, gateway: Database) -> None:
    """I3: each row of the history went out as one `link.changed`, and none went out twice."""
    async with profile.begin() as tx:
        written = [row["change_id"] for row in await tx.fetch("SELECT change_id FROM changes")]
    async with gateway.begin() as tx:
        rows = await tx.fetch("SELECT body FROM event_log WHERE name = 'link.changed'")
    told = [UUID(orjson.loads(row["body"])["data"]["change_id"]) for row in rows]
    assert written
    assert sorted(told) == sorted(written)
