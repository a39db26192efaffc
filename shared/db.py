"""One database of one service: the engine, and the transaction that every handler and store is given."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction
from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# What BEGIN meets on a connection that the server ended, or is just ending.
_ENDED = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    OSError,
)

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Tx:
    """An open transaction. Whoever opened it commits it; everybody else only uses it.

    `execute` takes SQLAlchemy Core statements. `fetch`, `fetch_value` and `run` go straight to
    asyncpg with `$1` placeholders, for the measured hot paths: both see the same transaction.
    The search path is the service's schema.

    In raw statements json and jsonb are given as text (`str`). Read plainly they are values already
    and are never parsed again; whoever wants the text, to pass it on or to parse it later, reads
    `column::text` and gets a `str`. SQLAlchemy's codecs, which do this, sit on every connection.
    """

    __slots__ = ("_connection", "_raw", "schema")

    def __init__(
        self, connection: AsyncConnection, raw: "asyncpg.Connection[Any]", *, schema: str
    ) -> None:
        self._connection = connection
        self._raw = raw
        self.schema = schema

    async def execute(
        self, statement: Executable, parameters: Parameters | None = None
    ) -> CursorResult[Any]:
        return await self._connection.execute(statement, parameters)

    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self._raw.fetch(sql, *args)
        return rows

    async def fetch_value(self, sql: str, *args: object) -> Any:
        return await self._raw.fetchval(sql, *args)

    async def run(self, sql: str, *args: object) -> str:
        """Run a statement without rows; returns the command tag, for example `UPDATE 3`."""
        tag: str = await self._raw.execute(sql, *args)
        return tag

    async def copy(
        self, table: str, records: Sequence[tuple[object, ...]], columns: Sequence[str]
    ) -> None:
        """Write many rows at once (COPY): the way in for hundreds of thousands of rows."""
        await self._raw.copy_records_to_table(table, records=records, columns=list(columns))

    async def copy_encoded(self, table: str, body: Iterable[bytes], columns: Sequence[str]) -> None:
        """Write rows that `shared.copying` encoded."""
        await self._raw.copy_to_table(
            table, source=_one_by_one(body), columns=list(columns), format="binary"
        )

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what happens inside when it raises."""
        async with self._raw.transaction():
            yield


async def _one_by_one(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


class Database:
    """The connections of one service to its own schema."""

    def __init__(self, url: str, *, schema: str, pool_size: int = 10) -> None:
        """Prepare the engine; nothing is connected yet.

        `url` is a SQLAlchemy URL (`postgresql+asyncpg://user@/name?host=/run/dir` or with a host).
        """
        self.url = url
        self.schema = schema
        self._pool_size = pool_size
        self._engine = new_engine(url, schema=schema, pool_size=pool_size)

    @asynccontextmanager
    async def begin(self, *, snapshot: bool = False) -> AsyncIterator[Tx]:
        """Open a transaction; leaving the block commits it, an error rolls it back.

        With `snapshot` it only reads, and all its statements see the database of one moment.
        """
        async with self._engine.connect() as connection:
            raw, transaction = await self._start(connection, snapshot=snapshot)
            try:
                yield Tx(connection, raw, schema=self.schema)
            except BaseException:
                await _roll_back(connection, raw, transaction)
                raise
            else:
                await transaction.commit()
            finally:
                # Who was cancelled in the middle of ROLLBACK leaves it open, or ended the
                # connection: the next to get it could begin nothing on it.
                if raw.is_closed() or raw.is_in_transaction():
                    await connection.invalidate()

    async def _start(
        self, connection: AsyncConnection, *, snapshot: bool
    ) -> tuple["asyncpg.Connection[Any]", Transaction]:
        """Begin, on another connection if the server is just ending this one: nothing ran yet."""
        left = self._pool_size
        while True:
            raw = await raw_connection(connection)
            transaction = (
                raw.transaction(isolation="repeatable_read", readonly=True)
                if snapshot
                else raw.transaction()
            )
            try:
                await transaction.start()
            except BaseException as error:
                await connection.invalidate()
                if not (left and isinstance(error, _ENDED)):
                    raise
                left -= 1
            else:
                return raw, transaction

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """Hold one connection outside any transaction: for LISTEN and for advisory locks."""
        async with self._engine.connect() as connection:
            raw = await raw_connection(connection)
            try:
                yield raw
            finally:
                # A session lock or a LISTEN must not ride back into the pool.
                await connection.invalidate()

    async def close(self) -> None:
        await self._engine.dispose()


async def _roll_back(
    connection: AsyncConnection, raw: "asyncpg.Connection[Any]", transaction: Transaction
) -> None:
    """Undo what was done; where the connection is ending, the server does it by itself."""
    try:
        if not raw.is_closed():
            await transaction.rollback()
    except _ENDED:
        await connection.invalidate()


async def raw_connection(connection: AsyncConnection) -> "asyncpg.Connection[Any]":
    """Return the asyncpg connection below a SQLAlchemy connection, an open one.

    The server may have ended those that waited in the pool (a restart, a timeout of the network);
    SQLAlchemy is not told, for it does not run our statements.
    """
    raw: asyncpg.Connection[Any] = (await connection.get_raw_connection()).driver_connection
    while raw.is_closed():  # each turn takes one out of the pool, and a new one is open
        await connection.invalidate()
        raw = (await connection.get_raw_connection()).driver_connection
    return raw


def new_engine(url: str, *, schema: str, pool_size: int = 10) -> AsyncEngine:
    """Return an engine whose connections look into `schema` first.

    The engine is in autocommit mode because `Database.begin` opens the transaction on the driver:
    SQLAlchemy begins one lazily at its own first statement, too late for the raw ones.
    """
    return create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        connect_args={
            "server_settings": {"search_path": schema, "application_name": f"anchorwatch-{schema}"}
        },
    )
