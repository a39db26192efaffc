"""When an unchanged page may be answered from memory."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.crawler.domain.claim import Claim, WatchState
from shared import ids
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
        (replace(STATE, missing_streak=1), False),
        (replace(STATE, missing_streak=2), True),
        (replace(STATE, missing_streak=1, ever_live=False), True),
        (replace(STATE, observation=None), False),
    ],
    ids=["found", "a loss to confirm", "lost", "never there", "never looked at"],
)
def test_an_unchanged_page_is_read_again_only_for_a_reason(
    state: WatchState, reusable: bool
) -> None:
    assert replace(CLAIM, watches=(state,)).is_reusable is reusable
