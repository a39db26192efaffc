"""What registries tell: kept for all, told to whom it concerns, taken back when a domain is renewed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity import handlers
from services.toxicity.domain.registrations import Registration, own_turn_of, turn_of
from shared.db import Database
from shared.events import DomainFlagged, Event, RegistrationRead, SiteCreated
from shared.flag_words import Flag
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Role
from tests.toxicity.builders import NOON, a_change, a_check, a_read
from tests.toxicity.conftest import a_caller, call, published

DOMAIN = "posts.example"


def days(number: float) -> datetime:
    return NOON + timedelta(days=number)


def a_word(*, left: float | None = None, states: tuple[str, ...] = (), **other: Any) -> Any:
    given: dict[str, Any] = {"domain": DOMAIN, "read_at": NOON, "states": states}
    expires_at = None if left is None else given["read_at"] + timedelta(days=left)
    return RegistrationRead(**(given | {"expires_at": expires_at} | other))


CASES: list[tuple[float | None, tuple[str, ...], Flag | None]] = [
    (None, (), None),
    (None, ("active", "client hold"), None),
    (300, (), None),
    (15, (), None),
    (13, (), Flag.EXPIRING),
    (-5, ("auto renew period",), Flag.EXPIRING),
    (-400, (), None),
    (-40, ("pending delete", "redemption period"), Flag.REDEMPTION),
    (-70, ("pending delete",), Flag.PENDING_DELETE),
]


@pytest.mark.parametrize(("left", "states", "expected"), CASES)
def test_what_a_site_is_told_of_a_registration(
    left: float | None, states: tuple[str, ...], expected: Flag | None
) -> None:
    expires_at = None if left is None else days(left)
    found = turn_of(Registration(DOMAIN, NOON, expires_at, None, states))
    assert (found and found.flag) == expected


@given(st.sets(st.text(max_size=20)), st.none() | st.datetimes())
def test_what_is_not_told_is_nothing_against_a_domain(
    states: set[str], registered: datetime | None
) -> None:
    silent = Registration(DOMAIN, NOON, None, registered, tuple(states))
    assert turn_of(silent) is None
    assert own_turn_of(silent) is None


async def send(database: Database, *events: Event) -> None:
    async with database.begin() as tx:
        await handlers.on_events(events, tx)


async def told(database: Database) -> list[tuple[str, str]]:
    async with database.begin() as tx:
        return [(one.domain, one.kind) for one in await published(tx, DomainFlagged)]


async def linked(database: Database, site: SiteCreated) -> None:
    """Have a live, followed link from the domain that somebody would miss."""
    check = a_check(site)
    await send(database, a_read(), check, a_change(check, LinkStatus.LIVE))
    await worth(database)


async def worth(database: Database, **other: Any) -> None:
    """Make the one link one of this domain, and of this worth."""
    columns = {
        "referring_domain": DOMAIN,
        "counted_followed": True,
        "authority": 80.0,
        "lost": False,
        "band": "ok",
    } | other
    names = ", ".join(f"{name} = ${at}" for at, name in enumerate(columns, 1))
    async with database.begin() as tx:
        await tx.run(f"UPDATE links SET {names}", *columns.values())


async def test_a_domain_is_told_of_at_each_stage_and_taken_back_when_renewed(
    database: Database, client: ServiceClient, site: SiteCreated
) -> None:
    await linked(database, site)
    await send(database, a_word(left=10))
    await send(database, a_word(left=9, read_at=days(1)))
    assert await told(database) == [(DOMAIN, "expiring")]
    redemption = ("redemption period", "pending delete")
    await send(database, a_word(left=-30, states=redemption, read_at=days(40)))
    assert (await told(database))[1:] == [(DOMAIN, "redemption")]
    flags = f"/v1/sites/{site.site_id}/flagged-domains"
    caller = a_caller(site, Role.VIEWER)
    found = (await call(client, "GET", flags, caller, query="open=true"))["items"]
    assert [one["kind"] for one in found] == ["redemption"]
    assert "not renewed by then" in found[0]["evidence"][0]
    await send(database, a_word(left=300, read_at=days(41)))
    assert (await call(client, "GET", flags, caller, query="open=true"))["items"] == []
    # An older word that comes late changes nothing.
    await send(database, a_word(left=1, read_at=days(2)))
    listed = await call(client, "GET", f"/v1/sites/{site.site_id}/registrations", caller)
    assert [one["domain"] for one in listed["items"]] == [DOMAIN]
    assert listed["items"][0]["sentence"].startswith("Registered until ")
    page = await call(client, "GET", f"/v1/domains/{DOMAIN}/toxicity", caller)
    assert page["registration"]["expires_at"] == listed["items"][0]["expires_at"]


WORTHS: list[tuple[dict[str, Any], bool, bool]] = [
    ({}, True, True),
    ({"authority": 10.0}, False, True),
    ({"authority": None}, False, True),
    ({"counted_followed": False}, False, False),
    ({"lost": True}, False, False),
    ({"band": "review"}, False, False),
]


async def test_only_domains_that_a_site_would_miss_are_told_of(
    database: Database, site: SiteCreated
) -> None:
    await linked(database, site)
    for number, (case, early, late) in enumerate(WORTHS):
        domain = f"blog{number}.example"
        await worth(database, referring_domain=domain, **case)
        await send(database, a_word(domain=domain, left=5))
        assert ((domain, "expiring") in await told(database)) is early, case
        later = a_word(domain=domain, left=-60, states=("pending delete",), read_at=days(1))
        await send(database, later)
        assert ((domain, "pending_delete") in await told(database)) is late, case


async def test_a_site_hears_of_its_own_domain_earlier_and_whatever_links(
    database: Database, client: ServiceClient, site: SiteCreated
) -> None:
    await send(database, a_word(domain=site.domain, left=25, registered_at=days(-900)))
    await send(database, a_word(domain=site.domain, left=-20, read_at=days(60),
                                states=("redemptionperiod", "redemption period")))  # fmt: skip
    assert await told(database) == [(site.domain, "own_expiring"), (site.domain, "own_ended")]
    path = f"/v1/sites/{site.site_id}/registrations"
    (one,) = (await call(client, "GET", path, a_caller(site, Role.VIEWER)))["items"]
    assert (one["own"], one["domain"]) == (True, site.domain)
