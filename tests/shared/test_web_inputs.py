"""Bad inputs of any route end as a problem that names the field and the fix (platform.md, 5.4)."""

import json
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Query, UploadFile
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from shared import jsontext
from shared.db import Database
from shared.inputs import Moment, Since
from shared.settings import HouseSettings
from shared.web import new_web_app
from tests.http import Http

JSON = {"content-type": "application/json"}


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2048, pattern=r"^https?://[!-~]+$")]
    note: str = ""
    until: Moment | None = None


def new_app() -> FastAPI:
    router = APIRouter()

    @router.get("/v1/things/{thing_id}")
    async def get_thing(
        thing_id: UUID,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        q: str = "",
        since: Since | None = None,
    ) -> dict[str, Any]:
        return {"limit": limit, "q": q, "since": since}

    @router.post("/v1/things", status_code=201)
    async def add_thing(body: Thing) -> Thing:
        return body

    @router.delete("/v1/things/{thing_id}")
    async def break_down(thing_id: str) -> None:
        raise KeyError(thing_id)

    @router.get("/v1/rows")
    async def read_rows() -> None:
        async with Database("postgresql+asyncpg://a@/a?host=/nowhere", schema="a").begin():
            raise AssertionError("there is no such database")

    @router.post("/v1/files")
    async def upload(file: UploadFile) -> int:
        return len(await file.read())

    settings = HouseSettings(
        internal_secret="secret of the tests",
        max_body_bytes=300_000,
        max_upload_bytes=500_000,
    )
    return new_web_app("profile", settings=settings, routers=[router])


HTTP = Http(new_app())
THING = "/v1/things/019a0000-0000-7000-8000-000000000001"
GOOD = '"url":"https://a.example/"'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{", 400, "json-invalid"),
        (b'{"url":NaN}', 400, "json-invalid"),
        (b"[" * 200_000, 400, "bad-request"),
        (b"[" * 70 + b"]" * 70, 400, "json-too-deep"),
        (b'{"url":' + b"1" * 100_000 + b"}", 400, "bad-request"),
        (b'{"url":' + b"1" * 1000 + b"}", 400, "json-invalid"),
        (b'{"url":1e999}', 400, "json-invalid"),
        (f'{{{GOOD},"note":"a","note":"b"}}'.encode(), 400, "json-duplicate-key"),
        (f'{{{GOOD},"note":"\\ud800"}}'.encode(), 422, "invalid"),
        (f'{{{GOOD},"note":"a\\u0000b"}}'.encode(), 422, "invalid"),
        (f'{{{GOOD},"is_admin":true}}'.encode(), 422, "invalid"),
        (b'{"url":"https://a.example/' + b"a" * 2049 + b'"}', 422, "invalid"),
        (b'{"url":"javascript:alert(1)"}', 422, "invalid"),
        (b'{"url":"https://a.example/\\n"}', 422, "invalid"),
        (b"\xff\xfe", 400, "json-invalid"),
        (b"\xc3\x28", 400, "bad-request"),
        (b'"' + b"a" * 400_000 + b'"', 413, "body-too-large"),
    ],
)
async def test_a_bad_body_is_a_problem(body: bytes, status: int, code: str) -> None:
    answer = await Http(HTTP.app, JSON).send("POST", "/v1/things", body)

    assert (answer.status, answer.json()["code"]) == (status, code)
    assert_problem(answer.json(), status, "/v1/things")
    assert answer.header("content-type") == "application/problem+json"


def assert_problem(problem: dict[str, Any], status: int, path: str) -> None:
    assert problem["type"] == f"urn:anchorwatch:problem:{problem['code']}"
    assert (problem["status"], problem["instance"]) == (status, path)
    assert len(problem["trace_id"]) == 32
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (f"{THING}?limit=0", "/query/limit"),
        (f"{THING}?limit=-1", "/query/limit"),
        (f"{THING}?limit=1000000000", "/query/limit"),
        (f"{THING}?colour=red", "/query/colour"),
        ("/v1/things/99999999999999999999", "/path/thing_id"),
    ],
)
async def test_a_bad_parameter_is_422_and_named(path: str, pointer: str) -> None:
    answer = await HTTP.get(path)

    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_unknown_parameter_is_told_what_there_is() -> None:
    detail = (await HTTP.get(f"{THING}?colour=red")).json()["detail"]

    assert detail == "Unknown query parameter 'colour'. This route takes: limit, q, since."


async def test_nul_in_a_query_is_refused_and_sql_is_only_text() -> None:
    assert (await HTTP.get(f"{THING}?q=a%00b")).status == 422
    sql = await HTTP.get(f"{THING}?q=';DROP%20TABLE%20links;--")
    assert sql.json()["q"] == "';DROP TABLE links;--"


@pytest.mark.parametrize("media", ["text/plain", "application/xml", None])
async def test_another_media_type_is_415_with_what_is_taken(media: str | None) -> None:
    http = Http(HTTP.app, {} if media is None else {"content-type": media})

    answer = await http.send("POST", "/v1/things", f"{{{GOOD}}}".encode())

    assert (answer.status, answer.header("accept")) == (415, "application/json")
    file = await Http(HTTP.app, JSON).send("POST", "/v1/files", b"{}")
    assert (file.status, file.header("accept")) == (415, "multipart/form-data")


async def test_an_upload_has_a_limit_of_its_own() -> None:
    http = Http(HTTP.app, {"content-type": "multipart/form-data; boundary=xx"})
    head = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

    fits = await http.send("POST", "/v1/files", head + b"a" * 400_000 + b"\r\n--xx--\r\n")
    over = await http.send("POST", "/v1/files", head + b"a" * 600_000 + b"\r\n--xx--\r\n")

    assert (fits.status, fits.json()) == (200, 400_000)
    assert (over.status, over.json()["code"]) == (413, "body-too-large")


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    answer = await Http(HTTP.app, {**JSON, "content-length": "999999999"}).send(
        "POST", "/v1/things", b"{}"
    )

    assert answer.status == 413


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT"])
async def test_a_wrong_method_is_405_with_every_method_of_the_path(method: str) -> None:
    answer = await HTTP.send(method, THING)

    assert (answer.status, answer.header("allow")) == (405, "DELETE, GET, HEAD")


async def test_no_route_and_a_broken_one_answer_as_problems() -> None:
    missing = await HTTP.get("/v1/nothing")
    broken = await HTTP.delete("/v1/things/secret-thing")

    assert_problem(missing.json(), 404, "/v1/nothing")
    assert_problem(broken.json(), 500, "/v1/things/secret-thing")
    assert "KeyError" not in broken.body.decode()


async def test_every_answer_carries_safe_headers_and_the_request_id() -> None:
    for path in (THING, "/v1/nothing"):
        answer = await HTTP.sending(x_request_id="abc-1").get(path)

        assert answer.header("x-request-id") == "abc-1"
        assert answer.header("x-content-type-options") == "nosniff"
        assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")


async def test_the_trace_of_the_caller_goes_on_and_a_broken_one_does_not() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    kept = await HTTP.sending(traceparent=f"00-{trace}-b7ad6b7169203331-01").get("/v1/nothing")
    made = await HTTP.sending(traceparent="00-zz-zz-01").get("/v1/nothing")

    assert kept.json()["trace_id"] == trace
    assert made.json()["trace_id"] != trace


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**300), 10**300)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_VALUES)
def test_strict_reading_takes_all_that_any_json_writer_writes(value: Any) -> None:
    assert jsontext.loads_strict(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_strict_reading_never_fails_in_another_way(text: bytes) -> None:
    value = refused = None
    try:
        value = jsontext.loads_strict(text)
    except jsontext.JsonError as error:
        refused = error
    assert refused.detail if refused is not None else value == json.loads(text)


def test_brackets_in_strings_do_not_count_as_depth() -> None:
    assert jsontext.loads_strict(b'["' + b"[{" * 500 + b'"]') == ["[{" * 500]


async def test_a_database_that_is_away_is_said_and_no_fault_of_ours() -> None:
    answer = await HTTP.get("/v1/rows")
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")
    assert dict(answer.headers)["retry-after"] == "2"
    assert "Try again" in answer.json()["detail"]


async def test_times_that_utc_cannot_hold_are_refused_with_their_field() -> None:
    for late in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        asked = await HTTP.get(f"{THING}?since={late.replace('+', '%2B')}")
        told = await Http(HTTP.app, JSON).send(
            "POST", "/v1/things", f'{{{GOOD},"until":"{late}"}}'.encode()
        )
        for answer, pointer in ((asked, "/query/since"), (told, "/until")):
            assert answer.status == 422
            (fault,) = answer.json()["errors"]
            assert fault["pointer"] == pointer
            assert "between the years 1 and 9999" in fault["detail"]


async def test_a_day_of_a_query_is_meant_in_utc() -> None:
    answer = await HTTP.get(f"{THING}?since=2026-01-02")
    assert answer.json()["since"] == "2026-01-02T00:00:00Z"


async def test_a_nul_character_in_a_path_is_named() -> None:
    answer = await HTTP.get("/v1/things/a%00b")
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/path/thing_id"]
