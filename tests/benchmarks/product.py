"""The whole product for a benchmark, in both of its shapes, on a loopback web, with a key to its API."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import databases
from tests.benchmarks.processes import ROOT
from tests.fault.house import SERVICES
from tests.ports import free_port
from tests.rabbit import RabbitNode

_READY_S = 90.0


@dataclass(frozen=True, slots=True)
class Product:
    """Where the gateway answers, and to whom."""

    url: str
    key: str


@contextmanager
def embedded(settings: Mapping[str, str]) -> Iterator[Product]:
    """Run `anchorwatch all` in a home of its own."""
    port = free_port()
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-bench-"))
    home.chmod(0o711)  # the database runs as nobody when this runs as root
    try:
        with _running(("all", "--home", str(home), "--port", str(port)), settings, home):
            _until_ready(port, home)
            _until((home / "key").exists, home)
            yield Product(f"http://127.0.0.1:{port}", (home / "key").read_text().strip())
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def production(
    settings: Mapping[str, str], *, server: databases.Server, node: RabbitNode
) -> Iterator[Product]:
    """Run the five services as processes, through RabbitMQ."""
    ports = {service: free_port() for service in SERVICES}
    common = {
        "ANCHORWATCH_DATABASE_URL": server.new_database(),
        "ANCHORWATCH_AMQP_URL": node.new_vhost(),
        "ANCHORWATCH_INTERNAL_SECRET": "a secret of the benchmarks",
        **{f"ANCHORWATCH_{name.upper()}_PORT": str(port) for name, port in ports.items()},
        **{
            f"ANCHORWATCH_GATEWAY_{name.upper()}_URL": f"http://127.0.0.1:{port}"
            for name, port in ports.items()
        },
        **settings,
    }
    with tempfile.TemporaryDirectory() as text, ExitStack() as stack:
        folder = Path(text)
        for name in SERVICES:
            stack.enter_context(_running((name,), common, folder))
        for port in ports.values():
            _until_ready(port, folder)
        said = subprocess.run(
            [sys.executable, "-m", "services", "login"],
            env=_environment(common),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        yield Product(f"http://127.0.0.1:{ports['gateway']}", said.rpartition(" ")[2].strip())


@contextmanager
def _running(
    arguments: tuple[str, ...], settings: Mapping[str, str], folder: Path
) -> Iterator[None]:
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", *arguments],
            cwd=ROOT,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=40)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.defpath, "ANCHORWATCH_LOG_LEVEL": "warning", **settings}


def _until_ready(port: int, folder: Path) -> None:
    def is_ready() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    _until(is_ready, folder)


def _until(condition: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while not condition():
        if time.monotonic() > deadline:
            said = (folder / "output").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"the product did not come up: {said}")
        time.sleep(0.1)
