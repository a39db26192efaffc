"""Copies of what other services own: sent once more, and compared with what they are copies of.

Each copy has one owner. The owner sends whole snapshots to the one service that wants them, past all
others, so that nobody else hears the same thing twice; whoever gets them upserts by its version guard.
Both sides then say how many rows each site has and one hash over all of them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prometheus_client import Counter

from shared import clock, jobs, outbox
from shared.bus.topology import bulk_queue, events_queue
from shared.copy_list import copies_of
from shared.db import Database, Tx
from shared.events import CopiesSent, CopiesWanted, Event
from shared.job_runner import JobRun
from shared.outbox import Again

SENT = Counter(
    "anchorwatch_copies_sent_total",
    "Rows sent again to a service that keeps a copy of them, by owner, receiver and copy.",
    ["owner", "service", "copy"],
)
KIND = "send_copies"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A page of what is sent again, and where the next begins (None: this was the last)."""

    events: Sequence[Event]
    after: UUID | None


Page = Callable[[Tx, UUID, UUID | None, UUID | None, int], Awaitable[Snapshots]]
"""(tx, workspace, site or None, after, limit) -> the next snapshots."""
START = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What a service owns of copies, and what it has of others'; statements give site, count, hash.

    $1 is the workspace, $2 the site or null. Both sides of a copy hash the same texts.
    """

    pages: Mapping[str, Page]
    owned: Mapping[tuple[str, str], str]
    held: Mapping[str, str]


async def on_copies_wanted(events: Sequence[CopiesWanted], tx: Tx) -> None:
    """Queue the sending of what this service owns, for each workspace that it is about."""
    for event in events:
        names = [
            one.name
            for one in copies_of(event.service)
            if one.owner == tx.schema and one.name in event.copies
        ]
        if not names:
            continue
        payload = {
            "service": event.service,
            "copies": names,
            "rebuild_id": None if event.rebuild_id is None else str(event.rebuild_id),
            "site_id": None if event.site_id is None else str(event.site_id),
        }
        for workspace_id in await _workspaces(tx, event):
            await jobs.add_job(tx, kind=KIND, workspace_id=workspace_id, payload=payload)


async def _workspaces(tx: Tx, event: CopiesWanted) -> list[UUID]:
    if event.workspace_id is not None:
        return [event.workspace_id]
    table = "retention" if tx.schema == "gateway" else "sites"
    rows = await tx.fetch(
        f"SELECT DISTINCT workspace_id FROM {table} WHERE workspace_id IS NOT NULL ORDER BY 1"
    )
    return [row["workspace_id"] for row in rows]


class Sender:
    """Performs jobs of kind `send_copies`: a page of snapshots in each step."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages

    async def __call__(self, run: JobRun) -> None:
        for name in map(str, run.job.payload["copies"]):
            while name not in run.job.cursor.get("done", ()):
                await self._step(run, name)

    async def _step(self, run: JobRun, name: str) -> None:
        given, at = run.job.payload, run.job.cursor
        service, site = str(given["service"]), given.get("site_id")
        async with run.step() as step:
            page = await self._pages[name](
                step.tx,
                run.job.workspace_id,
                None if site is None else UUID(str(site)),
                UUID(str(at["after"])) if at.get("after") else None,
                BATCH,
            )
            await send_to(step.tx, service, page.events)
            step.done += len(page.events)
            step.accepted += len(page.events)
            sent = int(at.get("sent", 0)) + len(page.events)
            done = list(at.get("done", ()))
            if page.after is None:
                done.append(name)
                await _tell(step.tx, run, name, sent)
                sent = 0
            after = None if page.after is None else str(page.after)
            step.cursor = {"done": done, "after": after, "sent": sent}
        SENT.labels(step.tx.schema, service, name).inc(len(page.events))


async def _tell(tx: Tx, run: JobRun, name: str, sent: int) -> None:
    rebuild_id = run.job.payload.get("rebuild_id")
    if rebuild_id is None:
        return
    event = CopiesSent(
        workspace_id=run.job.workspace_id,
        rebuild_id=UUID(str(rebuild_id)),
        service=str(run.job.payload["service"]),
        copy_name=name,
        sent=sent,
    )
    await outbox.add(tx, [event])


async def send_to(tx: Tx, service: str, events: Sequence[Event]) -> None:
    """Send events to the queue of one service, and to nobody else who listens to their kind."""
    await outbox.add_again(
        tx,
        [
            Again(
                event.event_id,
                event.name,
                event.encode(),
                bulk_queue(service) if event.packed else events_queue(service),
                0,
            )
            for event in events
        ],
    )


async def ask_for_grown(db: Database) -> tuple[str, ...]:
    """Ask for the copies of which the code knows more than was last sent; returns which.

    So what a migration added to a copy is filled in without anybody saving each site once.
    """
    service = db.schema
    async with db.begin() as tx:
        await tx.run("SELECT pg_advisory_xact_lock(hashtext('copies'), hashtext($1))", service)
        rows = await tx.fetch("SELECT copy, version_no FROM copies")
        known = {row["copy"]: row["version_no"] for row in rows}
        grown = [
            one
            for one in copies_of(service)
            if one.by_itself and known.get(one.name, 0) < one.version
        ]
        if not grown:
            return ()
        names = tuple(one.name for one in grown)
        await outbox.add(tx, [CopiesWanted(service=service, copies=names)])
        for one in grown:
            await tx.run(
                "INSERT INTO copies (copy, version_no, asked_at) VALUES ($1, $2, $3)"
                " ON CONFLICT (copy) DO UPDATE SET version_no = excluded.version_no,"
                " asked_at = excluded.asked_at",
                *(one.name, one.version, clock.now()),
            )
    return names


# ---- comparing --------------------------------------------------------------------------------------


async def read_faces(
    tx: Tx, mirror: Mirror, workspace_id: UUID, site_id: UUID | None
) -> list[dict[str, Any]]:
    """Return what this service's side of every copy looks like: count and hash of each site."""
    faces: list[dict[str, Any]] = []
    for (service, name), sql in mirror.owned.items():
        faces.append(await _face(tx, sql, workspace_id, site_id, service, name, owner=True))
    for name, sql in mirror.held.items():
        faces.append(await _face(tx, sql, workspace_id, site_id, tx.schema, name, owner=False))
    return faces


async def _face(
    tx: Tx,
    sql: str,
    workspace_id: UUID,
    site_id: UUID | None,
    service: str,
    name: str,
    *,
    owner: bool,
) -> dict[str, Any]:
    rows = await tx.fetch(sql, workspace_id, site_id)
    return {
        "service": service,
        "copy": name,
        "is_owner": owner,
        "sites": {
            str(row["site_id"]): [int(row["rows"]), int(row["hash"])] for row in rows if row["rows"]
        },
    }


def face_of(table: str, text: str, *, where: str, site: str = "site_id") -> str:
    """Return the statement that counts and hashes rows by site, whatever order they are in."""
    return (
        f"SELECT {site} AS site_id, count(*) AS rows,"
        f" coalesce(bit_xor(hashtextextended({text}, 0)), 0) AS hash"
        f" FROM {table} WHERE {where} AND ($2::uuid IS NULL OR {site} = $2) GROUP BY {site}"
    )
