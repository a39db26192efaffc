"""Logs: one JSON line per thing, with the ids of the moment."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from shared import log


@pytest.fixture
def lines() -> Iterator[Any]:
    root = logging.getLogger()  # noqa: TID251 - what configure() changes is put back
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    log.configure("profile", level="info", stream=stream, environment="test")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_has_the_event_its_fields_and_what_is_bound(lines: Any) -> None:
    logger = log.get_logger("services.profile.handlers")
    with log.bound(trace_id="t1"), log.bound(workspace_id=UUID(int=1)):
        logger.info("link lost", reason="page_404", hosts={"b", "a"})
        assert log.trace_id() == "t1"
    logger.debug("not written")

    (line,) = lines()
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "info",
        "service": "profile",
        "environment": "test",
        "logger": "services.profile.handlers",
        "event": "link lost",
        "trace_id": "t1",
        "workspace_id": str(UUID(int=1)),
        "reason": "page_404",
        "hosts": ["a", "b"],
    }
    assert log.trace_id() is None


def test_an_exception_is_one_line_with_its_traceback(lines: Any) -> None:
    try:
        {"here": 1}["gone"]
    except KeyError:
        log.get_logger("x").exception("relay failed", queue="profile.bulk")

    (line,) = lines()
    assert (line["level"], line["queue"]) == ("error", "profile.bulk")
    assert "KeyError: 'gone'" in line["traceback"]


def test_a_broker_that_is_away_is_not_told_at_every_attempt(lines: Any) -> None:
    logging.getLogger("aiormq.connection").error("error when creating transport")  # noqa: TID251
    logging.getLogger("aiormq.channel").error("something else")  # noqa: TID251
    assert [line["event"] for line in lines()] == ["something else"]
