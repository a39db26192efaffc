"""`anchorwatch all` as a person meets it: one command, one port, stopped, killed and started again."""

import http.client
import json
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.cli import login
from services.cli.server import ClientSettings, Server
from shared.settings import HouseSettings
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
READY_S = 60.0
BACK_S = 15.0


@dataclass(slots=True)
class Running:
    """A process of `anchorwatch all` and what it said so far."""

    process: "subprocess.Popen[str]"
    port: int
    said: list[str] = field(default_factory=list)

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("API key"):
                return
        raise AssertionError(f"it ended before it was ready: {''.join(self.said)}")

    def login_path(self) -> str:
        found = re.search(r"works once\):\s+http://[^/]+(/login\?token=\S+)", "".join(self.said))
        assert found, self.said
        return found[1]

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response


@pytest.fixture
def started(home_folder: Path) -> Iterator[list[Running]]:
    """Every process that a test started; none outlives it."""
    running: list[Running] = []
    yield running
    for one in running:
        with one.process as process:
            process.kill()


def command(home_folder: Path, port: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "services",
        "all",
        "--home",
        str(home_folder),
        "--port",
        str(port),
    ]


def start(home_folder: Path, started: list[Running]) -> Running:
    port = free_port()
    process = subprocess.Popen(
        command(home_folder, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    started.append(Running(process, port))
    started[-1].wait_until_ready()
    return started[-1]


def test_one_command_runs_everything_and_lets_the_owner_in(
    home_folder: Path, started: list[Running]
) -> None:
    running = start(home_folder, started)
    assert running.get("/readyz").status == 200
    assert running.get("/").status == 200

    first = running.get(running.login_path())
    cookie = (first.getheader("set-cookie") or "").partition(";")[0]
    assert first.status == 303
    assert running.get("/v1/me", Cookie=cookie).status == 200
    assert running.get(running.login_path()).getheader("set-cookie") is None

    key_file = home_folder / "key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    key = key_file.read_text().strip()
    assert running.get("/v1/me", Authorization=f"Bearer {key}").status == 200


def test_commands_find_the_running_one_through_its_home(
    home_folder: Path, started: list[Running]
) -> None:
    running = start(home_folder, started)
    address = f"http://127.0.0.1:{running.port}"
    server = Server.of(ClientSettings.load(home=home_folder))
    assert server.url == address
    assert server.get("/v1/me").status == 200
    assert login.address_of(HouseSettings.load(home=home_folder)) == address
    call = {"name": "list_sites", "arguments": {}}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    said = subprocess.run(
        [sys.executable, "-m", "services", "mcp", "--home", str(home_folder)],
        input=json.dumps(asked) + "\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    [answer] = said.stdout.splitlines()
    assert json.loads(json.loads(answer)["result"]["content"][0]["text"])["items"] == []

    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert Server.of(ClientSettings.load(home=home_folder)).url == "http://127.0.0.1:8080"


def test_sigterm_stops_everything_cleanly_and_the_key_stays_valid(
    home_folder: Path, started: list[Running]
) -> None:
    running = start(home_folder, started)
    key = (home_folder / "key").read_text().strip()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert not list(home_folder.glob("postgres/data/postmaster.pid"))

    again = start(home_folder, started)
    assert again.get("/v1/me", Authorization=f"Bearer {key}").status == 200


def test_after_kill_9_it_is_back_within_fifteen_seconds(
    home_folder: Path, started: list[Running]
) -> None:
    began = time.monotonic()
    running = start(home_folder, started)
    first_s = time.monotonic() - began
    with running.process as process:
        process.kill()
    before = time.monotonic()
    again = start(home_folder, started)
    # On a machine that is busy with other tests the very first start tells how slow it is now.
    assert time.monotonic() - before < max(BACK_S, 1.5 * first_s)
    assert again.get("/readyz").status == 200


def test_a_second_one_in_the_same_home_is_refused_in_one_sentence(
    home_folder: Path, started: list[Running]
) -> None:
    start(home_folder, started)
    done = subprocess.run(
        command(home_folder, free_port()), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 4
    assert "Another Anchorwatch" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said_in_one_sentence(home_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(home_folder, port), capture_output=True, text=True, check=False, cwd=ROOT
        )
    assert done.returncode == 4
    assert f"127.0.0.1:{port}" in done.stderr
