"""Every row of the table of robots.txt is answered as the standard, or Google's matcher, answers.

`data/robots.json` holds files (as text, or as octets) and rows `agent /path` that may be asked or
not. Their names say whence the answer comes: the standard ("rfc", RFC 9309), Google's documentation
("doc"), or the behaviour of Google's published matcher ("matcher").
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.crawler.domain.robots import parse

SITE = "https://site.example"
DATA = Path(__file__).parents[1] / "data/robots.json"

Row = tuple[str, bytes, str, str, bool]


def rows() -> Iterator[Row]:
    for case in json.loads(DATA.read_text()):
        robots = case["robots"].encode() if "robots" in case else case["octets"].encode("latin-1")
        for answer in ("allowed", "disallowed"):
            for row in case[answer]:
                agent, slash, path = row.partition(" /")
                url = f"{SITE}/{path}" if slash else ""
                yield case["name"], robots, agent.strip(), url, answer == "allowed"


ROWS = tuple(rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} - {row[2]} {row[3]}")
def test_a_row_of_the_table(row: Row) -> None:
    _, robots, agent, url, allowed = row
    assert parse(robots).allowed(agent, url) is allowed


def test_the_table_is_whole_and_every_row_of_it_asks_something_else() -> None:
    assert len(ROWS) > 300
    assert len({row[1:4] for row in ROWS}) == len(ROWS)
