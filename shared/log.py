"""Structured logs: one JSON line for each thing that happened, with the ids of the moment bound to it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import UUID

import orjson
from typing_extensions import override

_bound: ContextVar[dict[str, Any]] = ContextVar("anchorwatch_log_fields", default={})  # noqa: B039 - never mutated
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_ROOT = "anchorwatch"
# aiormq tells every attempt to connect, six a second while the broker is away; we tell an outage once.
_REPEATING = ("aiormq.connection",)


class Logger:
    """Writes events with fields: `log.info("link lost", link_id=link_id, reason=reason)`."""

    __slots__ = ("_logger",)

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def debug(self, event: str, **fields: Any) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._write(logging.ERROR, event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        """Write an error with the traceback of the exception being handled."""
        self._write(logging.ERROR, event, fields, with_traceback=True)

    def _write(
        self, level: int, event: str, fields: dict[str, Any], *, with_traceback: bool = False
    ) -> None:
        if self._logger.isEnabledFor(level):
            extra = {"anchorwatch_fields": {**_bound.get(), **fields}}
            self._logger.log(level, "%s", event, exc_info=with_traceback, extra=extra)


def get_logger(name: str) -> Logger:
    """Return the logger of a module; every module has its own as `log`."""
    return Logger(logging.getLogger(f"{_ROOT}.{name}"))  # noqa: TID251 - the one door


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Add fields to every line that is written inside the block, in this task and its children."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def trace_id() -> str | None:
    """Return the id of the request or event that this task works for."""
    found = _bound.get().get("trace_id")
    return found if isinstance(found, str) else None


def configure(
    service: str, *, level: str = "info", stream: TextIO | None = None, environment: str = ""
) -> None:
    """Send the logs of this process to `stream` (stderr) as JSON lines; call it once, at start."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JsonLines(service=service, environment=environment))
    root = logging.getLogger()  # noqa: TID251 - the one door
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_ROOT).setLevel(_LEVELS[level])  # noqa: TID251 - the one door
    for name in _REPEATING:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # noqa: TID251 - the one door


class _JsonLines(logging.Formatter):
    def __init__(self, *, service: str, environment: str) -> None:
        super().__init__()
        self._fixed = {"service": service} | ({"environment": environment} if environment else {})

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **self._fixed,
            "logger": record.name.removeprefix(f"{_ROOT}."),
            "event": record.getMessage(),
            **getattr(record, "anchorwatch_fields", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else repr(value)
