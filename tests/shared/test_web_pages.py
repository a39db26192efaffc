"""Pages, versions, callers and health: what routes of every service stand on."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from shared import access, pages, queries, versions
from shared.access import Caller, Scope, UnauthenticatedError
from shared.errors import ForbiddenError, InvalidError, NotFoundError
from shared.ids import new_id
from shared.pages import Page, PageDep
from shared.problems import ProblemError
from shared.settings import HouseSettings
from shared.vocabulary import LinkStatus, Role
from shared.web import CallerDep, Readiness, new_web_app
from tests.http import Http

SECRET = b"secret of the tests"
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
_KEYS = st.tuples(
    st.none() | st.integers(-(2**53), 2**53) | st.text() | st.datetimes(timezones=st.just(UTC)),
    st.uuids() | st.dates(),
)


def new_app() -> FastAPI:
    router = APIRouter()

    @router.get("/v1/numbers")
    async def list_numbers(page: PageDep, even: bool = False) -> Page[int]:
        first = page.after[0] + 1 if page.after else 0
        rows = [n for n in range(first, 10) if not even or n % 2 == 0][: page.limit + 1]
        return page.page(rows, key=lambda n: (n,), count=10 if page.wants_count else None)

    @router.get("/v1/fast", response_model=Page[int])
    async def list_fast(page: PageDep) -> Response:
        first = page.after[0] + 1 if page.after else 0
        rows = range(first, 10)[: page.limit + 1]
        return page.encoded(rows, key=lambda n: (n,), item=lambda n: None if n == 5 else n)

    @router.get("/v1/me")
    async def me(caller: CallerDep) -> str:
        return caller.actor

    @router.put("/v1/thing")
    async def change(request: Request) -> int:
        versions.require_match(request, 3)
        return 4

    settings = HouseSettings(internal_secret=SECRET.decode())
    return new_web_app("profile", settings=settings, routers=[router])


HTTP = Http(new_app())


@pytest.mark.parametrize("path", ["/v1/numbers", "/v1/fast"])
async def test_following_next_shows_everything_once(path: str) -> None:
    seen: list[int] = []
    where = f"{path}?limit=3"
    while where:
        answer = await HTTP.get(where)
        seen += answer.json()["items"]
        link = answer.header("link") or ""
        where = link.partition("<")[2].partition(">")[0]
        assert answer.json()["has_more"] == bool(where)

    assert seen == [n for n in range(10) if path == "/v1/numbers" or n != 5]


async def test_a_count_comes_only_when_asked_for() -> None:
    assert (await HTTP.get("/v1/numbers")).json()["count"] is None
    assert (await HTTP.get("/v1/numbers?include=count")).json()["count"] == 10


async def test_a_cursor_is_bound_to_its_filters_and_cannot_be_forged() -> None:
    cursor = (await HTTP.get("/v1/numbers?limit=2")).json()["next_cursor"]
    foreign = await HTTP.get(f"/v1/numbers?limit=2&even=true&cursor={cursor}")
    forged = await HTTP.get(f"/v1/numbers?cursor={'A' * len(cursor)}")
    broken = await HTTP.get("/v1/numbers?cursor=%C3%A4")

    assert (foreign.status, foreign.json()["code"]) == (400, "cursor-mismatch")
    assert (forged.status, forged.json()["code"]) == (400, "cursor-invalid")
    assert (broken.status, broken.json()["code"]) == (400, "cursor-invalid")


@given(_KEYS)
def test_a_cursor_gives_the_sort_key_back_with_its_types(key: tuple[Any, ...]) -> None:
    cursor = pages.encode_cursor(key, bound_to=b"12345678", secret=SECRET)

    assert pages.decode_cursor(cursor, bound_to=b"12345678", secret=SECRET) == key


@given(st.text(max_size=100))
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    with pytest.raises(ProblemError):
        pages.decode_cursor(text, bound_to=b"12345678", secret=SECRET)


def test_dates_and_times_in_cursors_stay_apart() -> None:
    key = (date(2026, 1, 2), NOW)
    cursor = pages.encode_cursor(key, bound_to=b"12345678", secret=SECRET)

    assert pages.decode_cursor(cursor, bound_to=b"12345678", secret=SECRET) == key


def test_closed_lists_are_refused_with_the_list() -> None:
    assert queries.choices("status", "live, lost,live", LinkStatus) == ("live", "lost")
    assert queries.sort("-lost_at", {"lost_at", "status"}) == ("lost_at", True)
    for call in (
        lambda: queries.choices("status", "dead", LinkStatus),
        lambda: queries.sort("'; DROP", {"status"}),
        lambda: queries.fields("id,password", {"id", "status"}),
        lambda: queries.split("tag", ",".join(str(n) for n in range(200))),
    ):
        with pytest.raises(InvalidError) as refused:
            call()
        assert refused.value.errors[0].detail


async def test_changing_needs_the_version_that_was_read() -> None:
    absent = await HTTP.put("/v1/thing", {})
    stale = await HTTP.put("/v1/thing", {}, if_match='W/"2"')
    right = await HTTP.put("/v1/thing", {}, if_match='W/"3"')

    assert (absent.status, stale.status, right.status) == (428, 412, 200)
    assert stale.header("etag") == 'W/"3"'


# ---- callers ----------------------------------------------------------------------------------------


def a_caller(**fields: Any) -> Caller:
    return Caller(new_id(), new_id(), "alice@example.com", **fields)


async def test_a_service_believes_the_gateways_signature_and_nothing_else() -> None:
    token = access.mint(a_caller(), secret=SECRET, now=datetime.now(UTC))  # noqa: TID251
    forged = access.mint(a_caller(), secret=b"another secret", now=datetime.now(UTC))  # noqa: TID251
    old = access.mint(a_caller(), secret=SECRET, now=NOW - timedelta(days=365))

    known = await HTTP.sending(x_anchorwatch_caller=token).get("/v1/me")
    assert known.json() == "alice@example.com"
    for bad in (forged, old, "", "v1.a.b", "v2" + token[2:], token[:-1]):
        answer = await HTTP.sending(x_anchorwatch_caller=bad).get("/v1/me")
        assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")


def test_a_token_carries_the_caller_whole() -> None:
    caller = a_caller(
        scopes=frozenset({Scope.LINKS_READ}),
        grants={new_id(): Role.EDITOR, new_id(): Role.CLIENT},
        workspace_role=None,
    )
    token = access.mint(caller, secret=SECRET, now=NOW)

    assert access.verify(token, secret=SECRET, now=NOW) == caller
    with pytest.raises(UnauthenticatedError):
        access.verify(token, secret=SECRET, now=NOW + access.TOKEN_LIFE * 2)


def test_a_site_without_a_grant_is_not_there_and_a_low_role_is_forbidden() -> None:
    site, other = new_id(), new_id()
    caller = a_caller(grants={site: Role.VIEWER})

    caller.require(site, Role.VIEWER)
    with pytest.raises(ForbiddenError):
        caller.require(site, Role.EDITOR)
    with pytest.raises(NotFoundError):
        caller.require(other, Role.CLIENT)
    assert caller.site_ids == frozenset({site})


def test_the_stronger_of_workspace_and_site_counts() -> None:
    site = new_id()
    caller = a_caller(grants={site: Role.OWNER}, workspace_role=Role.CLIENT)

    assert (caller.role_in(site), caller.role_in(new_id())) == (Role.OWNER, Role.CLIENT)
    assert caller.site_ids is None
    assert not caller.is_only_client
    assert caller.sees_everything_in(site)
    assert not caller.sees_everything_in(new_id())


@pytest.mark.parametrize(
    "name", ["price", "vendor_id", "prices", "cost_per_link", "note", "contact_id", "prospects"]
)
def test_fields_of_these_names_are_kept_from_clients(name: str) -> None:
    value = {name: 1, "items": [{name: 2, "url": "x"}], "notebook": 3}

    assert access.for_client(value) == {"items": [{"url": "x"}], "notebook": 3}


# ---- health -----------------------------------------------------------------------------------------


async def test_a_service_is_ready_when_each_part_answers_and_says_which_does_not() -> None:
    async def well() -> None:
        return

    async def ill() -> None:
        raise OSError("secret host name")

    async def hangs() -> None:
        await asyncio.Event().wait()

    app = new_app()
    readiness: Readiness = app.state.readiness
    readiness.checks["bus"] = well
    assert (await Http(app).get("/readyz")).status == 200

    readiness.checks |= {"database": ill, "upstream": hangs}
    answer = await Http(app).get("/readyz")
    assert answer.status == 503
    assert answer.json()["detail"] == ("database: cannot be used; upstream: no answer within 2 s")
    assert (await Http(app).get("/livez")).status == 200


async def test_a_draining_service_is_not_ready() -> None:
    app = new_app()
    app.state.readiness.draining = True

    assert (await Http(app).get("/readyz")).status == 503


async def test_requests_are_measured_by_route_and_never_by_path() -> None:
    await HTTP.get("/v1/numbers?limit=1")
    await HTTP.get(f"/v1/{UUID(int=1)}")

    text = (await HTTP.get("/metrics")).body.decode()
    assert 'route="/v1/numbers"' in text
    assert 'route="unmatched"' in text
    assert str(UUID(int=1)) not in text
