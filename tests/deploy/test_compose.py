"""docker-compose.yml is right: its exact commands and environments, run against a real broker and database."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import yaml

from shared import postgres
from shared.postgres import EmbeddedPostgres
from shared.settings import variables
from tests.architecture.pages import settings_classes
from tests.deploy import compose
from tests.ports import free_port
from tests.rabbit import RabbitNode, running_node
from tests.waiting import eventually
from tests.web import FakeWeb, fake_web

SERVICES = ("crawler", "profile", "toxicity", "outreach", "gateway")
PAGE = "http://blog.example/harbour"
TARGET = "http://shop.example/coffee"
pytestmark = pytest.mark.rabbitmq


@pytest.fixture(scope="module")
def secrets() -> Iterator[Path]:
    """The folder that deploy/make-secrets writes."""
    folder = Path(mkdtemp(prefix="anchorwatch-secrets-"))
    subprocess.run(
        [sys.executable, str(compose.ROOT / "deploy/make-secrets"), str(folder)], check=True
    )
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def broker(secrets: Path) -> Iterator[RabbitNode]:
    """A private node that knows the users of deploy/make-secrets and their permissions."""
    with running_node() as node:
        definitions = json.loads((secrets / "rabbitmq_definitions.json").read_text())
        node.ask("POST", "/api/definitions", json.dumps(definitions))
        yield node


@pytest.fixture(scope="module")
def database(secrets: Path) -> Iterator[EmbeddedPostgres]:
    """A server with the roles and schemas of deploy/postgres/init.sh."""
    home = Path(mkdtemp(prefix="anchorwatch-compose-"))
    home.chmod(0o711)
    server = postgres.start(home, durable=False)
    subprocess.run(
        ["/bin/sh", str(compose.ROOT / "deploy/postgres/init.sh")],
        check=True,
        env={
            "PATH": f"{server.binaries}:{os.defpath}",
            "PGHOST": str(server.sockets),
            "POSTGRES_USER": "anchorwatch",
            "POSTGRES_DB": "anchorwatch",
            "SECRETS": str(secrets),
        },
    )
    yield server
    server.kill()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    """The internet of this test: one page with a link to the shop."""
    async with fake_web() as served:
        served.on(PAGE, f'<p>We like <a href="{TARGET}">the shop</a> by the harbour.</p>')
        yield served


@pytest.fixture
def processes() -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """What the test started, by service; none outlives it."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    yield running
    for process in running.values():
        process.kill()
        process.wait()


def values_for(
    secrets: Path, broker: RabbitNode, database: EmbeddedPostgres, web_port: int
) -> dict[str, str]:
    """The variables that somebody with an own broker and database would set, and no others."""
    values = {
        "ANCHORWATCH_INTERNAL_SECRET_FILE": str(secrets / "internal_secret"),
        "ANCHORWATCH_MASTER_KEY_FILE": str(secrets / "master_key"),
        "ANCHORWATCH_GATEWAY_SMTP_PASSWORD_FILE": str(secrets / "smtp_password"),
        "ANCHORWATCH_LISTEN_HOST": "127.0.0.1",
        "ANCHORWATCH_CRAWLER_CONNECT_TO": f"*:80=127.0.0.1:{web_port}",
        "ANCHORWATCH_CRAWLER_MIN_DELAY": "0",
        "ANCHORWATCH_SERVICE_HOME": str(secrets / "home"),
    }
    sockets = quote(str(database.sockets), safe="")
    for service in SERVICES:
        name = f"ANCHORWATCH_{service.upper()}"
        values[f"{name}_PORT"] = str(free_port())
        values[f"{name}_DATABASE_URL"] = f"postgresql://{service}@/anchorwatch?host={sockets}"
        values[f"{name}_DATABASE_PASSWORD_FILE"] = str(secrets / f"{service}_database_password")
        values[f"{name}_AMQP_URL"] = f"amqp://{service}@127.0.0.1:{broker.amqp_port}/"
        values[f"{name}_AMQP_PASSWORD_FILE"] = str(secrets / f"{service}_amqp_password")
    for service in SERVICES[:-1]:
        port = values[f"ANCHORWATCH_{service.upper()}_PORT"]
        values[f"ANCHORWATCH_GATEWAY_{service.upper()}_URL"] = f"http://127.0.0.1:{port}"
    return values


def run_once(service: Mapping[str, Any], *command: str) -> str:
    """Run a command in a service's container, so to say, and return what it printed."""
    done = subprocess.run(
        command,
        env=compose.environment(service),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(400)
async def test_the_exact_commands_and_environments_take_an_import_to_a_verified_link(
    secrets: Path,
    broker: RabbitNode,
    database: EmbeddedPostgres,
    web: FakeWeb,
    processes: dict[str, "subprocess.Popen[bytes]"],
) -> None:
    values = values_for(secrets, broker, database, web.port)
    services = compose.read(values)["services"]
    assert values.keys() <= compose.variables()

    migrated = run_once(services["migrate"], *services["migrate"]["command"])
    assert migrated.count("up to date") == len(SERVICES)
    for name in SERVICES:
        processes[name] = compose.popen(services[name], secrets / f"{name}.log")
    async with aiohttp.ClientSession() as session:
        for name in SERVICES:
            url = f"http://127.0.0.1:{services[name]['environment']['ANCHORWATCH_PORT']}/readyz"
            await eventually(partial(answers, session, url), within=60, what=name)
        key = run_once(services["gateway"], "anchorwatch", "login").rpartition(" ")[2].strip()
        gateway = f"http://127.0.0.1:{values['ANCHORWATCH_GATEWAY_PORT']}"
        async with aiohttp.ClientSession(
            gateway, headers={"Authorization": f"Bearer {key}"}
        ) as api:
            await import_and_verify(api)

    for process in processes.values():
        process.send_signal(signal.SIGTERM)
    assert {name: process.wait(20) for name, process in processes.items()} == dict.fromkeys(
        SERVICES, 0
    )


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def import_and_verify(api: aiohttp.ClientSession) -> None:
    async with api.post("/v1/sites", json={"domain": "shop.example"}) as response:
        assert response.status == 201, await response.text()
        site_id = (await response.json())["id"]
    form = aiohttp.FormData()
    rows = f"Source url,Target url\n{PAGE},{TARGET}\n"
    form.add_field("file", rows.encode(), filename="links.csv")
    async with api.post(f"/v1/sites/{site_id}/imports", data=form) as response:
        assert response.status == 202, await response.text()

    async def is_live() -> bool:
        async with api.get(f"/v1/sites/{site_id}/links") as response:
            items = (await response.json())["items"]
        return [item["status"] for item in items] == ["live"]

    await eventually(is_live, within=60, what="the imported link is verified")


def test_every_service_is_checked_bounded_and_closed() -> None:
    services = compose.read({})["services"]
    for name, service in services.items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert "restart" in service, name
        assert "healthcheck" in service, name
    for name in SERVICES:
        assert services[name]["user"] == "10001:10001"
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["stop_grace_period"] == "20s"


def test_the_broker_is_asked_for_each_queue_as_the_dashboard_shows_them() -> None:
    panels = (compose.ROOT / "deploy/grafana/dashboards/bus.json").read_text(encoding="utf-8")
    assert "by (queue) (rabbitmq_" in panels
    scraped = (compose.ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8")
    jobs = {job["job_name"]: job for job in yaml.safe_load(scraped)["scrape_configs"]}
    assert jobs["rabbitmq"]["metrics_path"] == "/metrics/per-object"  # plain /metrics has no queues


def test_the_defaults_lead_from_service_to_service() -> None:
    services = compose.read({})["services"]
    gateway = services["gateway"]["environment"]
    for name in SERVICES[:-1]:
        assert gateway[f"ANCHORWATCH_GATEWAY_{name.upper()}_URL"] == f"http://{name}:8080"
    for name in SERVICES:
        own = services[name]["environment"]
        assert own["ANCHORWATCH_DATABASE_URL"] == f"postgresql://{name}@postgres:5432/anchorwatch"
        assert set(services[name]["secrets"]) == {
            Path(path).name for key, path in own.items() if key.endswith("_FILE")
        }


def test_every_secret_that_a_service_reads_is_written_by_make_secrets(secrets: Path) -> None:
    declared = compose.read({"ANCHORWATCH_SECRETS": str(secrets)})["secrets"]
    assert [name for name, secret in declared.items() if not Path(secret["file"]).exists()] == []


def test_every_variable_that_a_service_gets_is_a_setting() -> None:
    known = {
        variable
        for settings in settings_classes().values()
        for field in settings.model_fields
        for variable in variables(settings, field)
    }
    services = compose.read({})["services"]
    given = {name for service in SERVICES for name in services[service]["environment"]}
    assert {name for name in given if name.removesuffix("_FILE") not in known} == set()
