"""A page that shows a link to some visitors only has not lost it."""

from uuid import UUID

import pytest

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.scene import Scene
from services.crawler.domain.second_look import is_doubtful, shown_to_some
from services.crawler.domain.sight import sight_of
from services.crawler.domain.verdict import Judgement, Verdict
from shared.vocabulary import Outcome, Reason
from tests.crawler.builders import NOW

LINK, OTHER = UUID(int=1), UUID(int=2)
GONE = Verdict(link_id=LINK, outcome=Outcome.MISSING, reasons=(Reason.LINK_REMOVED,))
THERE = Verdict(link_id=LINK, outcome=Outcome.FOUND, reasons=(Reason.NOINDEX_META,))
BLIND = Verdict(link_id=LINK, outcome=Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,))


def judgement(*verdicts: Verdict) -> Judgement:
    fetched = Fetched(url="http://blog.example/", final_url="http://blog.example/", status=200)
    sight = sight_of(Scene(fetched, None), seen=True, now=NOW, google_allowed=None)
    return Judgement(sight=sight, verdicts=verdicts)


@pytest.mark.parametrize(
    ("reason", "outcome", "doubtful"),
    [
        (Reason.LINK_REMOVED, Outcome.MISSING, True),
        (Reason.MENTION_ONLY, Outcome.MISSING, True),
        (Reason.LINK_IN_COMMENT, Outcome.MISSING, True),
        (Reason.PAGE_404, Outcome.MISSING, False),
        (Reason.DNS_GONE, Outcome.MISSING, False),
        (Reason.JS_ONLY, Outcome.UNKNOWN, False),
        (Reason.NOINDEX_META, Outcome.FOUND, False),
    ],
)
def test_only_a_link_that_is_gone_from_an_ordinary_page_is_doubted(
    reason: Reason, outcome: Outcome, *, doubtful: bool
) -> None:
    seen = judgement(Verdict(link_id=LINK, outcome=outcome, reasons=(reason,)))
    assert is_doubtful(seen, {LINK}) is doubtful
    assert not is_doubtful(seen, {OTHER})
    assert not is_doubtful(None, {LINK})


def test_what_one_answer_shows_is_there_but_not_for_everybody() -> None:
    both = shown_to_some(judgement(GONE), judgement(THERE))
    assert both is not None
    assert both.verdicts[0].outcome is Outcome.FOUND
    assert both.verdicts[0].reasons == (Reason.CLOAKED, Reason.NOINDEX_META)


def test_a_link_that_only_the_first_answer_had_is_there_as_well() -> None:
    mine = Verdict(link_id=OTHER, outcome=Outcome.FOUND, reasons=())
    gone = Verdict(link_id=OTHER, outcome=Outcome.MISSING, reasons=(Reason.LINK_REMOVED,))
    both = shown_to_some(judgement(GONE, mine), judgement(THERE, gone))
    assert both is not None
    assert [verdict.reasons[0] for verdict in both.verdicts] == [Reason.CLOAKED] * 2


@pytest.mark.parametrize("second", [GONE, BLIND])
def test_a_second_answer_without_the_link_changes_nothing(second: Verdict) -> None:
    assert shown_to_some(judgement(GONE), judgement(second)) is None
