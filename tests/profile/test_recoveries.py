"""The queue of what may be won back: ranked, held for two days, closed by what is seen."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi import FastAPI

from services.profile.api.recoveries import RecoveryOut
from services.profile.domain.recovery import (
    Loss,
    RecoveryAction,
    RecoveryKind,
    action_of,
    is_typo,
    priority_of,
    probability_of,
)
from services.profile.domain.site import Site
from services.profile.handlers.contracts import on_placement_promised
from services.profile.handlers.observations import on_link_checked, on_target_checked
from services.profile.handlers.own_pages import on_sitemap_read
from services.profile.store import own_pages, recoveries
from shared import clock
from shared.db import Database, Tx
from shared.events import PlacementPromised, SitemapRead, TargetChecked
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import Outcome, Reason, Role
from tests.http import Http
from tests.profile.builders import NOON, PAGE, TARGET, a_check, an_occurrence
from tests.profile.conftest import a_caller, add_link, as_caller

CLICK = "/v1/recoveries"


def a_loss(**given: object) -> Loss:
    values = {
        "kind": RecoveryKind.LINK,
        "reasons": (Reason.LINK_REMOVED,),
        "value": 2.0,
        "lost_at": NOON,
    }
    return Loss(**values | given)  # type: ignore[arg-type]


def test_what_is_agreed_fresh_and_removed_by_hand_is_likelier_than_the_rest() -> None:
    usual = probability_of(a_loss(), now=NOON)
    assert usual == 0.25
    assert probability_of(a_loss(contract=True), now=NOON) > usual
    assert probability_of(a_loss(reasons=(Reason.DNS_GONE,)), now=NOON) < usual / 5
    assert probability_of(a_loss(), now=NOON + timedelta(days=60)) == usual / 2
    asked = a_loss(asked_at=NOON)
    late = NOON + timedelta(days=15)
    assert probability_of(asked, now=late) < probability_of(a_loss(), now=late)
    assert priority_of(a_loss(value=4.0), now=NOON) == 2 * priority_of(a_loss(), now=NOON)


@pytest.mark.parametrize(
    ("given", "action"),
    [
        ({}, RecoveryAction.ASK),
        ({"reasons": (Reason.MENTION_ONLY,)}, RecoveryAction.ASK),
        ({"reasons": (Reason.PAGE_410,)}, RecoveryAction.REPLACE),
        ({"reasons": (Reason.DNS_GONE,)}, RecoveryAction.REPLACE),
        ({"target_broken": True}, RecoveryAction.REDIRECT),
        ({"kind": RecoveryKind.TARGET, "reasons": ()}, RecoveryAction.REDIRECT),
    ],
)
def test_the_action_follows_from_what_is_left(
    given: dict[str, object], action: RecoveryAction
) -> None:
    assert action_of(a_loss(**given)) is action


def test_a_typo_is_two_letters_at_most() -> None:
    assert is_typo("https://a.example/pricng", ["https://a.example/pricing"])
    assert not is_typo("https://a.example/pricing", ["https://a.example/pricing"])
    assert not is_typo("https://a.example/prices", ["https://a.example/about"])


async def lose(
    tx: Tx, site: Site, *, page: str = PAGE, reason: Reason = Reason.LINK_REMOVED
) -> str:
    """A link that was live and was missed twice."""
    link_id = await add_link(tx, site, page=page)
    await on_link_checked(
        [
            a_check(link_id, 1),
            a_check(link_id, 2, Outcome.MISSING, streak=1, reasons=(reason,)),
            a_check(link_id, 3, Outcome.MISSING, streak=2, reasons=(reason,)),
        ],
        tx,
    )
    return str(link_id)


async def queue(http: Http, site: Site, query: str = "") -> list[dict[str, object]]:
    answer = await http.get(f"/v1/sites/{site.site_id}/recoveries{query}")
    assert answer.status == 200, answer.json()
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_a_loss_is_queued_with_its_sentence_and_what_is_left_of_the_domain(
    database: Database, home: Site, alice: Http
) -> None:
    async with database.begin() as tx:
        link_id = await lose(tx, home)
        beside = await add_link(tx, home, page=f"{PAGE}/2")
        await on_link_checked([a_check(beside, 1)], tx)
    [item] = await queue(alice, home)
    assert (item["link_id"], item["action"], item["state"]) == (link_id, "ask", "open")
    assert item["sentence"] == "we like Acme Home"
    assert item["domain_sentence"] == "example.org still links to you from 1 other page."
    assert item["priority"] == pytest.approx(item["value"] * item["probability"])  # type: ignore[operator]
    changes = (await alice.get(f"/v1/links/{link_id}/changes")).json()["items"]
    assert (changes[0]["kind"], changes[0]["domain_links"]) == ("lost", 1)
    assert changes[0]["sentence_before"] == "we like Acme Home"
    assert changes[0]["sentence_after"] is None
    detail = (await alice.get(f"/v1/links/{link_id}")).json()
    assert detail["domain_links"] == 1


async def test_a_draft_is_held_for_two_days(database: Database, home: Site, alice: Http) -> None:
    async with database.begin() as tx:
        await lose(tx, home)
        for hours, shown in ((47, False), (49, True)):
            at = clock.now() - timedelta(hours=hours)
            await tx.run("UPDATE recoveries SET lost_at = $1", at)
            row = (
                await recoveries.list_recoveries(
                    tx, home.site_id, states=["open"], kinds=[], after=None, limit=9
                )
            )[0]
            assert (RecoveryOut.of(row, now=clock.now()).draft is not None) is shown
    [item] = await queue(alice, home)
    draft = item["draft"]
    assert isinstance(draft, dict)
    assert PAGE in draft["body"]
    assert "we like Acme Home" in draft["body"]
    assert f'<a href="{TARGET}">Acme Home</a>' in draft["body"]


async def test_a_link_that_is_back_closes_its_item_and_counts_as_won(
    database: Database, home: Site, alice: Http
) -> None:
    async with database.begin() as tx:
        link_id = await lose(tx, home)
    [item] = await queue(alice, home)
    path = f"{CLICK}/{item['id']}"
    etag = (await alice.get(path)).header("etag") or ""
    asked = await alice.patch(path, {"asked_on": "2026-11-05"}, If_Match=etag)
    assert (asked.status, asked.json()["state"], asked.json()["asked_by"]) == (
        200,
        "asked",
        "alice",
    )
    assert (await alice.patch(path, {"note": "x"}, If_Match=etag)).status == 412
    async with database.begin() as tx:
        await on_link_checked([a_check(UUID(link_id), 4)], tx)
    assert await queue(alice, home) == []
    [won] = await queue(alice, home, "?state=won_back")
    assert won["closed_at"] is not None
    summary = (await alice.get(f"/v1/sites/{home.site_id}/recoveries/summary")).json()
    assert (summary["won_back"]["items"], summary["open"]["items"]) == (1, 0)
    etag = (await alice.get(path)).header("etag") or ""
    assert (await alice.patch(path, {"state": "open"}, If_Match=etag)).status == 422


async def test_an_item_may_be_let_go_and_taken_up_again(
    database: Database, home: Site, alice: Http
) -> None:
    async with database.begin() as tx:
        await lose(tx, home)
    [item] = await queue(alice, home)
    path = f"{CLICK}/{item['id']}"
    for state, left in (("dismissed", 0), ("open", 1)):
        etag = (await alice.get(path)).header("etag") or ""
        answer = await alice.patch(path, {"state": state}, If_Match=etag)
        assert (answer.status, answer.json()["state"]) == (200, state)
        assert len(await queue(alice, home)) == left


async def test_losses_are_ranked_by_value_times_chance_page_by_page(
    database: Database, home: Site, alice: Http
) -> None:
    async with database.begin() as tx:
        for number, reason in enumerate((Reason.DNS_GONE, Reason.LINK_REMOVED, Reason.PAGE_404)):
            await lose(tx, home, page=f"{PAGE}/{number}", reason=reason)
    whole = await queue(alice, home)
    assert [item["reasons"] for item in whole] == [["link_removed"], ["page_404"], ["dns_gone"]]
    first = (await alice.get(f"/v1/sites/{home.site_id}/recoveries?limit=2")).json()
    rest = await queue(alice, home, f"?limit=2&cursor={first['next_cursor']}")
    assert [item["id"] for item in first["items"] + rest] == [item["id"] for item in whole]


def a_target(site: Site, seq: int, *, broken: bool, url: str = TARGET) -> TargetChecked:
    return TargetChecked(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        target_url=url,
        target_key=page_id(url),
        check_seq=seq,
        checked_at=NOON,
        broken=broken,
        reasons=(Reason.TARGET_ERROR,) if broken else (),
        http_status=404 if broken else 200,
    )


async def test_a_dead_page_of_ours_is_queued_and_has_a_redirect(
    database: Database, home: Site, alice: Http
) -> None:
    old = "https://acme.example/2019/garden-chairs.html"
    async with database.begin() as tx:
        link_id = await add_link(tx, home, target=old)
        await on_link_checked(
            [a_check(link_id, 1, occurrences=(an_occurrence(old, anchor_text="here"),))], tx
        )
        await on_target_checked([a_target(home, 1, broken=True, url=old)], tx)
    pages = {"pages": [{"url": "/"}, {"url": "/shop/garden-chair"}, {"url": "/shop/tables"}]}
    saved = await alice.post(f"/v1/sites/{home.site_id}/pages", pages)
    assert (saved.status, saved.json()) == (201, {"saved": 3})
    [item] = await queue(alice, home)
    assert (item["kind"], item["action"], item["draft"]) == ("target", "redirect", None)
    found = (await alice.get(f"/v1/sites/{home.site_id}/redirects")).json()
    [dead] = found["items"]
    assert (dead["dead"], dead["action"], dead["links"]) == (old, "redirect", 1)
    assert dead["candidates"][0]["path"] == "https://acme.example/shop/garden-chair"
    rules = await alice.get(f"/v1/sites/{home.site_id}/redirects?format=nginx")
    assert b'"/2019/garden-chairs.html" "https://acme.example/shop/garden-chair";' in rules.body
    async with database.begin() as tx:
        await on_target_checked([a_target(home, 2, broken=False, url=old)], tx)
    assert await queue(alice, home) == []


async def test_an_address_with_a_typo_is_to_be_fixed_by_who_wrote_it(
    database: Database, home: Site, alice: Http
) -> None:
    wrong, meant = "https://acme.example/prcing", "https://acme.example/pricing"
    pages = {"pages": [{"url": meant}, {"url": "/prizes"}, {"url": "/about"}]}
    assert (await alice.post(f"/v1/sites/{home.site_id}/pages", pages)).status == 201
    async with database.begin() as tx:
        link_id = await add_link(tx, home, target=wrong)
        seen = (an_occurrence(wrong, anchor_text="their prices"),)
        await on_link_checked([a_check(link_id, 1, occurrences=seen)], tx)
        await on_target_checked([a_target(home, 1, broken=True, url=wrong)], tx)
        assert await recoveries.rate_again(tx, now=clock.now() + timedelta(days=1), limit=9) == 1
    [item] = await queue(alice, home)
    assert (item["action"], item["meant_url"]) == ("fix_typo", meant)
    assert item["referring_url"] == PAGE
    assert isinstance(item["draft"], dict)
    assert f'<a href="{meant}">their prices</a>' in item["draft"]["body"]


async def test_pages_of_others_cannot_be_named_as_own(home: Site, alice: Http) -> None:
    path = f"/v1/sites/{home.site_id}/pages"
    answer = await alice.post(path, {"pages": [{"url": "https://stranger.example/x"}]})
    assert answer.status == 422


async def test_clients_see_no_queue(app: FastAPI, home: Site) -> None:
    client = as_caller(app, a_caller(home, Role.CLIENT))
    for name in ("recoveries", "redirects", "survival"):
        assert (await client.get(f"/v1/sites/{home.site_id}/{name}")).status == 403
    assert (await client.get(f"/v1/sites/{home.site_id}/value")).status == 200


async def test_the_night_queues_what_was_forgotten_and_ranks_anew(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await lose(tx, home)
        await tx.run("DELETE FROM recoveries")
        assert await recoveries.open_forgotten(tx, now=NOON, limit=9) == 1
        assert await recoveries.open_forgotten(tx, now=NOON, limit=9) == 0
        before = await tx.fetch_value("SELECT priority FROM recoveries")
        later = NOON + timedelta(days=120)
        assert await recoveries.rate_again(tx, now=later, limit=9) == 1
        assert await recoveries.rate_again(tx, now=later, limit=9) == 0
        assert await tx.fetch_value("SELECT priority FROM recoveries") < before


async def test_survival_and_costs_by_vendor(database: Database, home: Site, alice: Http) -> None:
    async with database.begin() as tx:
        for number in range(3):
            page = f"{PAGE}/{number}"
            promise = PlacementPromised(
                workspace_id=home.workspace_id,
                site_id=home.site_id,
                placement_id=new_id(),
                terms_seq=1,
                referring_url=page,
                referring_domain="example.org",
                target_url=TARGET,
                vendor_name="Links & Co",
                price=Decimal(100),
                currency="EUR",
            )
            await on_placement_promised([promise], tx)
            link_id = await tx.fetch_value(
                "SELECT link_id FROM links WHERE referring_url = $1", page
            )
            await on_link_checked([a_check(link_id, 1), a_check(link_id, 24 * 100)], tx)
            if number == 0:
                looks = [a_check(link_id, 24 * 101 + n, Outcome.MISSING, streak=n) for n in (1, 2)]
                await on_link_checked(looks, tx)
    found = (await alice.get(f"/v1/sites/{home.site_id}/survival?by=vendor")).json()
    [group] = found["items"]
    assert (group["name"], group["links"], group["lost"]) == ("Links & Co", 3, 1)
    assert [one["share"] for one in group["alive"]] == [1.0, None]
    assert group["cost_per_link_month"]["EUR"] == pytest.approx(300 / (299 / 30.4375), rel=0.02)
    async with database.begin() as tx:
        await tx.run("UPDATE links SET authority = right(referring_url, 1)::int / 4.0")
    value = (await alice.get(f"/v1/sites/{home.site_id}/value")).json()
    assert (value["value"], value["links"], len(value["months"])) == (1.05, 2, 12)


async def test_pages_of_the_sitemap_come_and_go_and_dead_pages_lead_to_them(
    alice: Http, database: Database, home: Site
) -> None:
    async def read(day: int, *parts: tuple[str, ...], whole: bool = True) -> None:
        events = [
            SitemapRead(
                workspace_id=home.workspace_id,
                site_id=home.site_id,
                read_at=NOON + timedelta(days=day),
                part_no=number,
                parts=len(parts),
                whole=whole,
                urls=tuple(f"https://acme.example/{path}" for path in part),
            )
            for number, part in enumerate(parts)
        ]
        async with database.begin() as tx:
            await on_sitemap_read(events[::-1], tx)
            await on_sitemap_read(events, tx)  # twice does no harm

    async def known() -> set[str]:
        async with database.begin() as tx:
            rows = await own_pages.list_live(tx, home.site_id)
        return {row["url"].removeprefix("https://acme.example/") for row in rows}

    body = {"pages": [{"url": "/by-hand"}]}
    assert (await alice.post(f"/v1/sites/{home.site_id}/pages", body)).status == 201
    await read(0, ("guides/tea-pots", "old"), ("b",))
    assert await known() == {"by-hand", "guides/tea-pots", "old", "b"}
    await read(7, ("guides/tea-pots",), whole=False)
    assert await known() == {"by-hand", "guides/tea-pots", "old", "b"}
    await read(8, ("guides/tea-pots",), ("b", "new"))
    assert await known() == {"by-hand", "guides/tea-pots", "b", "new"}
    await read(1, ("older",))  # late: what a newer reading left out does not stay for good
    await read(9, ("guides/tea-pots",))
    assert await known() == {"by-hand", "guides/tea-pots"}
    old = "https://acme.example/2019/05/tea-pots.html"
    async with database.begin() as tx:
        await add_link(tx, home, target=old)
        await on_target_checked([a_target(home, 1, broken=True, url=old)], tx)
    [found] = (await alice.get(f"/v1/sites/{home.site_id}/redirects?limit=5")).json()["items"]
    assert found["candidates"][0]["path"] == "https://acme.example/guides/tea-pots"
    assert found["links"] == 1
