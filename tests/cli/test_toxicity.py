"""`anchorwatch toxicity domains|page`: no server, no database, exact columns."""

import json
from pathlib import Path

import pytest

from services.cli import toxicity

HACKED = """
<html><head><title>A garden diary</title></head><body><p>{words}</p>
<div style="position:absolute;left:-9999px"><a href="https://acme.example/">online casino</a>
<a href="https://b.example/">poker</a><a href="https://c.example/">slots</a></div></body></html>
"""


def test_domains_are_judged_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "domains.txt"
    file.write_text("\ufeffbestcasinobonus.xyz\r\n\n# note\nESSEX-birds.org\nnonsense\n", "utf-8")
    assert toxicity.main(["domains", str(file)]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head == "domain,p,reasons"
    assert [row.partition(",")[0] for row in rows] == [
        "bestcasinobonus.xyz",
        "ESSEX-birds.org",
        "nonsense",
    ]
    assert float(rows[0].split(",")[1]) > 0.9
    assert rows[2] == "nonsense,,not a domain"


def test_a_file_that_is_not_there_is_said_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert toxicity.main(["domains", "/nowhere/domains.txt"]) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_a_page_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text(HACKED.format(words="a garden in the summer rain " * 40), "utf-8")
    words = ["page", str(page), "--url", "https://ashford-garden.org/d", "--target", "acme.example"]
    assert toxicity.main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = answer["toxicity"]
    codes = {one["code"] for one in found["findings"]}
    assert {"poison_anchor", "hidden_link", "injected_block"} <= codes
    assert found["log_odds"] == sum(line["weight"] for line in found["waterfall"])
    assert set(answer["answers"]) == {"is_real", "shows_pattern", "passes", "is_worth"}
    assert answer["link"]["hidden"] is True
    assert toxicity.main(words) == 0
    assert "_" not in capsys.readouterr().out


def test_a_page_alone_is_not_enough_for_a_score(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>some words</p>", "utf-8")
    assert toxicity.main(["page", str(page), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found, place = answer["toxicity"], answer["as_a_place"]
    assert (found["insufficient_data"], found["score"]) == (True, None)
    assert place["advice"] == "look_closer"
    assert toxicity.main(["page", str(page)]) == 0
    assert f"As a place for a link: {place['sentence']}" in capsys.readouterr().out
