"""The routes of rules and alerts: who may see and change what, and what a rule would have raised."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from services.profile.domain.alerts import AlertKind
from services.profile.domain.site import Site
from services.profile.store import alert_rules
from shared import clock
from shared.db import Database
from shared.events import AlertResolved
from shared.ids import new_id
from shared.vocabulary import AlertEnd, Outcome, Reason, Role
from tests.http import Http
from tests.profile.alerts.house import a_rule, live_links, look, lose, only_rules, told
from tests.profile.builders import a_check, an_occurrence
from tests.profile.conftest import a_caller, add_site, as_caller, published

RULES, ALERTS = "/v1/alerts/rules", "/v1/alerts"
BLOG = [f"https://blog.example.org/post-{number}" for number in range(3)]
RULE = {"name": "Good ones lost", "kinds": ["link_lost"], "least_value": 0.5}


async def made(http: Http, **given: Any) -> dict[str, Any]:
    answer = await http.post(RULES, RULE | given)
    assert answer.status == 201, answer.body
    rule: dict[str, Any] = answer.json()
    return rule


async def raised(database: Database, home: Site, now: Any = None) -> UUID:
    """Lose links of the site now; returns the alert about them."""
    async with database.begin() as tx:
        await lose(tx, await live_links(tx, home, BLOG))
        return (await told(tx, now or clock.now()))[-1].alert_id


async def test_a_workspace_begins_with_rules_that_tell_the_console_only(alice: Http) -> None:
    found = (await alice.get(RULES)).json()["items"]
    assert {rule["name"] for rule in found} == {
        *("Valuable links lost", "Not as agreed", "Own page broken", "Judged worse"),
        *("Links died together", "Payments due"),
    }
    assert all(rule["channel_ids"] == [] and rule["enabled"] for rule in found)
    for rule in found:
        assert (await alice.sending(if_match="*").delete(f"{RULES}/{rule['id']}")).status == 204
    assert (await alice.get(RULES)).json()["items"] == []  # they do not come back


async def test_a_rule_is_made_read_back_changed_and_removed(alice: Http, home: Site) -> None:
    given = {
        "site_id": str(home.site_id),
        "quiet_hours": {"from": "22:00", "to": "07:00"},
        "time_zone": "Europe/Berlin",
        "channel_ids": [str(new_id())],
        "digest": "daily",
    }
    rule = await made(alice, **given)
    for name, value in given.items():
        assert rule[name] == value
    assert "on acme.example" in rule["sentence"]
    assert "not between 22:00 and 07:00 (Europe/Berlin)" in rule["sentence"]
    path = f"{RULES}/{rule['id']}"
    assert (await alice.patch(path, {"name": "x"})).status == 428
    change = {"quiet_hours": None, "site_id": None, "name": "Mine", "severity": "urgent"}
    changed = await alice.patch(path, change, if_match='W/"1"')
    assert changed.status == 200
    assert changed.json()["version"] == 2
    again = (await alice.get(path)).json()
    assert again == changed.json()
    assert (again["quiet_hours"], again["site_id"], again["digest"]) == (None, None, "daily")
    assert (await alice.patch(path, {"name": "y"}, if_match='W/"1"')).status == 412
    assert (await alice.sending(if_match='W/"2"').delete(path)).status == 204
    assert (await alice.get(path)).status == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["placement_lost"]}, "/kinds/0"),
        ({"time_zone": "Nowhere/Else"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"quiet_hours": {"from": "24:00", "to": "07:00"}}, "/quiet_hours/from"),
        ({"quiet_hours": {"from": "07:00", "to": "07:00"}}, "/quiet_hours/to"),
        ({"group_by": "link", "least_count": 2}, "/least_count"),
        ({"channel_ids": [str(new_id()) for _ in range(11)]}, "/channel_ids"),
        ({"name": "  "}, "/name"),
        ({"digest_hour": 24}, "/digest_hour"),
    ],
)
async def test_what_is_no_rule_is_refused_by_field(
    alice: Http, wrong: dict[str, Any], pointer: str
) -> None:
    answer = await alice.post(RULES, RULE | wrong)
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert (await alice.post(f"{RULES}/previews", RULE | wrong)).status == 422


async def test_a_workspace_has_a_bounded_number_of_rules(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await only_rules(tx, home, *(a_rule(home) for _ in range(alert_rules.MOST_RULES - 1)))
    await made(alice)
    assert (await alice.post(RULES, RULE)).status == 409


async def test_a_rule_says_what_it_would_have_raised(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        ids = await live_links(tx, home, BLOG)
        await lose(tx, ids)
        await tx.run("UPDATE changes SET at = $1", clock.now() - timedelta(days=3))
    answer = (await alice.post(f"{RULES}/previews", RULE)).json()
    assert (answer["alerts"], answer["changes"], answer["complete"]) == (1, 3, True)
    assert answer["sentence"] == (
        "In the last 30 days this rule would have raised 1 alert about 3 changes."
    )
    assert [one["title"] for one in answer["examples"]] == ["3 links from example.org were lost"]
    by_link = (await alice.post(f"{RULES}/previews", RULE | {"group_by": "link"})).json()
    assert by_link["alerts"] == 3
    dear = (await alice.post(f"{RULES}/previews", RULE | {"least_value": 9})).json()
    assert (dear["alerts"], dear["examples"]) == (0, [])
    assert dear["sentence"] == "In the last 30 days this rule would have raised no alert."
    for kinds, said in (
        (["link_lost", "pattern"], "Not in the history of links, so not counted: Lost together."),
        (["target_broken"], "does not hold what this rule is about (Own page broken)."),
    ):
        answer = (await alice.post(f"{RULES}/previews", RULE | {"kinds": kinds})).json()
        assert answer["sentence"].endswith(said)
    assert (await alice.get(ALERTS)).json()["items"] == []  # nothing was kept


async def test_a_change_that_was_first_seen_after_a_look_that_could_not_see_counts_as_well(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        [link_id] = await live_links(tx, home, BLOG[:1])
        edited = (an_occurrence(anchor_text="else"),)
        await look(tx, [a_check(link_id, 2, Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,))])
        await look(tx, [a_check(link_id, 3, occurrences=edited)])
        await tx.run("UPDATE changes SET at = $1", clock.now() - timedelta(days=3))
    answer = (await alice.post(f"{RULES}/previews", RULE | {"kinds": ["link_changed"]})).json()
    assert (answer["alerts"], answer["changes"]) == (1, 1)


async def test_an_alert_is_listed_opened_and_acknowledged(
    alice: Http, database: Database, home: Site
) -> None:
    alert_id = await raised(database, home)
    [alert] = (await alice.get(f"{ALERTS}?state=open&severity=warning,urgent")).json()["items"]
    assert (alert["id"], alert["count"]) == (str(alert_id), 3)
    assert alert["title"] == "3 links from example.org were lost"
    opened = (await alice.get(f"{ALERTS}/{alert_id}")).json()
    assert {item["url"] for item in opened["items"]} == set(BLOG)
    assert not any(item["over"] for item in opened["items"])

    answer = await alice.post(f"{ALERTS}/{alert_id}/ack", {"note": "Asked them."})
    assert answer.json()["state"] == "acknowledged"
    again = await alice.post(f"{ALERTS}/{alert_id}/ack", {"note": "Twice."})
    assert (again.json()["note"], again.json()["acknowledged_by"]) == ("Asked them.", "alice")
    assert (await alice.get(f"{ALERTS}?state=open&include=count")).json()["count"] == 0
    async with database.begin() as tx:
        [ended] = await published(tx, AlertResolved)
    assert ended.resolved_by is AlertEnd.PERSON


async def test_all_that_a_filter_means_are_acknowledged_after_a_dry_run(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await only_rules(tx, home, *(a_rule(home, AlertKind.LINK_LOST) for _ in range(3)))
    await raised(database, home)
    dry = (await alice.post(f"{ALERTS}/acks?dry_run=true&severity=warning", {})).json()
    assert (dry["matched"], dry["changed"], len(dry["sample"])) == (3, 0, 3)
    assert (await alice.post(f"{ALERTS}/acks?severity=urgent", {})).json()["matched"] == 0
    done = (await alice.post(f"{ALERTS}/acks?site_id={home.site_id}", {})).json()
    assert (done["matched"], done["changed"]) == (3, 3)
    assert (await alice.post(f"{ALERTS}/acks", {})).json()["matched"] == 0


async def test_the_list_goes_page_by_page_and_counts(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await only_rules(tx, home, *(a_rule(home, AlertKind.LINK_LOST) for _ in range(3)))
    await raised(database, home)
    first = (await alice.get(f"{ALERTS}?limit=2&include=count")).json()
    second = (await alice.get(f"{ALERTS}?limit=2&cursor={first['next_cursor']}")).json()
    ids = [alert["id"] for page in (first, second) for alert in page["items"]]
    assert (len(set(ids)), first["count"], second["has_more"]) == (3, 3, False)
    later = (clock.now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert (await alice.get(f"{ALERTS}?since={later}")).json()["items"] == []


async def test_each_sees_the_alerts_and_rules_of_their_sites_only(
    app: FastAPI, alice: Http, database: Database, home: Site
) -> None:
    alert_id = await raised(database, home)
    rule = await made(alice, site_id=str(home.site_id))
    whole = await made(alice)
    async with database.begin() as tx:
        other = await add_site(tx, "other.example", home.workspace_id)
    bob = as_caller(app, a_caller(other, Role.OWNER))
    for path in (f"{ALERTS}/{alert_id}", f"{RULES}/{rule['id']}", f"{RULES}/{whole['id']}"):
        assert (await bob.get(path)).status == 404
    assert (await bob.post(f"{ALERTS}/{alert_id}/ack", {})).status == 404
    assert (await bob.get(ALERTS)).json()["items"] == []
    assert (await bob.get(RULES)).json()["items"] == []
    assert (await bob.post(RULES, RULE)).status == 403  # a rule of all sites is the workspace's
    assert (await bob.post(RULES, RULE | {"site_id": str(home.site_id)})).status == 404
    assert (await bob.patch(f"{RULES}/{rule['id']}", {}, if_match="*")).status == 404


async def test_a_viewer_looks_and_changes_nothing_and_a_client_sees_none(
    app: FastAPI, alice: Http, database: Database, home: Site
) -> None:
    alert_id = await raised(database, home)
    rule = await made(alice, site_id=str(home.site_id))
    viewer = as_caller(app, a_caller(home, Role.VIEWER))
    assert len((await viewer.get(ALERTS)).json()["items"]) == 1
    assert [one["id"] for one in (await viewer.get(RULES)).json()["items"]] == [rule["id"]]
    refused = (
        await viewer.post(f"{ALERTS}/{alert_id}/ack", {}),
        await viewer.patch(f"{RULES}/{rule['id']}", {}, if_match="*"),
        await viewer.sending(if_match="*").delete(f"{RULES}/{rule['id']}"),
        await viewer.post(RULES, RULE | {"site_id": str(home.site_id)}),
    )
    assert [answer.status for answer in refused] == [403] * 4
    assert (await viewer.post(f"{ALERTS}/acks", {})).json()["matched"] == 0
    client = as_caller(app, a_caller(home, Role.CLIENT))
    assert (await client.get(ALERTS)).json()["items"] == []
    assert (await client.get(f"{ALERTS}/{alert_id}")).status == 403


async def test_what_rules_can_be_about_has_words(alice: Http) -> None:
    found = (await alice.get(f"{ALERTS}/kinds")).json()["items"]
    assert {one["kind"] for one in found} == set(AlertKind)
    assert all(one["label"] and one["when"] for one in found)
