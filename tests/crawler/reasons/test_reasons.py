"""Every reason is said where it is true, with the right status, and not where it only nearly is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from shared.vocabulary import Reason
from tests.conftest import TEMPLATE, run_sql
from tests.crawler.reasons.case import Case
from tests.crawler.reasons.of_the_page import OF_THE_PAGE
from tests.crawler.reasons.on_the_page import ON_THE_PAGE
from tests.crawler.reasons.other_ways import OTHER_WAYS
from tests.crawler.reasons.out_there import OUT_THERE
from tests.crawler.reasons.stage import Result, play

CASES = (*ON_THE_PAGE, *OF_THE_PAGE, *OUT_THERE, *OTHER_WAYS)
# Only a browser tells: its cases are in tests/crawler/adapters/test_rendering.py.
SEEN_BY_A_BROWSER = frozenset({Reason.RAW_ONLY})


@pytest.fixture(scope="module")
def results(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Result]]:
    """What became of all cases: they are played once, all together."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    folder: Path = tmp_path_factory.mktemp("authority")
    yield asyncio.run(play(CASES, postgres.url(name), folder))
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_ends_as_it_must(case: Case, results: dict[str, Result]) -> None:
    result = results[case.name]
    assert (result.status, sorted(result.says)) == (case.status, sorted(case.says))
    assert result.contract == case.contract


@pytest.mark.parametrize("reason", sorted(set(Reason) - SEEN_BY_A_BROWSER))
def test_every_reason_has_a_case_and_a_counter_case(reason: Reason) -> None:
    about = [case for case in CASES if case.about is reason]
    assert any(case.name == reason.value and not case.is_counter for case in about)
    assert any(case.name.startswith("not_") and case.is_counter for case in about)


def test_no_two_cases_share_a_host() -> None:
    assert len({case.host for case in CASES}) == len(CASES)
