"""What tables a service has, asked of the database itself, so that a new one is never forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.db import Tx

_OURS = frozenset({"alembic_version"})

_TABLES = """
SELECT c.relname AS name, c.relkind = 'p' AS is_divided, (
    SELECT coalesce(array_agg(p.relname::text ORDER BY p.relname), '{}')
    FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid WHERE i.inhparent = c.oid
) AS parts
FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition ORDER BY c.relname
"""
_COLUMNS = """
SELECT c.relname AS of, a.attname AS name, format_type(a.atttypid, NULL) AS kind,
    a.attgenerated <> '' AS is_computed, coalesce(a.attnum = ANY(k.conkey), false) AS is_key
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
WHERE c.relnamespace = $1::text::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""
_TIES = """
SELECT c.relname AS of, p.relname AS parent,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) AS own,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = p.oid AND a.attnum = k.confkey[1]) AS its
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
WHERE k.contype = 'f' AND c.relnamespace = $1::text::regnamespace
    AND cardinality(k.conkey) = 1 AND NOT c.relispartition
"""


@dataclass(frozen=True, slots=True)
class Tie:
    """Rows of `table` belong to those of `parent` whose `its` is their `own`."""

    table: str
    own: str
    parent: str
    its: str


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: str
    is_computed: bool
    is_key: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table: its columns, and the parts that hold its rows (itself, where it is not divided)."""

    name: str
    columns: Mapping[str, Column]
    parts: Sequence[str]
    ties: Sequence[Tie] = ()


Catalogue = Mapping[str, TableShape]


async def read(tx: Tx, more: Iterable[Tie] = ()) -> Catalogue:
    """Return all tables of the service; `more` are ties that the database does not know of."""
    columns: dict[str, dict[str, Column]] = {}
    for row in await tx.fetch(_COLUMNS, tx.schema):
        column = Column(row["name"], row["kind"], row["is_computed"], row["is_key"])
        columns.setdefault(row["of"], {})[column.name] = column
    ties: dict[str, list[Tie]] = {}
    for row in await tx.fetch(_TIES, tx.schema):
        tie = Tie(row["of"], row["own"], row["parent"], row["its"])
        ties.setdefault(tie.table, []).append(tie)
    for tie in more:
        ties.setdefault(tie.table, []).append(tie)
    return {
        row["name"]: TableShape(
            name=row["name"],
            columns=columns[row["name"]],
            parts=tuple(row["parts"]) if row["is_divided"] else (row["name"],),
            ties=tuple(ties.get(row["name"], ())),
        )
        for row in await tx.fetch(_TABLES, tx.schema)
        if row["name"] not in _OURS
    }


def belonging(catalogue: Catalogue, column: str, *, via: Iterable[Tie] = ()) -> dict[str, str]:
    """Return the tables whose rows belong to something, each with the condition on its alias `t`.

    `$1` is the id that `column` holds; rows without that column belong as their parents do. Children
    come before their parents, so that rows can be deleted in this order.
    """
    shapes = dict(catalogue)
    for tie in via:
        if tie.table in shapes and column not in shapes[tie.table].columns:
            shapes[tie.table] = replace(shapes[tie.table], ties=(*shapes[tie.table].ties, tie))
    found: dict[str, str] = {}
    for name in _children_first(shapes):
        condition = _condition(shapes, name, column, "t", frozenset())
        if condition is not None:
            found[name] = condition
    return found


def _condition(
    shapes: Mapping[str, TableShape], name: str, column: str, alias: str, seen: frozenset[str]
) -> str | None:
    shape = shapes[name]
    if column in shape.columns:
        return f"{alias}.{column} = $1"
    ways = []
    for tie in shape.ties:
        if tie.parent == name or tie.parent in seen or tie.parent not in shapes:
            continue
        inner = f"{alias}p"
        of_parent = _condition(shapes, tie.parent, column, inner, seen | {name})
        if of_parent is not None:
            ways.append(
                f"{alias}.{tie.own} IN (SELECT {inner}.{tie.its} FROM {tie.parent} {inner}"
                f" WHERE {of_parent})"
            )
    return f"({' OR '.join(ways)})" if ways else None


def _children_first(shapes: Mapping[str, TableShape]) -> list[str]:
    children: dict[str, set[str]] = {name: set() for name in shapes}
    for shape in shapes.values():
        for tie in shape.ties:
            if tie.parent in children and tie.parent != shape.name:
                children[tie.parent].add(shape.name)
    done: list[str] = []

    def visit(name: str, path: frozenset[str]) -> None:
        if name in done or name in path:
            return
        for child in sorted(children[name]):
            visit(child, path | {name})
        done.append(name)

    for name in sorted(shapes):
        visit(name, frozenset())
    return done


# ---- walking ----------------------------------------------------------------------------------------

BLOCKS = 500
"""Blocks (of 8 kB) of a table that one step looks through: bounded whatever the table has for indexes."""


async def count_blocks(tx: Tx, part: str) -> int:
    """Return how many blocks a table or a part of one has now."""
    size = await tx.fetch_value(
        "SELECT pg_relation_size(format('%I.%I', $1::text, $2::text)::regclass)"
        " / current_setting('block_size')::bigint",
        tx.schema,
        part,
    )
    return int(size)


def within(first: int, alias: str = "t") -> str:
    """Return the condition on rows that lie in the blocks of one step, from `first` on."""
    return f"{alias}.ctid >= '({first},0)'::tid AND {alias}.ctid < '({first + BLOCKS},0)'::tid"
