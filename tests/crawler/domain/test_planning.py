"""What a look teaches of how links go, and what it sets in motion."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.crawler.domain.claim import Claim, Memory, WatchState
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.hazard import History, prior_of
from services.crawler.domain.look import Look
from services.crawler.domain.page_kind import PageKind
from services.crawler.domain.planning import Planned, Terms, plan_of
from services.crawler.domain.seen import Retold, Seen
from services.crawler.domain.streak import Streak
from services.crawler.domain.verdict import Watch
from shared.vocabulary import Outcome, Position
from tests.crawler.builders import NOW, SITE, WORKSPACE

ARTICLE = "https://blog.example/how-to-anchor"
LISTING = "https://blog.example/tag/anchors"
DAY = timedelta(days=1)


def a_watch(**given: Any) -> WatchState:
    watch = Watch(link_id=UUID(int=5), site_id=SITE, hosts=frozenset({"our.example"}))
    fields: dict[str, Any] = {
        "watch": watch,
        "workspace_id": WORKSPACE,
        "known_since": NOW - 400 * DAY,
        "ever_live": True,
        "last_outcome": Outcome.FOUND,
    }
    return WatchState(**(fields | given))


def seen(state: WatchState, outcome: Outcome, streak: Streak) -> Seen:
    told = Retold({}, [])
    return Seen(state, outcome, (), Position.UNKNOWN, (), streak, timedelta(hours=1), told)


def found(**given: Any) -> Seen:
    return seen(a_watch(**given), Outcome.FOUND, Streak())


def lost(**given: Any) -> Seen:
    state = a_watch(missing_streak=1, missing_since=NOW - DAY, **given)
    return seen(state, Outcome.MISSING, Streak(2, NOW - DAY))


def plan(*links: Seen, url: str = ARTICLE, failed: bool = False, **given: Any) -> Planned:
    memory = Memory(checked_at=NOW - 7 * DAY, checks=4)._replace(**given)
    claim = Claim(
        page_id=UUID(int=9),
        page_key=UUID(int=7),
        url=url,
        host="blog.example",
        check_seq=2,
        lease_until=NOW,
        memory=memory,
        watches=tuple(one.state for one in links),
    )
    look = Look(fetched=Fetched(url=url, final_url=url), looked_at=NOW)
    terms = Terms(now=NOW, check_id=UUID(int=8), workspace_of={})
    return plan_of(claim, look, links, failed=failed, terms=terms)


def test_a_week_under_watch_without_a_loss_is_learned_by_page_and_host() -> None:
    prior = prior_of(age_days=400, kind=PageKind.ARTICLE, position=Position.UNKNOWN)
    planned = plan(found(), found())
    assert planned.learned == planned.history
    assert planned.history.losses == 0
    assert planned.history.expected == pytest.approx(14 * prior)
    assert planned.alarms == ()


def test_what_could_not_be_observed_teaches_nothing() -> None:
    blind = seen(a_watch(), Outcome.UNKNOWN, Streak())
    assert plan(blind, failed=True).learned == History(0, 0)


def test_a_confirmed_loss_is_counted_once_and_raises_an_alarm() -> None:
    planned = plan(lost(contract=True))
    assert planned.history.losses == 1
    [alarm] = planned.alarms
    assert (alarm.host, alarm.site_id, alarm.at) == ("blog.example", SITE, NOW)
    assert alarm.placed_at == NOW - 400 * DAY
    long_gone = seen(a_watch(missing_streak=2), Outcome.MISSING, Streak(3, NOW - 9 * DAY))
    assert plan(long_gone).history.losses == 0
    assert plan(long_gone).alarms == ()


def test_a_link_that_was_never_there_is_no_loss() -> None:
    assert plan(lost(ever_live=False)).alarms == ()


def test_what_scrolls_off_a_list_is_no_news_about_its_host() -> None:
    planned = plan(lost(), url=LISTING)
    assert planned.history.losses == 1
    assert (planned.learned.losses, planned.alarms) == (0, ())


def test_a_page_that_loses_link_after_link_is_a_list_whatever_its_name() -> None:
    churning = plan(lost(), history=History(losses=3, expected=0.1))
    assert (churning.learned.losses, churning.alarms) == (0, ())
    assert plan(lost(), history=History(losses=2, expected=0.1)).learned.losses == 1


def test_losses_of_the_page_bring_its_next_look_forward() -> None:
    calm = plan(found())
    stormy = plan(found(), history=History(losses=2, expected=0.2))
    assert stormy.next_check_at < calm.next_check_at
    assert stormy.rate > calm.rate
