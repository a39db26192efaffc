"""Which spellings are one link: every pair of a table, either way round."""

import csv
from pathlib import Path

import pytest

from shared import urls

DATA = Path(__file__).parent / "data/same_links.csv"

with DATA.open(newline="", encoding="utf-8") as file:
    PAIRS = tuple(csv.DictReader(file))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['same']}: {pair['why']}")
def test_two_spellings_are_one_link_or_two(pair: dict[str, str]) -> None:
    one, other = urls.url_key(pair["one"]), urls.url_key(pair["other"])
    assert (one == other) is (pair["same"] == "yes"), (one, other)
    assert (urls.page_id(pair["one"]) == urls.page_id(pair["other"])) is (one == other)
    assert (urls.url_key(one), urls.url_key(other)) == (one, other)


def test_the_table_has_pairs_of_both_kinds() -> None:
    assert sum(pair["same"] == "yes" for pair in PAIRS) > 70
    assert sum(pair["same"] == "no" for pair in PAIRS) > 50
