"""Links that we owe in return: what looks at our own pages say of them, and both sides by domain."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.domain.money.exchange import Exchange, Seen, advance, sentence
from services.outreach.jobs.notices import give_some
from shared import clock, reciprocity
from shared.db import Database
from shared.events import ExchangeChanged, LookMade, LookRequested, Occurrence, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Outcome, Reason, Role
from tests.outreach.conftest import published
from tests.outreach.money.test_payments import Desk, in_days

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
THEIRS = "https://rose.example/"


def an_exchange(**given: Any) -> Exchange:
    values: dict[str, Any] = {
        **dict.fromkeys(("exchange_id", "workspace_id", "site_id", "created_by"), new_id()),
        "our_url": "https://acme.example/partners",
        "their_url": THEIRS,
        "their_domain": "rose.example",
        "created_at": NOON,
    }
    return Exchange(**values | given)


def a_look(
    outcome: Outcome, at: datetime = NOON, *, rel: tuple[str, ...] = (), **given: Any
) -> LookMade:
    link = Occurrence(target_url=THEIRS, target_key=new_id(), anchor_text="Roses", rel=rel)
    values: dict[str, Any] = {"look_id": new_id(), "looked_at": at, "outcome": outcome}
    values["occurrences"] = (link,) if outcome is Outcome.FOUND else ()
    return LookMade(**values | given)


REL = [
    (None, ("nofollow",), Seen.KEPT, ()),
    ((), (), Seen.KEPT, ()),
    ((), ("nofollow",), Seen.DIFFERENT, (Reason.NOFOLLOW_ADDED,)),
    (("sponsored",), (), Seen.KEPT, ()),
    (("sponsored",), ("sponsored", "nofollow"), Seen.DIFFERENT, (Reason.NOFOLLOW_ADDED,)),
]


@pytest.mark.parametrize(("agreed", "rel", "seen", "reasons"), REL)
def test_a_link_that_is_there_is_held_against_what_was_agreed(
    agreed: Any, rel: tuple[str, ...], seen: Seen, reasons: tuple[Reason, ...]
) -> None:
    after = advance(an_exchange(rel=agreed), a_look(Outcome.FOUND, rel=rel))
    assert (after.seen, after.reasons) == (seen, reasons)


def test_a_missed_link_is_gone_only_after_a_second_look_an_hour_later() -> None:
    kept = advance(an_exchange(), a_look(Outcome.FOUND))
    first = advance(kept, a_look(Outcome.MISSING, NOON + HOUR))
    assert (first.seen, first.next_look_at) == (Seen.KEPT, NOON + 2 * HOUR)
    assert sentence(first, NOON.date()).endswith("a second one will say whether it is gone.")
    soon = advance(first, a_look(Outcome.MISSING, NOON + HOUR * 1.5))
    assert soon.seen is Seen.KEPT
    gone = advance(soon, a_look(Outcome.MISSING, NOON + 2 * HOUR, reasons=(Reason.LINK_REMOVED,)))
    assert (gone.seen, gone.reasons) == (Seen.MISSING, (Reason.LINK_REMOVED,))
    back = advance(gone, a_look(Outcome.FOUND, NOON + 3 * HOUR))
    assert (back.seen, back.missing_since) == (Seen.KEPT, None)


def test_a_look_that_saw_nothing_breaks_no_word() -> None:
    missed = advance(an_exchange(seen=Seen.KEPT), a_look(Outcome.MISSING))
    for at in (2, 3, 4):
        look = a_look(Outcome.UNKNOWN, NOON + at * HOUR, reasons=(Reason.TIMEOUT,))
        missed = advance(missed, look)
    assert (missed.seen, missed.missing_since, missed.failure) == (
        *(Seen.KEPT, NOON),
        Reason.TIMEOUT,
    )
    assert "could not be looked at since 3 Nov 2026: " in sentence(missed, NOON.date())
    found = advance(missed, a_look(Outcome.FOUND, NOON + 5 * HOUR))
    assert (found.failing_since, found.failures) == (None, 0)


def test_looks_that_see_nothing_are_made_ever_less_often() -> None:
    one, at, pauses = an_exchange(seen=Seen.KEPT), NOON, []
    for _ in range(40):
        one = advance(one, a_look(Outcome.UNKNOWN, at, reasons=(Reason.TIMEOUT,)))
        assert one.next_look_at is not None
        pauses.append((one.next_look_at - at) // HOUR)
        at = one.next_look_at
    assert pauses[:7] == [6, 12, 24, 48, 96, 168, 168]
    assert (pauses[-1], one.seen, one.failing_since) == (168, Seen.KEPT, NOON)


def test_days_say_whether_it_is_owed_at_all() -> None:
    one = an_exchange(since_on=date(2026, 12, 1), until_on=date(2026, 12, 31), seen=Seen.MISSING)
    states = [one.state(date(2026, *day)) for day in ((11, 30), (12, 1), (12, 31))]
    assert [*states, one.state(date(2027, 1, 1))] == ["not_begun", "missing", "missing", "over"]


def test_the_share_says_what_is_not_known() -> None:
    text = reciprocity.sentence(reciprocal=3, live=40, home_was_read=True)
    assert text.startswith("3 of 40 domains linking to you now (8 %) are known to be linked back")
    assert "may be more" in text
    assert "no share to name" in reciprocity.sentence(reciprocal=0, live=0, home_was_read=False)


@pytest.fixture
def desk(client: ServiceClient, site: SiteCreated) -> Desk:
    return Desk(client, site)


async def owed(desk: Desk, **given: Any) -> Any:
    status = given.pop("status", 201)
    body = {"site_id": str(desk.site.site_id), "our_url": "acme.example/partners"}
    body |= {"their_url": "rose.example"}
    return await desk.ask("POST", "/v1/exchanges", body | given, status=status)


async def answer(database: Database, look: LookRequested, outcome: Outcome, **given: Any) -> None:
    event = a_look(outcome, given.pop("at", clock.now()), **given).model_copy(
        update={"look_id": look.look_id}
    )
    async with database.begin() as tx:
        await handlers.on_look_made([event], tx)


async def test_our_page_is_looked_at_and_what_changes_is_told(
    desk: Desk, database: Database
) -> None:
    made = await owed(desk, rel=[])
    assert (made["state"], made["their_url"]) == ("unverified", THEIRS)
    (asked,) = await published(database, LookRequested)
    assert (asked.url, asked.target) == ("https://acme.example/partners", THEIRS)
    path = f"/v1/exchanges/{made['exchange_id']}"
    await desk.ask("POST", f"{path}/checks", status=202)
    asked, again = await published(database, LookRequested)
    await answer(database, asked, Outcome.MISSING)
    assert (await desk.ask("GET", path))["looked_at"] is None  # it came too late
    await answer(database, again, Outcome.FOUND, rel=("nofollow",))
    found = await desk.ask("GET", path)
    assert (found["state"], found["reasons"][0]["code"]) == ("different", "nofollow_added")
    assert found["evidence"]["occurrences"][0]["anchor_text"] == "Roses"
    (told,) = await published(database, ExchangeChanged)
    assert (told.state, told.their_domain) == ("different", "rose.example")
    todo = await desk.ask("GET", "/internal/todo", role=Role.VIEWER)
    assert [(one["kind"], one["count"]) for one in todo] == [("exchange_broken", 1)]
    await give_some(database, now=clock.now() + timedelta(days=2))
    assert len(await published(database, LookRequested)) == 3
    await desk.ask("DELETE", path, status=204)
    await give_some(database, now=clock.now() + timedelta(days=9))
    assert len(await published(database, LookRequested)) == 3


async def test_looks_that_nobody_answers_are_asked_for_ever_less_often(
    desk: Desk, database: Database
) -> None:
    made = await owed(desk)
    path, now, asked = f"/v1/exchanges/{made['exchange_id']}", clock.now(), []
    for hour in range(0, 24 * 30, 6):
        await give_some(database, now=now + timedelta(hours=hour, minutes=1))
        asked.append(len(await published(database, LookRequested)))
    assert asked[2:4] == [2, 2]
    assert asked[-1] == 9  # after 12 hours, 24, 2 days, 4, 8, then weekly
    shown = await desk.ask("GET", path)
    assert (shown["state"], shown["failing_since"]) == ("unverified", made["created_at"])
    assert "It could not be looked at since" in shown["sentence"]


async def test_only_a_page_of_ours_to_one_of_theirs_is_taken(desk: Desk) -> None:
    problem = await owed(desk, our_url="https://rose.example/x", status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/our_url"]
    problem = await owed(desk, their_url="https://acme.example/x", status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/their_url"]
    problem = await owed(desk, placement_id=str(new_id()), status=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/placement_id"]


async def test_both_sides_stand_together_and_nothing_of_it_is_for_clients(
    desk: Desk, database: Database
) -> None:
    made = await owed(desk, until_on=in_days(30))
    body = {"site_id": str(desk.site.site_id), "referring_domain": "rose.example"}
    await desk.ask("POST", "/v1/placements", body, status=201)
    (asked,) = await published(database, LookRequested)
    await answer(database, asked, Outcome.FOUND)
    (both,) = (await desk.ask("GET", "/v1/exchanges/domains"))["items"]
    assert (both["domain"], len(both["owed"]), len(both["placements"])) == ("rose.example", 1, 1)
    assert both["sentence"] == (
        "You owe them 1, 1 seen as agreed; of theirs to you, 0 of 1 are there as agreed."
    )
    path = f"/v1/sites/{desk.site.site_id}/exchanges/share"
    shown = await desk.ask("GET", path)
    assert (shown["linked_domains"], shown["live_domains"]) == (["rose.example"], None)
    for one in ("/v1/exchanges", "/v1/exchanges/domains", path):
        await desk.ask("GET", one, role=Role.CLIENT, status=403)
    await desk.ask(
        "GET", f"/v1/exchanges/{UUID(made['exchange_id'])}", role=Role.CLIENT, status=404
    )
