"""What of profile's waits for a person: counted by site and kind, for those who may know of it."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.profile.domain.alerts import AlertKind
from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked, on_target_checked
from services.profile.store import todo
from shared import clock
from shared.db import Database, Tx
from shared.events import TargetChecked
from shared.urls import page_id
from shared.vocabulary import AlertSeverity, Reason, Role
from tests.http import Http
from tests.profile.alerts.house import a_rule, live_links, lose, only_rules, told
from tests.profile.builders import NOON, TARGET, a_check, an_occurrence
from tests.profile.conftest import a_caller, add_link, as_caller

PATH = "/internal/todo"
PAGES = [f"https://blog{number}.example/post" for number in range(3)]


async def waiting(http: Http) -> dict[str, int]:
    answer = await http.get(PATH)
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()
    return {one["kind"]: one["count"] for one in found}


async def change(tx: Tx, site: Site, pages: list[str]) -> None:
    """Have links that became nofollow."""
    ids = await live_links(tx, site, pages)
    unfollowed = (an_occurrence(rel=("nofollow",)),)
    await on_link_checked([a_check(one, 2, occurrences=unfollowed) for one in ids], tx)


async def break_target(tx: Tx, site: Site) -> None:
    answer = TargetChecked(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        target_url=TARGET,
        target_key=page_id(TARGET),
        check_seq=1,
        checked_at=NOON,
        broken=True,
        http_status=404,
        reasons=(Reason.TARGET_ERROR,),
    )
    await on_target_checked([answer], tx)


async def test_each_kind_is_counted(home: Site, alice: Http, database: Database) -> None:
    assert await waiting(alice) == {}
    async with database.begin() as tx:
        urgent = a_rule(home, AlertKind.LINK_LOST, severity=AlertSeverity.URGENT)
        await only_rules(tx, home, urgent)
        await change(tx, home, PAGES[:2])
        await lose(tx, await live_links(tx, home, PAGES[2:]))
        await told(tx)
        agreed = await add_link(tx, home, page="https://agreed.example/post")
        await tx.run("UPDATE links SET contract_state = 'mismatched' WHERE link_id = $1", agreed)
        await break_target(tx, home)
    found = await waiting(alice)
    # The lost link's page of ours is broken, too: that is another thing to win back.
    assert found.pop("recovery") >= 1
    assert found == {"urgent_alert": 1, "target_broken": 1, "off_contract": 1, "link_changed": 2}


async def test_what_is_snoozed_waits_for_nobody(
    home: Site, alice: Http, database: Database
) -> None:
    async with database.begin() as tx:
        await change(tx, home, PAGES)
        await tx.run(
            "UPDATE links SET snoozed_until = $1 WHERE referring_url = $2",
            *(clock.now() + timedelta(days=1), PAGES[0]),
        )
    assert await waiting(alice) == {"link_changed": 2}


async def test_only_the_team_of_a_site_is_told(
    app: FastAPI, home: Site, database: Database
) -> None:
    async with database.begin() as tx:
        await change(tx, home, PAGES)
    assert await waiting(as_caller(app, a_caller(home, Role.VIEWER))) == {"link_changed": 3}
    assert await waiting(as_caller(app, a_caller(home, Role.CLIENT))) == {}
    elsewhere = a_caller(home, grants={}, workspace_role=None)
    assert await waiting(as_caller(app, elsewhere)) == {}


async def test_counting_ends_where_nobody_reads_on(
    home: Site, alice: Http, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.begin() as tx:
        await change(tx, home, PAGES)
    monkeypatch.setattr(todo, "MOST", 1)
    assert await waiting(alice) == {"link_changed": 2}
