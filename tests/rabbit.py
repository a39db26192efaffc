"""A private RabbitMQ node for the broker tests: own ports, data, cookie and name, started once a session."""

import base64
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from typing_extensions import override

from shared.ids import new_id
from tests.ports import free_ports

URL_VARIABLE = "ANCHORWATCH_TEST_AMQP_URL"
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
IMAGE = "rabbitmq:3-management"
START_S = 90.0

_CONFIG = """\
listeners.tcp.default = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {http}
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 67108864
log.file.level = warning
"""


@dataclass(slots=True)
class RabbitNode:
    """A running node; `kill` and `start` are for the fault tests."""

    amqp_port: int
    http_port: int
    home: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start the node (again, on the same data) and wait until it answers."""
        with (self.home / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [str(PROGRAM)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment(),
                cwd="/",
                start_new_session=True,
                **_account(),  # type: ignore[call-overload]
            )
        self._wait_until_it_answers()

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def start_if_dead(self) -> None:
        """Start the node if a test left it dead."""
        if self._process is None:
            self.start()

    def control(self, *arguments: str) -> None:
        """Run rabbitmqctl on the node."""
        subprocess.run(
            [str(PROGRAM.with_name("rabbitmqctl")), *arguments],
            check=True,
            capture_output=True,
            env=self._environment(),
            cwd="/",
            **_account(),  # type: ignore[call-overload]
        )

    def close_connections(self) -> int:
        """Close every client's connection, as an operator may; returns how many there were."""
        names = [one["name"] for one in json.loads(self.ask("GET", "/api/connections"))]
        for name in names:
            with suppress(OSError):  # it may have gone by itself meanwhile
                self.ask("DELETE", f"/api/connections/{quote(name, safe='')}")
        return len(names)

    def remove(self) -> None:
        """End the node and its port mapper, and delete everything that it wrote."""
        self.kill()
        epmd = shutil.which("epmd")
        if epmd is not None:
            subprocess.run(
                [epmd, "-port", str(self._epmd_port), "-kill"],
                check=False,
                capture_output=True,
            )
        shutil.rmtree(self.home, ignore_errors=True)

    def new_vhost(self) -> str:
        """Return the AMQP URL of a fresh virtual host."""
        name = f"test-{new_id().hex}"
        self.ask("PUT", f"/api/vhosts/{name}")
        self.ask(
            "PUT",
            f"/api/permissions/{name}/guest",
            '{"configure": ".*", "write": ".*", "read": ".*"}',
        )
        return f"amqp://guest:guest@127.0.0.1:{self.amqp_port}/{name}"

    def drop_vhost(self, url: str) -> None:
        self.ask("DELETE", f"/api/vhosts/{url.rpartition('/')[2]}")

    def ask(self, method: str, path: str, body: str = "") -> bytes:
        """Ask the management API of the node."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=10)
        login = base64.b64encode(b"guest:guest").decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise OSError(f"{method} {path} answered {answer.status}: {content[:300]!r}")
        return content

    @property
    def _epmd_port(self) -> int:
        return int((self.home / "epmd-port").read_text())

    def _environment(self) -> dict[str, str]:
        home = self.home
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),  # noqa: TID251 - a test starts a program
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"{home.name}@localhost",
            "RABBITMQ_NODE_PORT": str(self.amqp_port),
            "RABBITMQ_DIST_PORT": (home / "dist-port").read_text(),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
        }

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                self.ask("GET", "/api/overview")
                socket.create_connection(("127.0.0.1", self.amqp_port), timeout=1).close()
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            else:
                return
        said = (self.home / "output").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"The private RabbitMQ node did not start:\n{said}")


@dataclass(slots=True)
class DockerNode(RabbitNode):
    """The same in a container, where the program cannot be installed."""

    @override
    def start(self) -> None:
        name = self.home.name
        known = _docker("ps", "--all", "--quiet", "--filter", f"name={name}")
        if known:
            _docker("start", name)
        else:
            ports = ((self.amqp_port, 5672), (self.http_port, 15672))
            publish = [f"--publish=127.0.0.1:{ours}:{theirs}" for ours, theirs in ports]
            _docker("run", "--detach", "--name", name, *publish, IMAGE)
        self._wait_until_it_answers()

    @override
    def kill(self) -> None:
        _docker("kill", self.home.name)

    @override
    def start_if_dead(self) -> None:
        _docker("start", self.home.name)
        self._wait_until_it_answers()

    @override
    def control(self, *arguments: str) -> None:
        _docker("exec", self.home.name, "rabbitmqctl", *arguments)

    @override
    def remove(self) -> None:
        _docker("rm", "--force", self.home.name)
        shutil.rmtree(self.home, ignore_errors=True)


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def running_node() -> Iterator[RabbitNode]:
    """Start a private node: the installed program, else the Debian package, else a container."""
    if not _has_program():
        yield from _in_container()
        return
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-rabbit-"))
    ports = free_ports(4)
    (home / "rabbitmq.conf").write_text(_CONFIG.format(amqp=ports[0], http=ports[1]))
    (home / "enabled_plugins").write_text("[rabbitmq_management].\n")
    (home / "dist-port").write_text(str(ports[2]))
    (home / "epmd-port").write_text(str(ports[3]))
    _give_away(home)
    node = RabbitNode(amqp_port=ports[0], http_port=ports[1], home=home)
    try:
        node.start()
        yield node
    finally:
        node.remove()


def _in_container() -> Iterator[RabbitNode]:
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-rabbit-"))
    (home / "output").write_text("See `docker logs`.")
    ports = free_ports(2)
    node = DockerNode(amqp_port=ports[0], http_port=ports[1], home=home)
    try:
        node.start()
        yield node
    finally:
        node.remove()


def _has_program() -> bool:
    """Say whether the program is here, after trying to install it; fail if there is no Docker either."""
    if PROGRAM.exists():
        return True
    script = Path(__file__).with_name("ensure-rabbitmq")
    done = subprocess.run([str(script)], check=False, capture_output=True, text=True)
    if not PROGRAM.exists() and done.returncode != 0:
        raise RuntimeError(f"{done.stdout}{done.stderr}(the variable is {URL_VARIABLE})")
    return PROGRAM.exists()


def _account() -> dict[str, object]:
    """Return who runs the node: the package's own user when the tests run as root."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("rabbitmq")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _give_away(home: Path) -> None:
    if os.geteuid() != 0:
        return
    found = pwd.getpwnam("rabbitmq")
    for path in (home, *home.iterdir()):
        os.chown(path, found.pw_uid, found.pw_gid)
