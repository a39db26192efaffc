"""From looks at links to alerts, on a real database: what is told, once, and what is over."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from services.profile.domain.alert_rules import GroupBy
from services.profile.domain.alerts import AlertKind
from services.profile.domain.site import Site
from services.profile.handlers.contracts import on_placement_promised
from services.profile.handlers.observations import on_target_checked
from services.profile.handlers.payments import on_payment_due, on_payment_settled
from services.profile.handlers.toxicity import on_domain_flagged, on_toxicity_changed
from services.profile.jobs.alerting import BATCH, end_forgotten, sift
from services.profile.jobs.patterns import seek_patterns
from services.profile.store import alert_rules, alerts, occasions, patterns
from shared.db import Database, Tx
from shared.events import (
    AlertRaised,
    AlertResolved,
    DomainFlagged,
    PaymentDue,
    PaymentSettled,
    PlacementPromised,
    TargetChecked,
    ToxicityChanged,
)
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import AlertEnd, AlertSeverity, Band, Outcome, Reason
from tests.profile.alerts.house import (
    LATER,
    a_rule,
    alert_rows,
    live_links,
    look,
    lose,
    only_rules,
    told,
)
from tests.profile.builders import NOON, PAGE, TARGET, a_check, an_occurrence
from tests.profile.conftest import CountingTx, add_link, add_site, published

BLOG = [f"https://blog.example.org/post-{number}" for number in range(14)]
EACH = [f"https://site{number}.example/" for number in range(30)]


async def test_a_lost_valuable_link_is_told_by_the_rules_that_a_workspace_begins_with(
    tx: Tx, site: Site
) -> None:
    [link_id] = await live_links(tx, site, [PAGE])
    await lose(tx, [link_id])
    [event] = await told(tx)
    assert event.title == "1 link from example.org was lost"
    assert event.site_name == site.name
    assert (event.rule_name, event.severity, event.count) == (
        *("Valuable links lost", AlertSeverity.WARNING),
        1,
    )
    assert (event.link_ids, event.channel_ids) == ((link_id,), ())
    assert event.path == f"/alerts/{event.alert_id}"
    assert event.deliver_at == LATER
    assert event.sentences[0].startswith(f"{PAGE}: ")
    assert event.sentences[-1] == "Look at Win back: what is worth it comes with a draft to send."
    assert await published(tx, AlertRaised) == await told(tx)  # and never a second time


async def test_fourteen_links_of_one_domain_are_one_alert(tx: Tx, site: Site) -> None:
    await lose(tx, await live_links(tx, site, BLOG))
    [event] = await told(tx)
    assert (event.count, event.title) == (14, "14 links from example.org were lost")
    assert len(event.link_ids) == 14
    assert len(event.sentences) == 15  # a line for each, and what to do


async def test_more_of_the_same_goes_into_the_open_alert_until_its_time_is_over(
    tx: Tx, site: Site
) -> None:
    ids = await live_links(tx, site, BLOG[:3])
    for number, link_id in enumerate(ids):
        await lose(tx, [link_id])
        assert len(await told(tx, LATER + timedelta(hours=number * 20))) == (1, 1, 2)[number]
    events = await published(tx, AlertRaised)
    assert [event.count for event in events] == [1, 3]
    assert {event.alert_id for event in events} == {events[0].alert_id}


async def test_a_look_that_could_not_see_raises_no_alert(tx: Tx, site: Site) -> None:
    ids = await live_links(tx, site, BLOG)
    await look(tx, [a_check(one, 2, Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,)) for one in ids])
    await look(tx, [a_check(one, 3, Outcome.UNKNOWN, reasons=(Reason.PAGE_5XX,)) for one in ids])
    await look(tx, [a_check(one, 4) for one in ids])
    await only_rules(tx, site, a_rule(site, *AlertKind))
    assert await told(tx) == []


async def test_the_day_of_an_import_raises_no_alert(tx: Tx, site: Site) -> None:
    await only_rules(tx, site, a_rule(site, *AlertKind))
    seen = await live_links(tx, site, BLOG[:7])
    absent = [await add_link(tx, site, page=page) for page in BLOG[7:]]
    await look(tx, [a_check(one, 1, Outcome.MISSING, streak=1) for one in absent])
    worse = {"site_id": site.site_id, "workspace_id": site.workspace_id, "sentence": "Worse."}
    crossed = ToxicityChanged(
        link_id=seen[0], from_band=Band.OK, to_band=Band.REVIEW, occurred_at=NOON, **worse
    )
    await on_toxicity_changed([crossed], tx)
    await on_target_checked([_target(site, 1, broken=True)], tx)  # as it was before we knew of it
    assert await told(tx) == []


async def test_an_alert_ends_by_itself_when_its_links_are_back(tx: Tx, site: Site) -> None:
    ids = await live_links(tx, site, BLOG[:2])
    await lose(tx, ids)
    [raised] = await told(tx)
    await look(tx, [a_check(ids[0], 5)])
    await told(tx)
    assert await published(tx, AlertResolved) == []  # one of the two is still gone
    await look(tx, [a_check(ids[1], 5)])
    await told(tx)
    [ended] = await published(tx, AlertResolved)
    assert (ended.alert_id, ended.resolved_by) == (raised.alert_id, AlertEnd.ITSELF)
    assert ended.title == raised.title


async def test_a_link_that_comes_and_goes_is_told_once_within_the_time_of_its_rule(
    tx: Tx, site: Site
) -> None:
    [link_id] = await live_links(tx, site, [PAGE])
    for turn in range(5):
        await lose(tx, [link_id], since=2 + turn * 4)
        await told(tx)
        await look(tx, [a_check(link_id, 5 + turn * 4)])
        await told(tx)
    assert len(await told(tx)) == 1
    assert len(await published(tx, AlertResolved)) == 1
    [row] = await alert_rows(tx)
    assert (row["state"], row["count"]) == ("resolved", 1)


async def test_what_was_lost_and_found_again_before_anybody_looked_is_not_told_as_lost(
    tx: Tx, site: Site
) -> None:
    await only_rules(tx, site, a_rule(site, AlertKind.LINK_LOST, AlertKind.LINK_RECOVERED))
    [link_id] = await live_links(tx, site, [PAGE])
    await lose(tx, [link_id])
    await look(tx, [a_check(link_id, 5)])
    [event] = await told(tx)
    assert event.title == "1 link from example.org was found again"


async def test_a_rule_of_changes_may_name_those_that_matter(tx: Tx, site: Site) -> None:
    nofollow = a_rule(site, AlertKind.LINK_CHANGED, reasons=(Reason.NOFOLLOW_ADDED,))
    noindex = a_rule(site, AlertKind.LINK_CHANGED, reasons=(Reason.NOINDEX_META,))
    await only_rules(tx, site, nofollow, noindex)
    [link_id] = await live_links(tx, site, [PAGE])
    await look(tx, [a_check(link_id, 2, occurrences=(an_occurrence(rel=("nofollow",)),))])
    [event] = await told(tx)
    assert event.rule_id == nofollow.rule_id
    await look(tx, [a_check(link_id, 3)])
    await told(tx)
    assert [one.alert_id for one in await published(tx, AlertResolved)] == [event.alert_id]


async def test_a_change_first_seen_after_looks_that_could_not_see_is_told(
    tx: Tx, site: Site
) -> None:
    await only_rules(tx, site, a_rule(site, AlertKind.LINK_CHANGED))
    [link_id] = await live_links(tx, site, [PAGE])
    await look(tx, [a_check(link_id, 2, Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,))])
    await look(tx, [a_check(link_id, 3, occurrences=(an_occurrence(anchor_text="else"),))])
    [event] = await told(tx)
    assert event.title == "1 link from example.org was changed"


async def test_a_promise_that_is_not_kept_is_told_and_over_once_it_is(tx: Tx, site: Site) -> None:
    await only_rules(tx, site, a_rule(site, AlertKind.CONTRACT_BROKEN))
    promise = PlacementPromised(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        placement_id=new_id(),
        terms_seq=1,
        referring_url=PAGE,
        referring_domain="example.org",
        target_url=TARGET,
        rel=(),
    )
    await on_placement_promised([promise], tx)
    link_id = await tx.fetch_value("SELECT link_id FROM links")
    await look(tx, [a_check(link_id, 1, occurrences=(an_occurrence(rel=("nofollow",)),))])
    [event] = await told(tx)
    assert event.title == "1 link from example.org was found not as agreed"
    await look(tx, [a_check(link_id, 2)])
    await told(tx)
    assert len(await published(tx, AlertResolved)) == 1


async def test_a_page_of_ours_that_breaks_is_told_and_over_when_it_answers(
    tx: Tx, site: Site
) -> None:
    await live_links(tx, site, [PAGE])
    await on_target_checked([_target(site, 0, broken=False)], tx)
    await on_target_checked([_target(site, 1, broken=True)], tx)
    [event] = await told(tx)
    assert event.title == "Your page has an error: https://acme.example/pricing; 1 link leads there"
    await on_target_checked([_target(site, 2, broken=None)], tx)
    await told(tx)
    assert await published(tx, AlertResolved) == []  # a failed look is not a word about the page
    await on_target_checked([_target(site, 3, broken=False)], tx)
    await told(tx)
    assert len(await published(tx, AlertResolved)) == 1


async def test_a_page_that_answers_again_ends_no_alert_of_another_workspace_about_it(
    tx: Tx, site: Site
) -> None:
    other = await add_site(tx)  # another workspace that watches the same domain
    for one in (site, other):
        await live_links(tx, one, [PAGE])
        await on_target_checked([_target(one, 0, broken=False)], tx)
        await on_target_checked([_target(one, 1, broken=True)], tx)
    assert len(await told(tx)) == 2
    await on_target_checked([_target(site, 2, broken=False)], tx)
    await told(tx)
    assert [event.site_id for event in await published(tx, AlertResolved)] == [site.site_id]


def _target(site: Site, seq: int, *, broken: bool | None) -> TargetChecked:
    return TargetChecked(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        target_url=TARGET,
        target_key=page_id(TARGET),
        check_seq=seq,
        checked_at=NOON,
        broken=broken,
        reasons=(Reason.TARGET_ERROR,) if broken else (),
    )


async def test_a_worse_band_is_told_and_over_when_it_is_judged_better(tx: Tx, site: Site) -> None:
    [link_id] = await live_links(tx, site, [PAGE])
    bands = (Band.OK, Band.WATCH, Band.REVIEW, Band.WATCH)
    for number, (before, after) in enumerate(pairwise(bands)):
        crossed = ToxicityChanged(
            workspace_id=site.workspace_id,
            site_id=site.site_id,
            link_id=link_id,
            from_band=before,
            to_band=after,
            sentence="Worth a look.",
            occurred_at=LATER + timedelta(minutes=number),
        )
        await on_toxicity_changed([crossed], tx)
        assert len(await told(tx)) == 1
        assert len(await published(tx, AlertResolved)) == (number == 2)
    assert (await told(tx))[0].severity is AlertSeverity.NOTICE


async def test_what_became_of_a_domain_is_told(tx: Tx, site: Site) -> None:
    await only_rules(tx, site, a_rule(site, AlertKind.DOMAIN_FLAGGED))
    flagged = DomainFlagged(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        flag_id=new_id(),
        domain="blog.example",
        kind="parked",
        sentence="blog.example: its pages show adverts only.",
    )
    await on_domain_flagged([flagged, flagged], tx)
    # A domain that an import has just brought was like that before.
    await live_links(tx, site, [PAGE])
    imported = flagged.model_copy(
        update={"flag_id": new_id(), "domain": "example.org", "occurred_at": NOON}
    )
    await on_domain_flagged([imported], tx)
    [event] = await told(tx)
    assert (event.title, event.count) == ("blog.example: its pages show adverts only.", 1)


async def test_links_that_die_together_are_told_once_as_a_pattern(database: Database) -> None:
    async with database.begin() as tx:
        site = await add_site(tx)
        await only_rules(tx, site, a_rule(site, AlertKind.PATTERN))
        await live_links(tx, site, EACH)
        dying = await live_links(tx, site, BLOG[:6])
        await lose(tx, dying)
        await told(tx, NOON)
    assert not await seek_patterns(database, NOON + timedelta(minutes=5))  # others may follow
    soon = NOON + timedelta(hours=4)
    assert await seek_patterns(database, soon)
    assert not await seek_patterns(database, soon)
    async with database.begin() as tx:
        [event] = await told(tx, soon)
        # Another loss, and the same six are no news.
        await lose(tx, [await add_link(tx, site, page=BLOG[9])])
        await patterns.make_due(tx, [site.site_id], now=soon)
    assert event.count == 6
    assert event.title.startswith("These 6 links died together")
    assert set(event.link_ids) == set(dying)
    assert await seek_patterns(database, soon + timedelta(hours=1))
    async with database.begin() as tx:
        assert len(await told(tx, soon + timedelta(days=2))) == 1


async def test_a_site_that_loses_more_while_it_is_asked_about_stays_due(tx: Tx, site: Site) -> None:
    await patterns.make_due(tx, [site.site_id], now=NOON)
    due = await patterns.claim_site(tx, now=LATER)
    assert due is not None
    assert await patterns.claim_site(tx, now=LATER) is None
    await patterns.make_due(tx, [site.site_id], now=LATER)
    await patterns.mark_asked(tx, due, now=LATER)
    again = await patterns.claim_site(tx, now=LATER + timedelta(minutes=11))
    assert again is not None
    assert again.asked_at == LATER
    await patterns.mark_asked(tx, again, now=LATER)
    assert await patterns.claim_site(tx, now=LATER + timedelta(days=1)) is None


async def test_fewer_than_a_rule_asks_for_are_not_told_and_not_shown(tx: Tx, site: Site) -> None:
    await only_rules(tx, site, a_rule(site, least_count=3, window=timedelta(hours=6)))
    ids = await live_links(tx, site, BLOG[:4])
    await lose(tx, ids[:2])
    assert await told(tx) == []
    # Too long after the first two to count with them.
    await lose(tx, ids[2:3], since=30)
    assert await told(tx) == []
    await look(tx, [a_check(ids[0], 31), a_check(ids[1], 31)])
    await lose(tx, [ids[0], ids[1], ids[3]], since=32)
    [event] = await told(tx)
    assert event.count == 4


async def test_more_than_a_person_can_read_comes_as_one_for_the_site(tx: Tx, site: Site) -> None:
    await lose(tx, await live_links(tx, site, EACH))
    events = await told(tx)
    assert len(events) == 21
    assert "10 links from 10 domains were lost" in {event.title for event in events}
    assert sum(event.count for event in events) == len(EACH)


async def test_a_rule_of_the_site_tells_everything_of_a_kind_in_one(tx: Tx, site: Site) -> None:
    await only_rules(tx, site, a_rule(site, group_by=GroupBy.SITE))
    await lose(tx, await live_links(tx, site, EACH[:5]))
    assert [event.title for event in await told(tx)] == ["5 links from 5 domains were lost"]


async def test_rules_of_others_switched_off_or_of_another_site_tell_nothing(
    tx: Tx, site: Site
) -> None:
    stranger = await add_site(tx, "else.example")
    second = await add_site(tx, "second.example", site.workspace_id)
    await only_rules(
        tx,
        site,
        a_rule(site, enabled=False),
        a_rule(site, site_id=second.site_id),
        a_rule(site, least_value=1_000.0),
    )
    await only_rules(tx, stranger, *await alert_rules.list_enabled(tx, [site.workspace_id]))
    await alert_rules.add_rule(tx, a_rule(stranger))
    await lose(tx, await live_links(tx, site, [PAGE]))
    assert await told(tx) == []


async def test_what_a_person_does_by_hand_and_snoozed_links_are_no_news(tx: Tx, site: Site) -> None:
    ids = await live_links(tx, site, BLOG[:2])
    await tx.run("UPDATE links SET snoozed_until = $2 WHERE link_id = $1", ids[0], LATER)
    await lose(tx, ids)
    await tx.run("UPDATE changes SET actor = 'alice' WHERE link_id = $1 AND NOT sifted", ids[1])
    assert await told(tx) == []


async def test_an_alert_about_links_that_are_no_longer_in_the_list_ends_at_night(
    tx: Tx, site: Site
) -> None:
    [link_id] = await live_links(tx, site, [PAGE])
    await lose(tx, [link_id])
    await told(tx)
    await tx.run("UPDATE links SET deleted_at = $1", LATER)
    assert await end_forgotten(tx, LATER) == 1
    assert await end_forgotten(tx, LATER) == 0
    assert len(await published(tx, AlertResolved)) == 1


async def test_old_alerts_are_forgotten_with_what_they_hold(tx: Tx, site: Site) -> None:
    await lose(tx, await live_links(tx, site, [PAGE]))
    await told(tx)

    async def forget(before: datetime) -> int:
        return await alerts.remove_old(tx, before=before, untold_before=LATER, limit=10)

    assert (await forget(NOON), await forget(LATER)) == (0, 1)
    assert await tx.fetch_value("SELECT count(*) FROM alert_items") == 0


async def test_a_batch_that_is_rolled_back_is_done_again_and_nothing_twice(
    database: Database,
) -> None:
    async with database.begin() as tx:
        site = await add_site(tx)
        await lose(tx, await live_links(tx, site, BLOG))
    with pytest.raises(ZeroDivisionError):
        await _sift_and_die(database)
    async with database.begin() as tx:
        assert await alert_rows(tx) == []
        assert await sift(tx, now=LATER) == len(BLOG)
    async with database.begin() as tx:
        assert len(await told(tx)) == 1


async def _sift_and_die(database: Database) -> None:
    async with database.begin() as tx:
        assert await sift(tx, now=LATER) == len(BLOG)
        raise ZeroDivisionError


async def test_one_process_decides_at_a_time_and_a_late_commit_is_not_passed_over(
    database: Database,
) -> None:
    async with database.begin() as tx:
        site = await add_site(tx)
        early, late = await live_links(tx, site, [BLOG[0], EACH[0]])
    async with database.begin() as slow:
        await lose(slow, [early])
        async with database.begin() as quick:
            await lose(quick, [late])
        async with database.begin() as first, database.begin() as second:
            assert await sift(first, now=LATER) == 1
            assert await sift(second, now=LATER) == 0
    async with database.begin() as tx:
        assert [event.link_ids for event in await told(tx)] == [(late,), (early,)]


async def test_a_batch_costs_the_same_statements_whatever_its_size(tx: Tx, site: Site) -> None:
    ids = await live_links(tx, site, BLOG)
    used = []
    for some in (ids[:2], ids[2:]):
        await lose(tx, some)
        counting = CountingTx(tx)
        await sift(counting, now=LATER)
        used.append(len(counting.statements))
    assert used[1] <= used[0]
    assert len(ids) < BATCH


async def test_a_site_that_was_deleted_is_told_of_no_more(tx: Tx, site: Site) -> None:
    await lose(tx, await live_links(tx, site, [PAGE]))
    await tx.run("UPDATE sites SET deleted_at = $1", LATER)
    assert await told(tx) == []
    assert (
        await tx.fetch_value("SELECT count(*) FROM changes WHERE kind = 'lost' AND NOT sifted") == 0
    )
    await patterns.make_due(tx, [site.site_id], now=NOON)
    assert await patterns.claim_site(tx, now=LATER) is None
    assert (await occasions.take_occasions(tx, limit=10)).count == 0


async def test_each_notice_of_a_payment_is_told_and_ends_when_it_is_settled(
    tx: Tx, site: Site
) -> None:
    about = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "payment_id": new_id(),
        "placement_id": new_id(),
        "referring_domain": "blog.example",
        "amount": 120,
        "currency": "EUR",
    }
    for days in (7, 2):
        event = PaymentDue(**about, days=days, sentence=f"It is to be paid in {days} days.")
        await on_payment_due([event, event], tx)
        await told(tx)
    raised = await published(tx, AlertRaised)
    assert [(one.rule_name, one.title) for one in raised] == [
        ("Payments due", f"For the link on blog.example: It is to be paid in {days} days.")
        for days in (7, 2)
    ]
    await told(tx)
    assert len(await published(tx, AlertResolved)) == 1  # by the notice that came after it
    await on_payment_settled([PaymentSettled(**about)], tx)
    await told(tx)
    assert {one.alert_id for one in await published(tx, AlertResolved)} == {
        one.alert_id for one in raised
    }
