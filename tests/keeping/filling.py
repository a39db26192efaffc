"""A row in every table there is, made from the catalogue alone, so that no new table is left out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared import catalogue
from shared.catalogue import Tie
from shared.db import Tx
from shared.ids import new_id

_COLUMNS = """
SELECT c.relname AS of, a.attname AS name, format_type(a.atttypid, NULL) AS kind,
    a.attnotnull AS needed, a.attgenerated <> '' OR a.attidentity <> '' AS by_itself,
    a.atthasdef AS has_default
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""
_CHECKS = """
SELECT format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, k.conname) AS statement
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND n.nspname = $1 AND k.conislocal
"""
_VALUES: Mapping[str, Any] = {
    "interval": timedelta(days=1),
    "double precision": 0.5,
    "numeric": 1,
    "real": 0.5,
    "boolean": False,
    "timestamp with time zone": datetime(2026, 1, 5, tzinfo=UTC),
    "date": datetime(2026, 1, 5, tzinfo=UTC).date(),
    "time without time zone": datetime(2026, 1, 5, 9, tzinfo=UTC).time(),
    "json": "{}",
    "jsonb": "{}",
    "inet": "192.0.2.1",
    "text[]": [],
    "uuid[]": [],
    "integer[]": [],
}


async def fill(tx: Tx, ids: Mapping[str, UUID], ties: tuple[Tie, ...], mark: int) -> set[str]:
    """Put one row for these ids (workspace_id, site_id) into every table; returns the tables' names.

    What a row must hold to make sense is not asked, in this database of the test's own: a row points at
    its parent's by what both are given.
    """
    for row in await tx.fetch(_CHECKS, tx.schema):
        await tx.run(row["statement"])
    await tx.run("SET LOCAL session_replication_role = replica")
    shapes = await catalogue.read(tx, ties)
    columns: dict[str, list[Any]] = {}
    for row in await tx.fetch(_COLUMNS, tx.schema):
        columns.setdefault(row["of"], []).append(row)
    keys = {name: new_id() for name in shapes}
    filled: set[str] = set()
    for name, shape in shapes.items():
        tied = {tie.own: keys[tie.parent] for tie in shape.ties if tie.parent in keys}
        own = {column: keys[name] for column, one in shape.columns.items() if one.is_key}
        known: dict[tuple[str, str], Any] = {
            (column, "uuid"): value for column, value in {**own, **tied, **ids}.items()
        }
        given = {
            column["name"]: _value(name, column, mark, known)
            for column in columns[name]
            if _is_wanted(column, shape.columns[column["name"]].is_key, known)
        }
        listed = ", ".join(given)
        marks = ", ".join(f"${n}" for n in range(1, len(given) + 1))
        await tx.run(f"INSERT INTO {name} ({listed}) VALUES ({marks})", *given.values())
        filled.add(name)
    await tx.run("SET LOCAL session_replication_role = origin")
    return filled


def _is_wanted(column: Any, is_key: bool, known: Mapping[Any, Any]) -> bool:
    if column["by_itself"]:
        return False
    if (column["name"], column["kind"]) in known:
        return True
    return bool(column["needed"] and (is_key or not column["has_default"]))


def _value(table: str, column: Any, mark: int, known: Mapping[Any, Any]) -> Any:
    name, kind = column["name"], column["kind"]
    made: dict[str, Any] = {
        "uuid": new_id(),
        "bytea": f"{table}{mark}".encode(),
        "text": f"x{mark}",
        "integer": mark,
        "bigint": mark,
    }
    if (name, kind) in known:
        return known[name, kind]
    return {**_VALUES, **made}[kind]


async def count_rows(tx: Tx, column: str, value: UUID) -> dict[str, int]:
    """Return how many rows each table with such a column has for a value, those without any left out."""
    shapes = await catalogue.read(tx)
    counts: dict[str, int] = {}
    for name, shape in shapes.items():
        if column in shape.columns:
            found = await tx.fetch_value(f"SELECT count(*) FROM {name} WHERE {column} = $1", value)
            if found:
                counts[name] = int(found)
    return counts


async def count_all(tx: Tx) -> dict[str, int]:
    """Return how many rows every table has."""
    return {
        name: int(await tx.fetch_value(f"SELECT count(*) FROM {name}"))
        for name in await catalogue.read(tx)
    }
