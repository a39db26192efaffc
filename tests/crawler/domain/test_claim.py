"""When an unchanged page may be answered from memory, and when a look changes nothing."""

from datetime import UTC, datetime

import pytest

from services.crawler.domain.claim import Claim, WatchRecord, WatchState
from shared import ids
from shared.vocabulary import Outcome
from tests.crawler.domain.judging import PAGE, a_watch

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATE = WatchState(
    watch=a_watch(),
    workspace_id=ids.new_id(),
    value=1.0,
    contract=False,
    ever_live=True,
    known_since=NOW,
    tracked_seq=1,
    missing_streak=0,
    missing_since=None,
    last_outcome=None,
    observation=b"{}",
)
CLAIM = Claim(
    page_id=ids.new_id(),
    page_key=ids.new_id(),
    url=PAGE,
    host="blog.example.org",
    check_seq=2,
    lease_until=NOW,
)


@pytest.mark.parametrize(
    ("state", "reusable"),
    [
        (STATE, True),
        (STATE._replace(missing_streak=1), False),
        (STATE._replace(missing_streak=2), True),
        (STATE._replace(missing_streak=1, ever_live=False), True),
        (STATE._replace(observation=None), False),
    ],
    ids=["found", "a loss to confirm", "lost", "never there", "never looked at"],
)
def test_an_unchanged_page_is_read_again_only_for_a_reason(
    state: WatchState, reusable: bool
) -> None:
    assert CLAIM._replace(watches=(state,)).is_reusable is reusable


LOOK = WatchRecord(STATE.watch.link_id, Outcome.FOUND, 0, None)


@pytest.mark.parametrize(
    ("record", "before", "news"),
    [
        (LOOK, STATE._replace(last_outcome=Outcome.FOUND), False),
        (LOOK, STATE, True),
        (LOOK, STATE._replace(last_outcome=Outcome.MISSING), True),
        (LOOK, STATE._replace(last_outcome=Outcome.FOUND, ever_live=False), True),
        (LOOK, STATE._replace(last_outcome=Outcome.FOUND, missing_streak=1), True),
        (LOOK, STATE._replace(last_outcome=Outcome.FOUND, missing_since=NOW), True),
        (LOOK._replace(observation=b"{}"), STATE._replace(last_outcome=Outcome.FOUND), True),
        (LOOK._replace(evidence_marks=b"{}"), STATE._replace(last_outcome=Outcome.FOUND), True),
    ],
    ids=["as before", "first", "back", "never live", "streak", "since", "observation", "evidence"],
)
def test_a_look_is_written_only_where_it_says_something_new(
    record: WatchRecord, before: WatchState, news: bool
) -> None:
    assert record.is_news(before) is news
