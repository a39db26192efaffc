"""Fixtures of the bus tests: services with nothing but the house tables, and a private RabbitMQ."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateSchema

from shared.db import Database, new_engine
from shared.house import add_house_tables
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from tests.conftest import run_sql
from tests.rabbit import URL_VARIABLE, RabbitNode, running_node

HouseFor = Callable[[str], Awaitable[Database]]


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name}")
    yield postgres.url(name)
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def house_for(empty_database_url: str) -> AsyncIterator[HouseFor]:
    """`await house_for("profile")`: a service's Database with the house tables and nothing else."""
    opened: list[Database] = []
    made: set[str] = set()

    async def house(service: str) -> Database:
        if service not in made:
            made.add(service)
            metadata = MetaData(schema=service)
            add_house_tables(metadata)
            engine = new_engine(empty_database_url, schema=service, pool_size=1)
            async with engine.connect() as connection:
                await connection.execute(CreateSchema(service, if_not_exists=True))
                await connection.run_sync(metadata.create_all)
            await engine.dispose()
        opened.append(Database(empty_database_url, schema=service, pool_size=8))
        return opened[-1]

    yield house
    for database in opened:
        await database.close()


@pytest.fixture(scope="session")
def rabbit_node() -> Iterator[RabbitNode]:
    """The private node; tests that only need a URL take `amqp_url`."""
    with running_node() as node:
        yield node


@pytest.fixture
def amqp_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty virtual host, or of the broker that the environment names."""
    given = os.environ.get(URL_VARIABLE)  # noqa: TID251 - the tests' own setting
    if given:
        yield given
        return
    node: RabbitNode = request.getfixturevalue("rabbit_node")
    url = node.new_vhost()
    yield url
    node.drop_vhost(url)
