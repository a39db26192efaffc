"""The API as commands of the same process call it."""

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response

from services.cli.direct import DirectApi
from shared.errors import AnchorwatchError

PROBLEM = {"detail": "Try again soon.", "code": "unavailable", "errors": []}


def answering(statuses: Iterator[int]) -> DirectApi:
    app = FastAPI()

    @app.get("/v1/things")
    async def get_things(_request: Request) -> Response:
        status = next(statuses)
        content = {"things": 3} if status == 200 else PROBLEM
        return Response(json.dumps(content), status, media_type="application/json")

    return DirectApi(app, "aw_key", pause_s=0)


async def test_a_part_that_is_busy_is_asked_again() -> None:
    assert await answering(iter([503, 503, 200])).get("/v1/things") == {"things": 3}


async def test_what_is_wrong_for_good_is_said_at_once() -> None:
    statuses = iter([422, 200])
    with pytest.raises(AnchorwatchError, match="Try again soon"):
        await answering(statuses).get("/v1/things")
    assert next(statuses) == 200
