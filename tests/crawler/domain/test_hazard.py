"""How likely links go: the class's curve, corrected by what our own looks saw."""

import pytest

from services.crawler.domain.hazard import NOTHING, History, hazard_of, prior_of
from services.crawler.domain.page_kind import PageKind
from shared.vocabulary import Position


def prior(age_days: float = 1_000, **given: object) -> float:
    fields = {"kind": PageKind.ARTICLE, "position": Position.CONTENT} | given
    return prior_of(age_days=age_days, **fields)  # type: ignore[arg-type]


def test_the_curve_by_age_goes_through_what_was_counted() -> None:
    gone_in = {years: sum(prior(day + 0.5) for day in range(365 * years)) for years in (1, 10)}
    assert gone_in[1] == pytest.approx(0.083, rel=0.03)
    assert gone_in[10] == pytest.approx(0.478, rel=0.03)
    assert prior(1) > prior(30) > prior(365) > prior(3_650)


def test_lists_sidebars_and_comments_lose_links_sooner() -> None:
    assert prior(kind=PageKind.LISTING) > prior(kind=PageKind.HOME) > prior()
    assert prior(position=Position.SIDEBAR) > prior()
    assert prior(rel=("ugc",)) > prior(rel=("nofollow",)) == prior()


def test_without_history_the_class_decides() -> None:
    assert hazard_of(0.001, host=NOTHING, page=NOTHING) == 0.001


def test_losses_on_a_host_raise_the_hazard_of_its_other_pages() -> None:
    calm = History(losses=0, expected=2)
    stormy = History(losses=6, expected=2)
    assert hazard_of(0.001, host=calm, page=NOTHING) < 0.0005
    assert 0.002 < hazard_of(0.001, host=stormy, page=NOTHING) < 0.004


def test_a_little_history_moves_little() -> None:
    week = History(losses=0, expected=7 * 0.00013)
    assert hazard_of(0.00013, host=NOTHING, page=week) == pytest.approx(0.00013, rel=0.01)


def test_a_page_is_compared_with_its_own_host() -> None:
    host = History(losses=20, expected=2)
    as_bad_as_its_host = History(losses=10, expected=1)
    alone = hazard_of(0.001, host=host, page=NOTHING)
    assert hazard_of(0.001, host=host, page=as_bad_as_its_host) == pytest.approx(alone, rel=0.2)
