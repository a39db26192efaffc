"""What arrives from the other services, on a real PostgreSQL: rows, history and what is published."""

from itertools import permutations
from uuid import UUID

import pytest

from services.profile.domain.batch import Batch, apply_checks
from services.profile.domain.site import Site
from services.profile.handlers.contracts import on_placement_promised, on_placement_updated
from services.profile.handlers.observations import (
    on_link_checked,
    on_link_discovered,
    on_target_checked,
)
from services.profile.handlers.toxicity import on_link_scored, on_toxicity_changed
from services.profile.store import links
from shared.db import Database, Tx
from shared.errors import RetryError
from shared.events import (
    LinkAdopted,
    LinkChanged,
    LinkChecked,
    LinkScored,
    LinkTracked,
    LinkUntracked,
    PlacementPromised,
    PlacementUpdated,
    TargetBroken,
    TargetChecked,
    ToxicityChanged,
)
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import (
    Action,
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    LinkStatus,
    Outcome,
    Reason,
)
from tests.profile.builders import (
    NOON,
    PAGE,
    TARGET,
    a_check,
    a_discovery,
    an_occurrence,
    at,
)
from tests.profile.conftest import CountingTx, add_link, add_site, columns, get_link, published

OTHER = "https://acme.example/about"
MISSING, FOUND, UNKNOWN = Outcome.MISSING, Outcome.FOUND, Outcome.UNKNOWN


async def test_a_removed_link_is_lost_only_after_confirmation(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)
    gone = (Reason.LINK_REMOVED,)
    await on_link_checked([a_check(link_id, 2, MISSING, streak=1, reasons=gone)], tx)
    link = await get_link(tx, link_id)
    assert (link.state.status, link.state.confirming_since) == (LinkStatus.LIVE, at(2))
    await on_link_checked([a_check(link_id, 3, MISSING, streak=2, reasons=gone)], tx)
    link = await get_link(tx, link_id)
    assert (link.state.status, link.lost_at) == (LinkStatus.LOST, at(3))
    kinds = [event.kind for event in await published(tx, LinkChanged)]
    assert kinds == [ChangeKind.VERIFIED, ChangeKind.LOST]


async def test_a_look_that_finds_the_same_again_writes_into_no_index(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)
    moved = "SELECT pg_stat_get_xact_tuples_hot_updated('links'::regclass)"
    before = await tx.fetch_value(moved)
    for seq in (2, 3):
        await on_link_checked([a_check(link_id, seq)], tx)
    assert await tx.fetch_value(moved) == before + 2


async def test_a_restored_link_is_live_again_with_its_history(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    checks = [
        a_check(link_id, 1),
        a_check(link_id, 2, MISSING, streak=1),
        a_check(link_id, 3, MISSING, streak=2),
        a_check(link_id, 4),
    ]
    await on_link_checked(checks, tx)
    link = await get_link(tx, link_id)
    assert (link.state.status, link.lost_at) == (LinkStatus.LIVE, None)
    rows = await tx.fetch("SELECT kind, sentence FROM changes WHERE link_id = $1", link_id)
    assert columns(rows, "kind") == ["verified", "lost", "recovered"]
    assert all(columns(rows, "sentence"))
    assert await tx.fetch_value("SELECT count(*) FROM observations") == 4


async def test_every_order_of_delivery_and_repetition_ends_the_same(tx: Tx, site: Site) -> None:
    ends = set()
    for number, order in enumerate(permutations(range(4))):
        link_id = await add_link(tx, site, page=f"{PAGE}/{number}")
        checks = [
            a_check(link_id, 1),
            a_check(link_id, 2, UNKNOWN, reasons=(Reason.BLOCKED_BY_WALL,), http_status=403),
            a_check(link_id, 3, MISSING, streak=1, reasons=(Reason.LINK_REMOVED,)),
            a_check(link_id, 4, MISSING, streak=2, reasons=(Reason.LINK_REMOVED,)),
        ]
        for position in order:
            await on_link_checked([checks[position], checks[position]], tx)
        link = await get_link(tx, link_id)
        ends.add((link.state, link.first_seen_at, link.last_seen_at, link.last_checked_at))
    assert len(ends) == 1
    assert ends.pop()[0].status is LinkStatus.LOST


async def test_an_older_look_goes_to_history_and_overwrites_nothing(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 7, http_status=200)], tx)
    await on_link_checked([a_check(link_id, 6, UNKNOWN, http_status=503)], tx)
    row = (await tx.fetch("SELECT * FROM links WHERE link_id = $1", link_id))[0]
    assert (row["status"], row["check_seq"], row["http_status"]) == ("live", 7, 200)
    rows = await tx.fetch("SELECT check_seq FROM observations ORDER BY check_seq")
    assert columns(rows, "check_seq") == [6, 7]


async def test_a_change_is_kept_with_before_and_after(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    edited = an_occurrence(rel=("nofollow",), anchor_text="cheap")
    await on_link_checked([a_check(link_id, 1)], tx)
    await on_link_checked([a_check(link_id, 2, occurrences=(edited,))], tx)
    event = (await published(tx, LinkChanged))[-1]
    assert (event.to_status, event.kind) == (LinkStatus.CHANGED, ChangeKind.CHANGED)
    assert event.reasons == (Reason.NOFOLLOW_ADDED, Reason.ANCHOR_CHANGED)
    assert event.previous["anchor_text"] == "Acme Home"
    assert event.current["followed"] is False
    assert event.counts is False


async def test_only_the_text_around_a_link_changed_is_no_change(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)
    around = an_occurrence(left_context="they hate")
    await on_link_checked([a_check(link_id, 2, occurrences=(around,))], tx)
    assert (await get_link(tx, link_id)).state.status is LinkStatus.LIVE
    assert len(await published(tx, LinkChanged)) == 1
    items = await tx.fetch_value("SELECT items FROM occurrences WHERE link_id = $1", link_id)
    assert items[0]["left_context"] == "they hate"


async def test_the_anchor_is_classified_by_the_words_of_the_site(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)
    assert (await get_link(tx, link_id)).anchor_kind == "branded"
    edited = (an_occurrence(anchor_text="click here"),)
    await on_link_checked([a_check(link_id, 2, occurrences=edited)], tx)
    assert (await get_link(tx, link_id)).anchor_kind == "generic"


async def test_events_about_links_that_are_gone_are_no_trouble(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await tx.run("UPDATE links SET deleted_at = now()")
    await on_link_checked([a_check(link_id, 1), a_check(new_id(), 1)], tx)
    assert await tx.fetch_value("SELECT status FROM links") == "pending"


# ---- targets -----------------------------------------------------------------------------------


def _sees(link_id: UUID, seq: int, *targets: str) -> LinkChecked:
    places = tuple(an_occurrence(target) for target in targets)
    return a_check(link_id, seq, occurrences=places, targets=places)


async def test_an_unknown_target_is_found_and_other_links_become_rows(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site, target=None)
    await on_link_checked([_sees(link_id, 1, TARGET, OTHER, TARGET)], tx)
    link = await get_link(tx, link_id)
    assert (link.target_url, link.state.status) == (TARGET, LinkStatus.LIVE)
    rows = await tx.fetch("SELECT * FROM links WHERE link_id <> $1", link_id)
    assert columns(rows, "target_url") == [OTHER]
    assert columns(rows, "status") == ["live"]
    assert columns(rows, "gained_at") == [None]  # nobody can say since when it is there
    tracked = {event.target_url for event in await published(tx, LinkTracked)}
    assert tracked == {TARGET, OTHER}
    (adopted,) = await published(tx, LinkAdopted)
    assert adopted.link_id == rows[0]["link_id"]
    assert {one.target_url for one in adopted.observation.occurrences} == {OTHER}


async def test_a_row_of_unknown_target_goes_up_in_the_link_that_is_tracked(
    tx: Tx, site: Site
) -> None:
    known = await add_link(tx, site)
    unknown = await add_link(tx, site, target=None)
    await tx.run(
        "INSERT INTO claims (link_id, source, claim, claimed_at) VALUES ($1, 'gsc', '{}', now())",
        unknown,
    )
    await on_link_checked([_sees(unknown, 1, TARGET)], tx)
    row = (await tx.fetch("SELECT * FROM links WHERE link_id = $1", unknown))[0]
    assert row["merged_into"] == known
    assert await tx.fetch_value("SELECT link_id FROM claims") == known
    assert (await published(tx, LinkUntracked))[0].merged_into == known


async def test_an_unknown_target_that_is_not_there_is_not_found(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site, target=None)
    await on_link_checked([a_check(link_id, 1, MISSING, streak=1)], tx)
    assert (await get_link(tx, link_id)).state.status is LinkStatus.NOT_FOUND


async def test_a_link_that_points_elsewhere_is_changed_not_missing(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    moved = (an_occurrence(OTHER),)
    await on_link_checked([a_check(link_id, 1)], tx)
    for seq in (2, 3):
        check = a_check(link_id, seq, MISSING, streak=seq - 1, targets=moved)
        await on_link_checked([check], tx)
    link = await get_link(tx, link_id)
    assert (link.state.status, link.state.reasons) == (
        LinkStatus.CHANGED,
        (Reason.TARGET_CHANGED,),
    )
    assert await tx.fetch_value("SELECT count(*) FROM links") == 1


async def test_what_is_wrong_with_the_page_stands_on_all_its_links_that_are_there(
    tx: Tx, site: Site
) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)
    why = (Reason.MENTION_ONLY, Reason.NOINDEX_META)
    moved = (an_occurrence(OTHER),)
    check = a_check(link_id, 2, MISSING, reasons=why, streak=1, targets=moved)
    await on_link_checked([check], tx)
    link = await get_link(tx, link_id)
    assert link.state.reasons == (Reason.TARGET_CHANGED, Reason.NOINDEX_META)


async def test_why_a_link_is_gone_is_not_what_is_wrong_with_another_one(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    why = (Reason.LINK_REMOVED, Reason.LINK_HIDDEN_CSS, Reason.NOINDEX_META)
    there = (an_occurrence(OTHER),)
    check = a_check(link_id, 1, MISSING, reasons=why, streak=1, targets=there)
    await on_link_checked([check], tx)
    rows = await tx.fetch("SELECT target_url, reasons FROM links ORDER BY target_url")
    assert [tuple(row) for row in rows] == [(OTHER, ["noindex_meta"]), (TARGET, ["link_removed"])]


async def test_a_target_that_is_another_tracked_link_leaves_the_old_one_missing(
    tx: Tx, site: Site
) -> None:
    link_id = await add_link(tx, site)
    await add_link(tx, site, target=OTHER)
    await on_link_checked([a_check(link_id, 1)], tx)
    check = a_check(link_id, 2, MISSING, streak=1, targets=(an_occurrence(OTHER),))
    await on_link_checked([check], tx)
    link = await get_link(tx, link_id)
    assert (link.state.status, link.state.confirming_since) == (LinkStatus.LIVE, at(2))


async def test_a_never_seen_link_with_another_in_its_place_is_not_found_and_the_other_is_kept(
    tx: Tx, site: Site
) -> None:
    link_id = await add_link(tx, site)
    check = a_check(link_id, 1, MISSING, streak=1, targets=(an_occurrence(OTHER),))
    await on_link_checked([check], tx)
    rows = await tx.fetch("SELECT target_url, status FROM links ORDER BY target_url")
    assert [tuple(row) for row in rows] == [(OTHER, "live"), (TARGET, "not_found")]


async def test_two_rows_that_reach_for_one_target_at_once_try_again(
    database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        first = await add_link(tx, home, target=None)
    sees = _sees(first, 1, TARGET)
    async with database.begin() as tx:
        found = await links.lock_links(tx, [first])
        batch = apply_checks(Batch(found), [sees])  # read before the other one committed
        async with database.begin() as other:
            await add_link(other, home)
        with pytest.raises(RetryError):
            await links.save_links(tx, list(batch.links.values()))
    async with database.begin() as tx:
        await on_link_checked([sees], tx)
        assert await tx.fetch_value("SELECT count(*) FROM links WHERE merged_into IS NULL") == 1


# ---- discovery ---------------------------------------------------------------------------------


async def test_a_discovered_link_is_answered_with_tracking_and_counts_as_gained(
    tx: Tx, site: Site
) -> None:
    await on_link_discovered([a_discovery(site.site_id)], tx)
    row = (await tx.fetch("SELECT * FROM links"))[0]
    assert (row["status"], row["gained_at"], row["discovery"]) == ("live", at(1), "link_added")
    assert [event.link_id for event in await published(tx, LinkTracked)] == [row["link_id"]]
    assert [event.kind for event in await published(tx, LinkChanged)] == [ChangeKind.NEW]


async def test_the_look_that_found_a_link_is_passed_on_to_whoever_weighs_it(
    tx: Tx, site: Site
) -> None:
    discovery = a_discovery(site.site_id)
    await on_link_discovered([discovery], tx)
    (adopted,) = await published(tx, LinkAdopted)
    assert adopted.link_id == (await published(tx, LinkTracked))[0].link_id
    assert adopted.observation.check_seq == discovery.observation.check_seq
    assert {one.target_key for one in adopted.observation.occurrences} == {discovery.target_key}
    await on_link_discovered([discovery], tx)
    assert len(await published(tx, LinkAdopted)) == 1


async def test_a_link_found_at_the_first_look_at_a_page_is_no_growth(tx: Tx, site: Site) -> None:
    await on_link_discovered([a_discovery(site.site_id, reason=DiscoveryReason.PAGE_FOUND)], tx)
    assert await tx.fetch_value("SELECT gained_at FROM links") is None
    assert [event.kind for event in await published(tx, LinkChanged)] == [ChangeKind.VERIFIED]


async def test_discoveries_that_repeat_or_belong_to_no_site_add_nothing(tx: Tx, site: Site) -> None:
    event = a_discovery(site.site_id)
    await on_link_discovered([event, event, a_discovery(new_id())], tx)
    await on_link_discovered([event], tx)
    assert await tx.fetch_value("SELECT count(*) FROM links") == 1


# ---- contracts ---------------------------------------------------------------------------------


def _promise(site: Site, seq: int = 1, placement: UUID | None = None, **given: object) -> object:
    values: dict[str, object] = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "placement_id": placement or new_id(),
        "terms_seq": seq,
        "referring_domain": "example.org",
    }
    return (PlacementUpdated if placement else PlacementPromised).model_validate(values | given)


async def test_a_promise_that_names_its_page_is_watched_and_verified(tx: Tx, site: Site) -> None:
    promise = _promise(site, referring_url=PAGE, target_url=TARGET, rel=())
    await on_placement_promised([promise], tx)  # type: ignore[list-item]
    tracked = (await published(tx, LinkTracked))[-1]
    assert tracked.contract
    await on_link_checked([a_check(tracked.link_id, 1)], tx)
    event = (await published(tx, LinkChanged))[-1]
    assert event.contract_state is ContractState.MET
    assert event.placement_id == promise.placement_id  # type: ignore[attr-defined]
    edited = (an_occurrence(rel=("sponsored",)),)
    await on_link_checked([a_check(tracked.link_id, 2, occurrences=edited)], tx)
    event = (await published(tx, LinkChanged))[-1]
    assert event.contract_state is ContractState.MISMATCHED
    assert event.contract_reasons == (Reason.SPONSORED_ADDED,)


async def test_a_promise_of_a_domain_is_kept_by_the_next_link_from_it(tx: Tx, site: Site) -> None:
    await on_placement_promised([_promise(site, anchor_text="best homes")], tx)  # type: ignore[list-item]
    assert await tx.fetch_value("SELECT count(*) FROM links") == 0
    await on_link_discovered([a_discovery(site.site_id)], tx)
    row = (await tx.fetch("SELECT * FROM links"))[0]
    assert (row["contract_state"], row["contract_reasons"]) == ("mismatched", ["anchor_changed"])
    assert row["placement_id"] is not None


async def test_older_terms_never_overwrite_newer_ones_and_a_cancelled_one_frees_its_link(
    tx: Tx, site: Site
) -> None:
    placement = new_id()
    page = {"referring_url": PAGE, "target_url": TARGET}
    newer = _promise(site, 2, placement, anchor_text="Acme Home", **page)
    older = _promise(site, 1, placement, anchor_text="wrong", **page)
    await on_placement_updated([newer], tx)  # type: ignore[list-item]
    await on_placement_updated([older], tx)  # type: ignore[list-item]
    link_id = (await published(tx, LinkTracked))[-1].link_id
    await on_link_checked([a_check(link_id, 1)], tx)
    assert (await get_link(tx, link_id)).state.contract_state is ContractState.MET
    gone = _promise(site, 3, placement, cancelled=True, **page)
    await on_placement_updated([gone], tx)  # type: ignore[list-item]
    link = await get_link(tx, link_id)
    assert (link.state.contract_state, link.state.terms) == (None, None)


# ---- toxicity and targets ------------------------------------------------------------------------


def _score(link_id: UUID, seq: int, score: int) -> LinkScored:
    return LinkScored(
        link_id=link_id,
        scored_seq=seq,
        score=score,
        band=Band.WATCH,
        action=Action.WATCH,
        model="m1",
        sentence="Worth a look",
    )


async def test_an_older_score_never_overwrites_a_newer_one(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_scored([_score(link_id, 2, 40), _score(link_id, 1, 10)], tx)
    await on_link_scored([_score(link_id, 1, 10)], tx)
    assert await tx.fetch_value("SELECT toxicity_score FROM links") == 40


async def test_a_crossed_band_is_a_row_of_the_history(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    event = ToxicityChanged(link_id=link_id, to_band=Band.REVIEW, score=85, sentence="Look")
    await on_toxicity_changed([event], tx)
    assert await tx.fetch_value("SELECT kind FROM changes") == "toxic"


async def test_a_target_that_breaks_is_told_once_with_its_links(tx: Tx, site: Site) -> None:
    link_id = await add_link(tx, site)
    await on_link_checked([a_check(link_id, 1)], tx)

    def answer(seq: int, broken: bool | None) -> TargetChecked:
        return TargetChecked(
            site_id=site.site_id,
            target_url=TARGET,
            target_key=page_id(TARGET),
            check_seq=seq,
            checked_at=NOON,
            broken=broken,
            http_status=404,
            reasons=(Reason.TARGET_ERROR,),
        )

    for events in ([answer(1, False)], [answer(2, True)], [answer(3, None)], [answer(4, True)]):
        await on_target_checked(events, tx)
    await on_target_checked([answer(2, False)], tx)
    as_before = answer(5, None).model_copy(update={"reasons": ()})
    await on_target_checked([as_before], tx)
    assert await tx.fetch_value("SELECT reasons FROM targets") == [Reason.TARGET_ERROR]
    broken = await published(tx, TargetBroken)
    assert [(event.links, event.http_status) for event in broken] == [(1, 404)]
    assert await tx.fetch_value("SELECT broken FROM targets")


# ---- cost --------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
async def test_a_batch_costs_the_same_statements_whatever_its_size(tx: Tx, first: bool) -> None:
    site = await add_site(tx)
    counts = []
    for size in (1, 40):
        ids = [await add_link(tx, site, page=f"{PAGE}/{size}/{n}") for n in range(size)]
        if not first:
            await on_link_checked([a_check(link_id, 1) for link_id in ids], tx)
        counting = CountingTx(tx)
        await on_link_checked([a_check(link_id, 2) for link_id in ids], counting)
        counts.append(len(counting.statements))
    assert counts[0] == counts[1] <= (9 if first else 2)


def test_a_batch_starts_with_nothing_to_do() -> None:
    batch = Batch({})
    assert batch.outcome() == ([], [])
    assert batch.first_seen_live() == []
