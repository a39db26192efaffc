"""The model of names: whole words, calibrated and capped chances, and innocents that sound bad."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.toxicity.domain.lexical import fitting, model, names, segment
from services.toxicity.domain.score import PROPOSE_FROM

INNOCENT = Path(__file__).parent / "data/innocent_names.txt"
EXCERPT = Path(__file__).parent / "data/trusted_excerpt.txt"
# The whole list lies beside the project, where a clone has it not.
TRUSTED = Path(__file__).parents[3] / "shared/data/domains/trusted_domains.csv"


def words_in(text: str) -> list[str]:
    lexicon = model.load().lexicon
    codes, _ = names.matrix_of([names.Label(text, "com")])
    found = segment.read(lexicon, codes)
    pieces = zip(found.start, found.length, found.word, strict=True)
    return [
        text[at : at + size] if word >= 0 else f"?{text[at : at + size]}"
        for at, size, word in pieces
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("essexbirdwatchers", ["essex", "bird", "watchers"]),
        ("therapistfinder", ["therapist", "finder"]),
        ("scunthorpetimes", ["scunthorpe", "times"]),
        ("bestcasinobonus", ["best", "casino", "bonus"]),
        ("cheapviagraonline", ["cheap", "viagra", "online"]),
        ("cockburnlaw", ["cockburn", "law"]),
        ("xkqzvbw", ["?xkqzvbw"]),
        ("free-mp3-songs", ["free", "?mp", "songs"]),
        ("", []),
    ],
)
def test_a_name_is_read_in_whole_words(name: str, words: list[str]) -> None:
    assert words_in(name) == words


def test_innocents_that_hold_a_bad_word_are_not_condemned() -> None:
    lines = INNOCENT.read_text(encoding="utf-8").splitlines()
    domains = [line for line in lines if line and not line.startswith("#")]
    chances = [one.p for one in model.load().judge(domains) if one.p is not None]
    assert len(chances) == len(domains) >= 200
    assert sum(p > 0.5 for p in chances) <= 0.10 * len(chances)
    assert sum(p > 0.9 for p in chances) <= 0.005 * len(chances)


def test_bad_names_are_told_from_good_ones_with_their_words() -> None:
    bad, good = model.load().judge(["bestcasinobonus.xyz", "ashfordlibrary.org"])
    assert bad.p is not None
    assert good.p is not None
    assert bad.p > 0.9
    assert good.p < 0.4
    assert bad.reasons[0] == "speaks of gambling: casino"


def test_no_trusted_domain_comes_near_the_threshold() -> None:
    domains = EXCERPT.read_text("utf-8").split()
    if TRUSTED.exists():
        with TRUSTED.open(encoding="utf-8") as lines:
            domains += [row["domain"] for row in csv.DictReader(lines)]
    worst = max(one.p or 0.0 for one in model.load().judge(domains))
    assert worst <= model.MOST < PROPOSE_FROM


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_text_is_judged_or_is_no_domain(texts: list[str]) -> None:
    found = list(model.load().judge(texts))
    assert [one.domain for one in found] == texts
    assert all(one.p is None or model.LEAST <= one.p <= model.MOST for one in found)


def test_the_order_and_company_of_names_do_not_matter() -> None:
    domains = ["bestcasinobonus.xyz", "a.org", "essexlibraries.co.uk", "x" * 60 + ".com", "1.net"]
    alone = [next(model.load().judge([domain])) for domain in domains]
    assert list(model.load().judge(domains)) == alone
    assert list(model.load().judge(domains[::-1])) == alone[::-1]


@given(
    st.from_regex(r"(xn--)?[a-z0-9-]{1,8}", fullmatch=True),
    st.sampled_from(["com", "de", "uk", "ck", "zz", "io", "12", "co.uk", "github.io"]),
)
@example("github", "io")
@example("co", "uk")
@example("www", "ck")
def test_the_quick_way_through_plain_names_reads_what_the_careful_one_does(
    text: str, suffix: str
) -> None:
    assert names.label_of(f"{text}.{suffix}") == names.label_of(f" {text}.{suffix}")


def test_the_report_is_shipped_and_keeps_what_it_promises() -> None:
    report = model.load().info["report"]
    assert report["auc_family_left_out"] >= 0.75
    assert report["calibration_error"] <= 0.05
    assert len(model.load().info["data_sha256"]) == 64


def test_auc_and_precision_are_what_they_are_called() -> None:
    toxic, score = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])
    assert fitting.auc(toxic, score) == pytest.approx(0.75)
    assert math.isclose(fitting.precision_at(0.4, 2.1e-4, 0.05), 0.99, abs_tol=0.001)
