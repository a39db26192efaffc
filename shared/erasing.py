"""Finds everything about a person by their address, in every table there is, and takes it out.

A service first deletes what it keeps about people on purpose (contacts, mail). Then all its texts are
gone through, a bounded number of blocks in each step: wherever the address stands, it is taken out. The
tables and columns are asked of the database, so that a new one cannot be forgotten.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from shared import catalogue, jobs, outbox, removing
from shared.catalogue import Catalogue, Column, TableShape, Tie
from shared.db import Tx
from shared.events import ErasureDone, ErasureRequested
from shared.job_runner import JobRun
from shared.jobs import Step
from shared.policies import find_policy

KIND = "erase_person"
ERASED = "[erased]"
FORMER = "a former user"
MOST_ROWS = 1_000
"""Most places of one table that an export names."""
MOST_TEXT = 2_000
_APART = frozenset({"outbox", "inbox", "copies", "retention"})
_TEXTS = frozenset({"text", "character varying"})
_JSON = frozenset({"json", "jsonb"})


@dataclass(frozen=True, slots=True)
class Person:
    """Whom it is about, in which workspace, and who asked for it."""

    workspace_id: UUID
    address: str
    is_user: bool = False
    asked_by: str = ""


Deletes = Callable[[Tx, Person], Awaitable[Mapping[str, int]]]
"""Deletes what a service keeps about people on purpose; returns how many rows of what."""
Finds = Callable[[Tx, Person], Awaitable[Mapping[str, Sequence[Mapping[str, Any]]]]]
"""Returns what a service keeps about people on purpose, by the name of the part."""
More = Callable[[JobRun, Person], Awaitable[tuple[Mapping[str, int], Mapping[str, int]]]]
"""Goes on in steps of its own where no text can be searched; returns what went and what had to stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What one service keeps about people, and how that is deleted and found."""

    deletes: Deletes | None = None
    finds: Finds | None = None
    more: More | None = None
    bodies: frozenset[tuple[str, str]] = frozenset()
    """Columns of bytes that hold JSON: (table, column)."""
    dropped: frozenset[str] = frozenset({"dead_letters"})
    """Tables of which a row that names the person goes as a whole."""
    known: frozenset[tuple[str, str]] = frozenset()
    """Columns in which an address is what the row is about: `deletes` knows what becomes of them."""
    apart: frozenset[str] = frozenset()
    """Tables that are the workspace's own affair, whoever is named in them."""
    ties: Sequence[Tie] = field(default=())


async def on_erasure_requested(events: Sequence[ErasureRequested], tx: Tx) -> None:
    for event in events:
        if event.workspace_id is not None:
            await queue(tx, event)


async def queue(tx: Tx, event: ErasureRequested) -> None:
    """Queue the work; the address is in its row until it ends, and taken out with the last step."""
    assert event.workspace_id is not None  # noqa: S101 - both callers have looked
    payload = {
        "erasure_id": str(event.erasure_id),
        "address": event.address,
        "is_user": event.is_user,
        "asked_by": event.requested_by,
    }
    await jobs.add_job(tx, kind=KIND, workspace_id=event.workspace_id, payload=payload)


class Eraser:
    """Performs jobs of kind `erase_person`."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def __call__(self, run: JobRun) -> None:
        person = person_of(run)
        if "tables" not in run.job.cursor:
            await self._begin(run, person)
        while await self._sweep(run, person):
            pass
        counts: dict[str, int] = dict(run.job.cursor["counts"])
        kept: dict[str, int] = dict(run.job.cursor["kept"])
        if self._people.more is not None:
            more, stays = await self._people.more(run, person)
            counts |= {name: number for name, number in more.items() if number}
            kept |= {name: number for name, number in stays.items() if number}
        await self._end(run, counts, kept)

    async def _begin(self, run: JobRun, person: Person) -> None:
        async with run.step() as step:
            await step.tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
            gone = await self._people.deletes(step.tx, person) if self._people.deletes else {}
            step.done += sum(gone.values())
            counts = {name: number for name, number in gone.items() if number}
            step.cursor = {"tables": [], "part": 0, "block": 0, "counts": counts, "kept": {}}

    async def _sweep(self, run: JobRun, person: Person) -> bool:
        """Go through the next blocks of one table; says whether there are more."""
        async with run.step() as step:
            found = await catalogue.read(step.tx, self._people.ties)
            plan = sweep_of(found, self._people)
            done = set(run.job.cursor["tables"])
            name = next((one for one in plan if one not in done), None)
            if name is None:
                return False
            await self._clean(run, step, found[name], plan[name], person)
        return True

    async def _clean(
        self, run: JobRun, step: Step, shape: TableShape, place: "Place", person: Person
    ) -> None:
        at, tx = run.job.cursor, step.tx
        number, block = int(at["part"]), int(at["block"])
        tables, counts, kept = list(at["tables"]), dict(at["counts"]), dict(at["kept"])
        if number < len(shape.parts):
            held = list((await find_policy(tx, person.workspace_id)).held_sites)
            within = catalogue.within(block)
            part = shape.parts[number]
            if held and "site_id" in shape.columns:
                stays = await tx.fetch_value(
                    f"SELECT count(*) FROM {part} t WHERE {within} AND t.site_id = ANY($3::uuid[])"
                    f" AND {place.condition} AND ({place.seen()})",
                    *(person.workspace_id, person.address, held, pattern(person.address)),
                )
                kept = _added(kept, shape.name, int(stays))
            await tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
            tag = await tx.run(
                place.takes_out(part, within, drops=shape.name in self._people.dropped),
                *(person.workspace_id, person.address, held, pattern(person.address)),
                *(FORMER if person.is_user else ERASED, run.job.job_id),
            )
            gone = int(tag.rpartition(" ")[2])
            counts = _added(counts, shape.name, gone)
            step.done += gone
            block += catalogue.BLOCKS
            if block >= await catalogue.count_blocks(tx, part):
                number, block = number + 1, 0
        if number >= len(shape.parts):
            tables, number = [*tables, shape.name], 0
        step.cursor = {
            "tables": tables,
            "part": number,
            "block": block,
            "counts": counts,
            "kept": kept,
        }

    async def _end(self, run: JobRun, counts: dict[str, int], kept: dict[str, int]) -> None:
        """Tell what went, and take the address out of the job itself, in the step that ends it."""
        async with run.step(ends=True) as step:
            await step.tx.run(
                "UPDATE jobs SET payload = payload - 'address' - 'asked_by' WHERE job_id = $1",
                run.job.job_id,
            )
            done = ErasureDone(
                workspace_id=run.job.workspace_id,
                erasure_id=UUID(str(run.job.payload["erasure_id"])),
                service=step.tx.schema,
                counts=counts,
                kept=kept,
            )
            await outbox.add(step.tx, [done])


def person_of(run: JobRun) -> Person:
    """Return whom a job is about."""
    given = run.job.payload
    return Person(
        run.job.workspace_id,
        str(given["address"]),
        is_user=bool(given.get("is_user")),
        asked_by=str(given.get("asked_by", "")),
    )


def _added(counts: dict[str, int], name: str, number: int) -> dict[str, int]:
    return counts | {name: counts.get(name, 0) + number} if number else counts


# ---- where texts are --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A table with texts: which rows belong to the workspace, and the columns that are searched.

    In statements $1 is the workspace, $2 the address in small letters, $3 the sites under a hold, $4
    the pattern, $5 what is written instead, and $6 the job that does it.
    """

    table: str
    condition: str
    columns: Sequence[tuple[str, str]]
    """Name and kind, kind `body` for bytes that hold JSON."""
    has_site: bool

    def seen(self) -> str:
        """Return the condition that the address stands in the row."""
        return " OR ".join(
            f"(position($2 in lower({text})) > 0 AND {text} ~* $4)"
            for text in (text_of(*column) for column in self.columns)
        )

    def takes_out(self, part: str, within: str, *, drops: bool) -> str:
        """Return the statement that takes the address out of some blocks of a part of the table."""
        free = " AND (t.site_id = ANY($3::uuid[])) IS NOT TRUE" if self.has_site else ""
        own = " AND t.job_id <> $6" if self.table == "jobs" else ""
        where = f"WHERE {within} AND {self.condition}{free}{own} AND ({self.seen()})"
        unused = "($3::uuid[] IS NULL OR $5::text IS NULL OR $6::uuid IS NULL OR true)"
        unused += " AND ($1::uuid IS NULL OR true)"
        if drops:
            return f"DELETE FROM {part} t {where} AND {unused}"
        sets = ", ".join(f"{name} = {_without(name, kind)}" for name, kind in self.columns)
        return f"UPDATE {part} t SET {sets} {where} AND {unused}"


def text_of(name: str, kind: str) -> str:
    """Return a column as text that can be searched."""
    if kind == "body":
        return f"convert_from(t.{name}, 'UTF8')"
    return f"t.{name}" if kind in _TEXTS else f"t.{name}::text"


def _without(name: str, kind: str) -> str:
    def replaced(text: str) -> str:
        return f"regexp_replace({text}, $4, $5, 'gi')"

    if kind == "text[]":
        return f"ARRAY(SELECT {replaced('x')} FROM unnest(t.{name}) WITH ORDINALITY u(x, n) ORDER BY n)"
    if kind in _JSON:
        return f"{replaced(text_of(name, kind))}::{kind}"
    if kind == "body":
        return f"convert_to({replaced(text_of(name, kind))}, 'UTF8')"
    return replaced(f"t.{name}")


def pattern(address: str) -> str:
    """Return a regular expression of PostgreSQL for this address and not for a longer one."""
    escaped = re.sub(r"([^\w@])", r"\\\1", address)
    return rf"(?<![[:alnum:]._%+-]){escaped}(?![[:alnum:]-])(?!\.[[:alnum:]])"


def sweep_of(found: Catalogue, people: People) -> dict[str, Place]:
    """Return all tables with texts. One that belongs to no workspace is searched as a whole."""
    of_workspace = removing.plan_of(found, "workspace_id")
    places: dict[str, Place] = {}
    for name, shape in found.items():
        columns = [
            (column.name, kind)
            for column in shape.columns.values()
            if (kind := _kind(shape, column, people)) is not None
        ]
        if columns and name not in _APART | people.apart:
            condition = of_workspace.get(name, "true")
            places[name] = Place(name, condition, columns, "site_id" in shape.columns)
    return places


def _kind(shape: TableShape, column: Column, people: People) -> str | None:
    if column.is_key or column.is_computed or (shape.name, column.name) in people.known:
        return None
    if (shape.name, column.name) in people.bodies:
        return "body"
    if shape.name in people.dropped and column.kind == "bytea":
        return None
    is_text = column.kind in _TEXTS or column.kind in _JSON or column.kind == "text[]"
    return column.kind if is_text else None


async def find(
    tx: Tx, person: Person, people: People, *, counts_only: bool
) -> dict[str, list[dict[str, Any]]]:
    """Return where the person's address stands, by table: what stands there, or only that it does."""
    found = await catalogue.read(tx, people.ties)
    places: dict[str, list[dict[str, Any]]] = {}
    for name, place in sweep_of(found, people).items():
        shown = "NULL" if counts_only else _shown(place)
        rows = await tx.fetch(
            f"SELECT {shown} AS texts FROM {name} t WHERE {place.condition}"
            " AND ($1::uuid IS NULL OR $3::uuid[] IS NULL OR true)"
            f" AND ({place.seen()}) LIMIT {MOST_ROWS + 1}",
            *(person.workspace_id, person.address, [], pattern(person.address)),
        )
        if rows:
            places[name] = [{} if counts_only else _texts(row["texts"]) for row in rows]
    return places


def _shown(place: Place) -> str:
    pairs = ", ".join(
        f"'{name}', CASE WHEN {text_of(name, kind)} ~* $4"
        f" THEN left({text_of(name, kind)}, {MOST_TEXT}) END"
        for name, kind in place.columns
    )
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))::text"


def _texts(text: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(text)
    return found


async def find_known(tx: Tx, person: Person, people: People) -> dict[str, list[dict[str, Any]]]:
    """Return what is kept about the person on purpose."""
    if people.finds is None:
        return {}
    parts = await people.finds(tx, person)
    return {name: [dict(row) for row in rows] for name, rows in parts.items() if rows}
