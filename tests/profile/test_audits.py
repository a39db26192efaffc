"""Audits, figures and growth: each number is the count of a list, and the same inputs give the same hash."""

import asyncio
import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.cli.summary import spoken
from services.profile.api.audits import AuditOut
from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked, on_link_discovered
from services.profile.jobs.nightly import Nightly
from services.profile.store import months
from shared import clock
from shared.db import Database
from shared.events import AuditCompleted
from shared.vocabulary import Outcome, Role
from tests.http import Http
from tests.profile.builders import NOON, PAGE, TARGET, a_check, a_discovery, an_occurrence
from tests.profile.conftest import (
    a_caller,
    add_link,
    as_caller,
    get_link,
    published,
    run_jobs,
)


@pytest.fixture
async def history(database: Database, home: Site) -> None:
    """Six links: two live, one changed, one lost, one not found, one pending; one discovered."""
    async with database.begin() as tx:
        ids = [await add_link(tx, home, page=f"https://host{n}.example/") for n in range(6)]
        await on_link_checked([a_check(link_id, 1) for link_id in ids[:4]], tx)
        nofollow = (an_occurrence(rel=("nofollow",)),)
        await on_link_checked([a_check(ids[2], 2, occurrences=nofollow)], tx)
        for seq in (2, 3):
            gone = a_check(ids[3], seq, Outcome.MISSING, streak=seq - 1)
            await on_link_checked([gone], tx)
        await on_link_checked([a_check(ids[4], 1, Outcome.MISSING, streak=1)], tx)
        await on_link_discovered([a_discovery(home.site_id, 5)], tx)


async def make_audit(http: Http, database: Database, home: Site) -> dict[str, Any]:
    started = await http.post(f"/v1/sites/{home.site_id}/audits")
    assert started.status == 202
    await run_jobs(database)
    job = (await http.get(started.header("location") or "")).json()
    assert job["state"] == "done", job
    report: dict[str, Any] = (await http.get(job["result_url"])).json()
    return report


@pytest.mark.usefixtures("history")
async def test_an_audit_adds_up_and_every_finding_counts_its_list(
    alice: Http, database: Database, home: Site
) -> None:
    report = await make_audit(alice, database, home)
    AuditOut.model_validate(report)
    assert sum(report["statuses"].values()) == report["totals"]["links"] == 7
    present = report["statuses"]["live"] + report["statuses"]["changed"]
    assert report["totals"]["links_present"] == present == 4
    assert {finding["code"] for finding in report["findings"]} == {
        *("lost_links", "no_longer_followed", "changed_links", "not_found")
    }
    for finding in report["findings"]:
        listed = (await alice.get(f"{finding['list_url']}&include=count")).json()
        assert listed["count"] == finding["count"] >= len(finding["evidence"]) > 0
    async with database.begin() as tx:
        assert len(await published(tx, AuditCompleted)) == 1


@pytest.mark.usefixtures("history")
async def test_the_same_inputs_give_the_same_hash_and_others_another(
    alice: Http, database: Database, home: Site
) -> None:
    first = await make_audit(alice, database, home)
    second = await make_audit(alice, database, home)
    assert (first["number"], second["number"]) == (1, 2)
    assert first["inputs_hash"] == second["inputs_hash"]
    async with database.begin() as tx:
        await add_link(tx, home, page="https://more.example/")
    third = await make_audit(alice, database, home)
    assert third["inputs_hash"] != first["inputs_hash"]
    again = (await alice.get(f"/v1/audits/{first['id']}")).json()
    assert again == first
    listed = (await alice.get(f"/v1/sites/{home.site_id}/audits")).json()["items"]
    assert [line["number"] for line in listed] == [3, 2, 1]


@pytest.mark.usefixtures("history")
async def test_a_client_is_shown_only_the_toxicity_that_is_worth_action(
    app: FastAPI, alice: Http, database: Database, home: Site
) -> None:
    report = await make_audit(alice, database, home)
    client = as_caller(app, a_caller(home, Role.CLIENT))
    theirs = (await client.get(f"/v1/audits/{report['id']}")).json()
    assert "ignored_by_search_engines" in report["toxicity"]
    assert "ignored_by_search_engines" not in theirs["toxicity"]
    stranger = as_caller(app, a_caller(home, workspace_role=None))
    assert (await stranger.get(f"/v1/audits/{report['id']}")).status == 404
    assert (await client.post(f"/v1/sites/{home.site_id}/audits")).status == 403


async def test_a_site_without_links_has_an_audit_too(
    alice: Http, database: Database, home: Site
) -> None:
    report = await make_audit(alice, database, home)
    assert (report["totals"]["links"], report["findings"]) == (0, [])


@pytest.mark.usefixtures("history")
async def test_the_figures_of_a_site_count_its_lists(alice: Http, home: Site) -> None:
    figures = (await alice.get(f"/v1/overview?site_id={home.site_id}")).json()
    assert figures["statuses"] == {
        "pending": 1,
        "live": 3,
        "changed": 1,
        "lost": 1,
        "not_found": 1,
        "unknown": 0,
    }
    assert (figures["links_present"], figures["links_counting"]) == (4, 3)
    assert figures["referring_domains"] == 4
    assert figures["new_links_known_until"] is not None
    portfolio = (await alice.get("/v1/portfolio")).json()["items"]
    assert portfolio == [figures]


@pytest.mark.usefixtures("history")
async def test_growth_counts_what_came_and_went_and_not_what_was_imported(
    alice: Http, home: Site
) -> None:
    path = f"/v1/sites/{home.site_id}/velocity?from=2026-11-01"
    answer = (await alice.get(path)).json()
    day = next(row for row in answer["items"] if row["at"] == NOON.date().isoformat())
    assert (day["gained_links"], day["lost_links"], day["net_links"]) == (1, 1, 0)
    assert (day["gained_domains"], day["lost_domains"]) == (1, 1)
    assert sum(row["gained_links"] for row in answer["items"]) == 1
    months = (await alice.get(f"{path}&interval=month")).json()["items"]
    assert months[0]["at"] == "2026-11-01"
    assert months[0]["gained_links"] == 1
    assert answer["known_up_to"] is not None


@pytest.mark.usefixtures("history")
async def test_every_figure_about_new_links_says_until_when_they_can_be_known(
    alice: Http, database: Database, home: Site
) -> None:
    base = f"/v1/sites/{home.site_id}"
    known = (await alice.get(f"{base}/velocity")).json()["known_up_to"]
    assert known is not None
    for path in (f"{base}/changes?kind=new", f"{base}/anomalies", base):
        assert (await alice.get(path)).json()["new_links_known_until"] == known
    for list_, by in (
        ("links", "gained_from"),
        ("links", "first_seen_from"),
        ("domains", "domain_gained_to"),
    ):
        plain = (await alice.get(f"{base}/{list_}")).json()
        dated = (await alice.get(f"{base}/{list_}?{by}=2026-01-01T00:00:00Z")).json()
        assert plain["new_links_known_until"] is None
        assert dated["new_links_known_until"] == known
    [listed] = (await alice.get("/v1/sites")).json()["items"]
    assert listed["new_links_known_until"] == known
    for form in ("csv", "xlsx", "jsonl", "ahrefs", "semrush"):
        head = await alice.get(f"{base}/export?format={form}")
        assert head.header("new-links-known-up-to") == f"{known[:19]}Z"
    report = await make_audit(alice, database, home)
    day = datetime.fromisoformat(known)
    assert f"new links known up to {known[:10]}" in spoken(report)
    page = (await alice.get(f"/v1/audits/{report['id']}?format=html")).body.decode()
    assert f"gained in 30 days; new links known up to {day.day} {day:%b %Y}" in page
    table = (await alice.get(f"/v1/audits/{report['id']}?format=csv")).body.decode()
    rows = [row for row in csv.DictReader(io.StringIO(table)) if "ained" in row["figure"]]
    assert rows
    assert {row["new links known up to"][:19] for row in rows} == {known[:19]}


@pytest.mark.usefixtures("history")
async def test_domains_targets_and_anchors_are_counted(alice: Http, home: Site) -> None:
    base = f"/v1/sites/{home.site_id}"
    domains = (await alice.get(f"{base}/domains?sort=domain")).json()["items"]
    assert [row["domain"] for row in domains][:2] == ["example.org", "host0.example"]
    first = (await alice.get(f"{base}/domains?limit=4")).json()
    rest = (await alice.get(f"{base}/domains?limit=4&cursor={first['next_cursor']}")).json()
    assert len({row["domain"] for row in first["items"] + rest["items"]}) == 7
    targets = (await alice.get(f"{base}/targets")).json()["items"]
    assert [(row["target_url"], row["links_present"]) for row in targets] == [(TARGET, 4)]
    anchors = (await alice.get(f"{base}/anchors")).json()
    shares = {row["kind"]: row["count"] for row in anchors["by_domain"]}
    assert shares["branded"] == 4
    assert "Too few to judge" in anchors["sentence"]
    assert anchors["items"][0]["text"] == "Acme Home"


# ---- the night ---------------------------------------------------------------------------------


async def test_a_change_without_contract_is_adopted_after_fourteen_days(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        link_id = await add_link(tx, home, page=PAGE)
        edited = (an_occurrence(anchor_text="new words"),)
        await on_link_checked([a_check(link_id, 1), a_check(link_id, 2, occurrences=edited)], tx)
    night = Nightly(database, hour=3, observation_days=30, alert_days=180)
    for days, status in ((13, "changed"), (15, "live")):
        await night.sweep(NOON + timedelta(days=days), asyncio.Event())
        async with database.begin() as tx:
            assert (await get_link(tx, link_id)).state.status == status
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM changes") == 3


async def test_single_looks_are_forgotten_and_changes_are_not(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        link_id = await add_link(tx, home)
        await on_link_checked([a_check(link_id, 1), a_check(link_id, 24 * 40)], tx)
        await months.add_months(tx, NOON.date(), count=2)
    night = Nightly(database, hour=3, observation_days=30, alert_days=180)
    for days, kept in ((31, [1, 24 * 40]), (62, [24 * 40])):
        await night.sweep(NOON + timedelta(days=days), asyncio.Event())
        async with database.begin() as tx:
            rows = await tx.fetch("SELECT check_seq FROM observations ORDER BY check_seq")
            assert [row["check_seq"] for row in rows] == kept
    async with database.begin() as tx:
        assert "observations_2026_11" not in await months.list_months(tx)
        assert await tx.fetch_value("SELECT count(*) FROM changes") == 1


async def test_an_upload_that_broke_off_is_forgotten_after_a_day(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO imports (import_id, workspace_id, site_id, file_no, file_name, actor, state)"
            " VALUES (gen_random_uuid(), $1, $2, 0, 'a.csv', 'alice', 'uploading')",
            home.workspace_id,
            home.site_id,
        )
    night = Nightly(database, hour=3, observation_days=30, alert_days=180)
    for hours, left in ((1, 1), (25, 0)):
        await night.sweep(clock.now() + timedelta(hours=hours), asyncio.Event())
        async with database.begin() as tx:
            assert await tx.fetch_value("SELECT count(*) FROM imports") == left
