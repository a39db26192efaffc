"""Retention, a person's rights and rebuilds through the public API, with all five services running."""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

import services.crawler.app
from services.crawler.settings import Settings
from services.gateway.store.keeping import remove_due_workspaces
from services.outreach.store.keeping import SHELVES
from services.profile.store.keeping import remove_due_sites
from shared import clock
from shared.bus.embedded import EmbeddedBus
from shared.consumer import Consumer
from shared.db import Database
from shared.ids import new_id
from shared.migrations import SERVICES
from shared.postgres import EmbeddedPostgres
from shared.service import Work
from shared.shelves import queue_due
from tests.conftest import TEMPLATE, run_sql
from tests.gateway.product import _SECRET, Product, a_key, a_product, made
from tests.keeping.filling import count_rows
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANN = "ann@secret-blog.example"


@dataclass(frozen=True, slots=True)
class Whole:
    """The product, and the databases below it."""

    product: Product
    databases: Mapping[str, Database]

    async def value(self, service: str, statement: str, *args: object) -> Any:
        async with self.databases[service].begin() as tx:
            return await tx.fetch_value(statement, *args)

    async def run(self, service: str, statement: str, *args: object) -> None:
        async with self.databases[service].begin() as tx:
            await tx.run(statement, *args)

    async def workspace(self) -> UUID:
        found: UUID = await self.value("gateway", "SELECT workspace_id FROM workspaces")
        return found

    async def is_ended(self, kind: str, service: str) -> bool:
        states = await self.value(
            service, "SELECT array_agg(state) FROM jobs WHERE kind = $1", kind
        )
        return bool(states) and set(states) <= {"done"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(postgres: EmbeddedPostgres) -> AsyncIterator[Whole]:
    """One product for all stories; of the crawler runs what keeps its house: there is no web here."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    async with AsyncExitStack() as stack:
        stack.callback(run_sql, postgres, f"DROP DATABASE {name} WITH (FORCE)")
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("shared.keeper.POLL_S", 0.05)
        patch.setattr("services.gateway.app._PAUSE_S", 0.05)

        def db_for(service: str) -> Database:
            db = Database(postgres.url(name), schema=service, pool_size=5)
            stack.push_async_callback(db.close)
            return db

        product = await stack.enter_async_context(a_product(db_for))
        db, bus = db_for("crawler"), EmbeddedBus(db_for("bus"))
        app = services.crawler.app.create_app(Settings(internal_secret=_SECRET), bus=bus, db=db)
        consumer = services.crawler.app.subscribe(Consumer("crawler", db=db, bus=bus))
        loops = app.state.keeper.loops
        work = Work("crawler", db=db, bus=bus, consumer=consumer, loops=loops)
        await stack.enter_async_context(work.running())
        yield Whole(product, {service: db_for(service) for service in SERVICES})


async def test_what_is_kept_and_forgotten_is_one_decision(whole: Whole) -> None:
    owner, site = whole.product.owner, whole.product.ids["site_id"]
    shown = (await owner.get("/v1/retention")).json()
    kinds = {one["kind"]: one for one in shown["items"]}
    assert shown["degraded"] == []
    assert kinds["event_history"]["most_days"] == 30  # the installation's own
    assert not kinds["dead_letters"]["settable"]
    refused = await owner.put("/v1/retention", {"days": {"mail": 1, "dead_letters": 30, "x": 2}})
    assert refused.status == 422
    assert {one["pointer"] for one in refused.json()["errors"]} == {
        *("/days/mail", "/days/dead_letters", "/days/x")
    }
    assert (await whole.product.editor_of_mine.get("/v1/retention")).status == 403

    await _two_old_messages(whole)
    tried = await owner.put("/v1/retention?dry_run=true", {"days": {"mail": 30}})
    counts = {one["kind"]: one["deletes_now"] for one in tried.json()["items"]}
    # The third is to a domain with a placement in force.
    assert (tried.status, counts["mail"]) == (200, 1)
    assert await whole.value("outreach", "SELECT count(*) FROM messages WHERE text <> ''") == 3

    hold = {"reason": "A lawsuit"}
    assert (await owner.put(f"/v1/sites/{site}/hold", hold)).status == 204
    assert (await owner.put("/v1/retention", {"days": {"mail": 30}})).status == 200
    held = "SELECT count(*) FROM retention WHERE cardinality(held_sites) = 1 AND days ? 'mail'"
    for service in ("crawler", "profile", "toxicity", "outreach"):
        await eventually(partial(whole.value, service, held), what=f"{service} has heard")
    tried = await owner.put("/v1/retention?dry_run=true", {"days": {"mail": 30}})
    assert {one["kind"]: one["deletes_now"] for one in tried.json()["items"]}["mail"] == 0
    assert (await owner.delete(f"/v1/sites/{site}/hold")).status == 204
    no_hold = "SELECT count(*) FROM retention WHERE cardinality(held_sites) = 0"
    await eventually(lambda: whole.value("outreach", no_hold), what="outreach has heard")
    await _forget_now(whole, "outreach")
    assert await whole.value("outreach", "SELECT count(*) FROM messages WHERE text = ''") == 1
    assert await whole.value("outreach", "SELECT count(*) FROM messages") == 3
    job = "SELECT cursor->'counts'->>'mail' FROM jobs WHERE kind = 'forget'"
    assert await whole.value("outreach", job) == "1"


async def _two_old_messages(whole: Whole) -> None:
    """Copy the message that waits, as two that went out long ago: one to a domain under contract."""
    for domain in ("secret-blog.example", "elsewhere.example"):
        await whole.run(
            "outreach",
            "INSERT INTO messages SELECT (jsonb_populate_record(m, jsonb_build_object('message_id',"
            " gen_random_uuid(), 'state', 'cancelled', 'sent_at', now() - interval '200 days',"
            " 'leave_token', gen_random_uuid()::text, 'rfc_message_id', NULL, 'to_email',"
            " 'ann@' || $1::text, 'address_key', 'ann@' || $1::text, 'recipient_domain', $1::text,"
            " 'prospect_id', NULL))).* FROM messages m WHERE m.state = 'pending_approval'",
            domain,
        )


async def _forget_now(whole: Whole, service: str) -> None:
    """Queue what is due, as the loop does a few times a day, and wait until it is done."""
    assert await queue_due(whole.databases[service], SHELVES) == 1
    await eventually(lambda: whole.is_ended("forget", service), what="it is forgotten")


async def test_a_person_is_handed_out_and_erased_in_all_services(whole: Whole) -> None:
    owner, site = whole.product.owner, whole.product.ids["site_id"]
    await whole.run(
        "toxicity", "UPDATE pages SET facts = json_build_object('emails', ARRAY[$1::text])", ANN
    )
    await whole.run(
        "profile",
        "UPDATE links SET note = 'Ask Ann@Secret-Blog.example, not joann@secret-blog.example'",
    )
    await whole.run(
        "gateway",
        "INSERT INTO event_log (event_id, name, workspace_id, site_id, body) SELECT gen_random_uuid(),"
        ' \'contact.unsubscribed\', workspace_id, $1, convert_to(\'{"data": {"contact_email": "\' || $2'
        " || '\"}}', 'UTF8') FROM workspaces",
        *(UUID(site), ANN),
    )
    answer = await owner.post("/v1/contacts/exports", {"email": ANN})
    found = answer.json()
    assert (answer.status, found["complete"]) == (200, True), found
    parts = {(one["service"], one["part"]) for one in found["parts"]}
    assert {
        *(("outreach", "messages"), ("outreach", "answers"), ("outreach", "enrollments")),
        *(("toxicity", "named_in_pages"), ("profile", "named_in_links")),
        ("gateway", "named_in_event_log"),
    } <= parts
    assert all(one["sentence"].endswith((".", ").")) for one in found["parts"])
    packed = await owner.post("/v1/contacts/exports?format=zip", {"email": ANN})
    with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
        assert "README.txt" in archive.namelist()
        assert len(archive.namelist()) == len(found["parts"]) + 1
    counted = (await owner.post("/v1/contacts/erasures?dry_run=true", {"email": ANN})).json()
    assert counted["state"] == "counted"
    assert counted["deleted"]["outreach"]["messages"] >= 1
    assert (await owner.post("/v1/contacts/exports", {"email": ANN})).json()["parts"]

    await _spared_by_a_hold(whole, site)
    started = await owner.post("/v1/contacts/erasures", {"email": ANN})
    assert started.status == 202, started.body
    place = started.header("location") or ""

    async def is_done() -> bool:
        return bool((await owner.get(place)).json()["state"] == "done")

    await eventually(is_done, what="all services are done")
    certificate = (await owner.get(place)).json()
    assert certificate["deleted"]["profile"] == {"links": 1}
    assert certificate["deleted"]["outreach"]["answers"] == 1
    assert "ann@" not in (await owner.get(place)).body.decode()
    assert await whole.value("profile", "SELECT note FROM links") == (
        "Ask [erased], not joann@secret-blog.example"
    )
    after = (await owner.post("/v1/contacts/exports", {"email": ANN})).json()
    assert after["parts"] == [], after["parts"]
    for service in ("crawler", "profile", "toxicity", "outreach", "gateway"):
        payload = "SELECT payload ? 'address' FROM jobs WHERE kind = 'erase_person'"
        assert await whole.value(service, payload) is False
    again = {"email": ANN}
    prospect = whole.product.ids["prospect_id"]
    refused = await owner.post(f"/v1/prospects/{prospect}/contacts", again)
    assert (refused.status, refused.json()["code"]) == (409, "erased")


async def _spared_by_a_hold(whole: Whole, site: str) -> None:
    """Erase while the site is held: its mail stays, and the certificate counts what stayed."""
    owner = whole.product.owner
    assert (await owner.put(f"/v1/sites/{site}/hold", {"reason": "A lawsuit"})).status == 204
    held = "SELECT count(*) FROM retention WHERE cardinality(held_sites) = 1"
    for service in SERVICES:
        await eventually(partial(whole.value, service, held), what=f"{service} has heard")
    place = (await owner.post("/v1/contacts/erasures", {"email": ANN})).header("location") or ""

    async def is_done() -> bool:
        return bool((await owner.get(place)).json()["state"] == "done")

    await eventually(is_done, what="all services are done")
    certificate = (await owner.get(place)).json()
    assert certificate["kept"]["outreach"]["messages"] >= 1
    assert certificate["kept"]["profile"] == {"links": 1}
    assert "messages" not in certificate["deleted"].get("outreach", {})
    assert (await owner.delete(f"/v1/sites/{site}/hold")).status == 204
    free = "SELECT count(*) FROM retention WHERE cardinality(held_sites) = 0"
    for service in SERVICES:
        await eventually(partial(whole.value, service, free), what=f"{service} has heard")


async def test_a_user_who_leaves_takes_the_name_along(whole: Whole) -> None:
    owner = whole.product.owner
    bob = await made(owner, "/v1/users", {"email": "bob@team.example", "workspace_role": "editor"})
    await whole.run("profile", "UPDATE links SET note = 'by bob@team.example'")
    await whole.run(
        "gateway",
        "INSERT INTO audit_log (entry_id, workspace_id, actor_id, actor, action, subject)"
        " SELECT gen_random_uuid(), workspace_id, $1, 'bob@team.example', 'x', 'y' FROM workspaces",
        UUID(bob["id"]),
    )
    await whole.run(
        "gateway",
        "INSERT INTO chat_people (chat_person_id, workspace_id, kind, person_id, name, user_id)"
        " SELECT user_id, workspace_id, 'slack', 'T1/U1', 'bob', user_id FROM users WHERE user_id = $1",
        UUID(bob["id"]),
    )
    gone = await owner.delete(f"/v1/users/{bob['id']}")
    assert gone.status == 202, gone.body
    place = gone.header("location") or ""

    async def is_done() -> bool:
        return bool((await owner.get(place)).json()["state"] == "done")

    await eventually(is_done, what="all services are done")
    assert await whole.value("profile", "SELECT note FROM links") == "by a former user"
    actor = "SELECT actor FROM audit_log WHERE actor_id = $1"
    assert await whole.value("gateway", actor, UUID(bob["id"])) == "a former user"
    assert await whole.value("gateway", "SELECT count(*) FROM users WHERE email LIKE 'bob%'") == 0
    assert await whole.value("gateway", "SELECT count(*) FROM chat_people") == 0
    me = (await owner.get("/v1/users")).json()["items"][0]
    assert (await owner.delete(f"/v1/users/{me['id']}")).status == 409  # the last owner


async def test_a_rebuild_mends_copies_and_says_so(whole: Whole) -> None:
    owner = whole.product.owner
    site = UUID(whole.product.ids["site_id"])
    await whole.run("outreach", "UPDATE sites SET brands = '{}', keywords = '{lost}'")
    await whole.run("crawler", "DELETE FROM watches")
    await whole.run("profile", "UPDATE links SET toxicity_band = 'ok', scored_seq = 0")
    await whole.run("toxicity", "UPDATE placements SET terms_seq = 0")
    tried = (await owner.post("/v1/rebuilds?dry_run=true", {})).json()
    differing = {(one["service"], one["copy_name"]) for one in tried["compared"] if not one["same"]}
    assert differing >= {
        *(("outreach", "sites"), ("crawler", "watches"), ("profile", "scores")),
        ("toxicity", "terms"),
    }, tried
    assert "The crawler watches 0 of 1 links." in str(tried["compared"])
    started = await owner.post("/v1/rebuilds", {})
    assert started.status == 202, started.body
    place = started.header("location") or ""

    async def is_done() -> bool:
        return bool((await owner.get(place)).json()["state"] == "done")

    await eventually(is_done, within=60, what="the rebuild is done")
    done = (await owner.get(place)).json()
    assert [one["sentence"] for one in done["compared"] if not one["same"]] == []
    assert "The crawler watches 1 of 1 links." in str(done["compared"])
    assert (
        await whole.value("outreach", "SELECT keywords FROM sites WHERE site_id = $1", site) == []
    )
    await whole.run("outreach", "UPDATE sites SET brands = '{drifted}' WHERE site_id = $1", site)
    assert (await owner.post("/v1/self-check")).status == 202

    async def has_seen() -> bool:
        return bool((await owner.get("/v1/self-check")).json()["differing"])

    await eventually(has_seen, within=60, what="the self-check finds it")
    assert "1 of 11 copies differs" in (await owner.get("/v1/self-check")).json()["sentence"]


async def test_a_site_is_removed_everywhere_after_its_time(whole: Whole) -> None:
    owner, site = whole.product.owner, whole.product.ids["site_id"]
    version = (await owner.get(f"/v1/sites/{site}")).header("etag") or ""
    assert (await owner.sending(if_match=version).delete(f"/v1/sites/{site}")).status == 204
    await whole.run(
        "profile",
        "UPDATE sites SET deleted_at = now() - interval '31 days' WHERE deleted_at IS NOT NULL",
    )
    async with whole.databases["profile"].begin() as tx:
        assert await remove_due_sites(tx, clock.now() - timedelta(days=2), limit=5) == 0
        assert await remove_due_sites(tx, clock.now(), limit=5) == 1

    async def left() -> dict[str, dict[str, int]]:
        found = {}
        for service in ("crawler", "profile", "toxicity", "outreach", "gateway"):
            async with whole.databases[service].begin() as tx:
                found[service] = await count_rows(tx, "site_id", UUID(site))
        return {service: counts for service, counts in found.items() if counts}

    async def is_gone() -> bool:
        return not await left()

    await eventually(is_gone, within=30, what=f"nothing is left: {await left()}")
    back = await owner.sending(if_match="*").send("PATCH", f"/v1/sites/{site}", {"deleted": False})
    assert back.status == 404
    mine = await a_key(owner, {whole.product.mine: "viewer"})
    assert (await mine.get(f"/v1/sites/{whole.product.mine}")).status == 200


async def test_a_workspace_that_is_deleted_can_come_back_until_it_is_removed(whole: Whole) -> None:
    owner = whole.product.owner
    given = {"name": "Other", "owner_email": "eve@other.example"}
    workspace = (await made(owner, "/v1/workspaces", given))["workspace"]["id"]
    path, site = f"/v1/workspaces/{workspace}", new_id()
    await whole.run(
        "profile",
        "INSERT INTO sites (site_id, workspace_id, domain, name, domains)"
        " VALUES ($1, $2, 'eve.example', 'Eve', '[]')",
        *(site, UUID(workspace)),
    )
    assert (await whole.product.editor_of_mine.sending(if_match="*").delete(path)).status == 403
    own = await whole.workspace()
    refused = await owner.sending(if_match="*").delete(f"/v1/workspaces/{own}")
    assert refused.status == 409
    assert (await owner.sending(if_match="*").delete(path)).status == 204
    deleted = "SELECT deleted_at IS NOT NULL FROM sites WHERE site_id = $1"
    await eventually(partial(whole.value, "profile", deleted, site), what="its sites rest")
    back = await owner.sending(if_match="*").send("PATCH", path, {"deleted": False})
    assert back.json()["deleted_at"] is None
    alive = "SELECT deleted_at IS NULL FROM sites WHERE site_id = $1"
    await eventually(partial(whole.value, "profile", alive, site), what="its sites are back")
    assert (await owner.sending(if_match="*").delete(path)).status == 204
    await eventually(partial(whole.value, "profile", deleted, site), what="its sites rest")
    async with whole.databases["gateway"].begin() as tx:
        assert await remove_due_workspaces(tx, clock.now(), limit=5) == []
        later = clock.now() + timedelta(days=31)
        assert await remove_due_workspaces(tx, later, limit=5) == [UUID(workspace)]

    async def is_gone() -> bool:
        left = [await count_in(whole.databases[service], UUID(workspace)) for service in SERVICES]
        return not any(left)

    await eventually(is_gone, within=30, what="nothing is left")
    assert (await owner.get(path)).status == 404


async def count_in(db: Database, workspace_id: UUID) -> dict[str, int]:
    async with db.begin() as tx:
        return await count_rows(tx, "workspace_id", workspace_id)
