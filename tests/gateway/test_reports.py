"""Reports get the parts of other services from those alone, and say so where one is away."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI, HTTPException

from services.gateway.adapters.reporter import Reporter
from services.gateway.api.composed import add_facts
from services.gateway.domain.acting import Offering
from services.gateway.domain.messages import message_of
from services.gateway.domain.notices import ALERTS, Notice, Reader, draft_of
from services.gateway.domain.outward import Logged, may_see
from services.gateway.domain.routing import Route
from shared import clock
from shared.access import HOUSE, Caller
from shared.events import ReportReady
from shared.http import DirectTransport, ServiceClient
from shared.ids import new_id
from shared.reporting import DUE, MAKE_DUE, SPAN
from shared.vocabulary import AlertSeverity, Role
from shared.web import CallerDep

SITE, WORKSPACE = new_id(), new_id()
SECRET = b"secret of tests"
DAYS = {"site_id": str(SITE), "starts_on": "2026-10-01", "ends_on": "2026-10-31"}
MAKE = Route("/v1/sites/{site_id}/reports", "profile", frozenset({"POST"}), re.compile(""))
AGAIN = Route("/v1/reports/{report_id}/refresh", "profile", frozenset({"POST"}), re.compile(""))


class Services:
    """Profile, toxicity and outreach as far as reports go; they remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.spans: list[dict[str, Any]] = []
        self.due = [{**DAYS, "workspace_id": str(WORKSPACE)}]
        self.made: list[dict[str, Any]] = []
        self.callers: list[Caller] = []
        apps = {name: FastAPI() for name in ("profile", "toxicity", "outreach")}
        apps["profile"].post(SPAN)(self._span)
        apps["profile"].post(DUE)(self._due)
        apps["profile"].post(MAKE_DUE)(self._make)
        for name in ("toxicity", "outreach"):
            apps[name].get("/internal/sites/{site_id}/work")(self._work(name))
        for app in apps.values():
            app.state.secret = SECRET
        self.away: set[str] = set()
        self.clients = {
            name: ServiceClient(name, DirectTransport(app), secret=SECRET)
            for name, app in apps.items()
        }

    async def _span(self, body: dict[str, Any]) -> dict[str, Any]:
        self.spans.append(body)
        if body["asked"].get("month") == "2999-01":
            raise HTTPException(422)
        return DAYS

    def _work(self, name: str) -> Callable[..., Any]:
        async def work(site_id: UUID, first: str, last: str, caller: CallerDep) -> dict[str, Any]:
            self.asked.append((name, f"{first}..{last}"))
            self.callers.append(caller)
            if name in self.away:
                raise HTTPException(503)
            return {"gone": 2} if name == "toxicity" else {"sent": 7}

        return work

    async def _due(self, caller: CallerDep) -> dict[str, Any]:
        self.callers.append(caller)
        found, self.due = self.due, []
        return {"items": found}

    async def _make(self, body: dict[str, Any], caller: CallerDep) -> None:
        self.callers.append(caller)
        self.made.append(body)

    async def carry(self, body: Any, route: Route = MAKE, **values: str) -> Any:
        caller = Caller(WORKSPACE, new_id(), "Alice", workspace_role=Role.OWNER)
        whole = body if isinstance(body, bytes) else orjson.dumps(body)
        found = values or {"site_id": str(SITE)}
        return orjson.loads(
            await add_facts(whole, "POST", route, found, self.clients, caller=caller)
        )


@pytest.fixture
def services() -> Services:
    return Services()


async def test_the_parts_come_from_the_services_and_what_a_caller_sends_is_replaced(
    services: Services,
) -> None:
    forged = {"toxicity": None, "outreach": None, "degraded": [{"service": "x", "code": "y"}]}
    carried = await services.carry({"month": "2026-10", "parts": forged})
    assert (carried["month"], carried["parts"]["degraded"]) == ("2026-10", [])
    assert carried["parts"]["toxicity"]["gone"] == 2
    assert carried["parts"]["outreach"]["sent"] == 7
    assert sorted(services.asked) == [
        *(("outreach", "2026-10-01..2026-10-31"), ("toxicity", "2026-10-01..2026-10-31")),
    ]
    assert services.spans[0]["asked"] == {"month": "2026-10", "parts": None}


async def test_a_service_that_is_away_is_named_and_the_other_part_comes(
    services: Services,
) -> None:
    services.away = {"toxicity"}
    parts = (await services.carry(b"", AGAIN, report_id=str(new_id())))["parts"]
    assert parts["toxicity"] is None
    assert parts["degraded"] == [{"service": "toxicity", "code": "status-503"}]
    assert parts["outreach"]["sent"] == 7


async def test_a_request_that_profile_refuses_asks_nobody_else(services: Services) -> None:
    assert (await services.carry({"month": "2999-01"}))["parts"] is None
    assert (await services.carry({}, AGAIN, report_id="../x"))["parts"] is None
    assert services.asked == []


async def test_what_is_due_is_made_by_the_house_with_all_parts(services: Services) -> None:
    reporter = Reporter(services.clients)
    assert [await reporter.make_due(), await reporter.make_due()] == [1, 0]
    (made,) = services.made
    assert (made["site_id"], made["starts_on"]) == (str(SITE), "2026-10-01")
    assert (made["parts"]["toxicity"]["gone"], made["parts"]["degraded"]) == (2, [])
    assert {one.actor_id for one in services.callers} == {HOUSE}


def a_report(state: str, *channel_ids: UUID) -> ReportReady:
    return ReportReady(
        workspace_id=WORKSPACE,
        site_id=SITE,
        report_id=new_id(),
        number=1,
        state=state,
        starts_on="2026-10-01",
        ends_on="2026-10-31",
        site_name="Acme",
        title="The report for October 2026 is ready for you to read",
        sentences=("It is a draft.",),
        channel_ids=channel_ids,
        deliver_at=clock.now(),
        path=f"/sites/{SITE}/reports/1",
    )


def test_channels_are_told_of_a_report_in_words_and_nobody_where_there_are_none() -> None:
    channel = new_id()
    told = draft_of(a_report("draft", channel))
    assert told is not None
    assert told.title == "Acme: The report for October 2026 is ready for you to read"
    assert told.sentences == ("It is a draft.", "By the schedule of the site's reports.")
    assert (told.channel_ids, told.path) == ((channel,), f"/sites/{SITE}/reports/1")
    assert not told.can_act, "there is no alert to acknowledge"
    assert draft_of(a_report("draft")) is None


def test_a_report_is_told_among_alerts_and_offers_nothing_to_take_note_of() -> None:
    report = a_notice(AlertSeverity.NOTICE, f"/sites/{SITE}/reports?report=1")
    alert = a_notice(AlertSeverity.WARNING, "/alerts/1")
    offering = Offering(key=b"k" * 32, base="https://a.example", now=clock.now(), is_pressed=True)
    told = message_of([report, alert], base="https://a.example", offering=offering)
    assert told.headline == "1 report; 1 alert: 1 warning"
    assert [bool(item.offers) for item in told.items] == [True, False]


def test_no_client_on_a_mailing_list_is_told_of_a_report_that_may_be_a_draft() -> None:
    report = a_notice(AlertSeverity.NOTICE, f"/sites/{SITE}/reports?report=1")
    alert = a_notice(AlertSeverity.WARNING, "/alerts/1")
    for role, told in ((Role.CLIENT, [False, False]), (Role.VIEWER, [True, True])):
        reader = Reader(new_id(), "bob@a.example", None, {SITE: role})
        assert [reader.may_read(one) for one in (report, alert)] == told
    client = Reader(new_id(), "bob@a.example", Role.CLIENT, {})
    assert not client.may_read(report)
    assert not Reader(new_id(), "eve@a.example", None, {}).may_read(report)


def a_notice(severity: AlertSeverity, path: str) -> Notice:
    can_act = path.startswith(ALERTS)
    about = (new_id(), new_id(), SITE, severity)
    return Notice(*about, False, "A title", (), path, 1, can_act=can_act)


@pytest.mark.parametrize(
    ("role", "state", "seen"),
    [
        (Role.CLIENT, "draft", False),
        (Role.CLIENT, "approved", True),
        (Role.VIEWER, "draft", True),
    ],
)
def test_a_client_hears_of_approved_reports_only(role: Role, state: str, seen: bool) -> None:
    caller = Caller(WORKSPACE, new_id(), "Bob", grants={SITE: role})
    event = a_report(state)
    logged = Logged(1, event.name, WORKSPACE, SITE, event.encode())
    assert may_see(caller, logged) is seen
