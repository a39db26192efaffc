"""Redirects that sites really have: how often the first candidate is where the old address leads."""

from collections import defaultdict

import pytest

from tests.profile.redirects.real import Tally, baseline, ours, sites

LEAST = {"learn": 0.72, "kept": 0.80}
"""The share of first candidates that are right. The pairs of `kept` were not looked at to mend the score."""


@pytest.fixture(scope="module")
def found() -> dict[str, list[Tally]]:
    tallies: dict[str, list[Tally]] = defaultdict(list)
    for site in sites():
        tallies[site.group].append(ours(site))
    return tallies


def test_there_are_enough_pairs_of_enough_sites() -> None:
    assert len(sites()) >= 20
    assert sum(len(site.pairs) for site in sites()) >= 3_000
    for site in sites():
        assert set(site.pairs.values()) <= set(site.live)
        assert not {old.rstrip("/") for old in site.pairs} & {new.rstrip("/") for new in site.live}


@pytest.mark.parametrize("group", ["learn", "kept"])
def test_the_first_candidate_is_where_the_site_leads(
    found: dict[str, list[Tally]], group: str
) -> None:
    tallies = found[group]
    assert sum(one.first for one in tallies) >= LEAST[group] * sum(one.pairs for one in tallies)


def test_what_is_called_a_redirect_mostly_is_one(found: dict[str, list[Tally]]) -> None:
    for tallies in found.values():
        right, sure = sum(one.sure_right for one in tallies), sum(one.sure for one in tallies)
        assert right >= 0.92 * sure
        assert sure >= 0.6 * sum(one.pairs for one in tallies)


def test_ours_is_ahead_of_the_best_simple_way(found: dict[str, list[Tally]]) -> None:
    theirs = sum(baseline("combined", site) for site in sites() if site.group == "kept")
    assert sum(one.first for one in found["kept"]) > theirs
