"""Fingerprints: near texts are near, others far, whatever the length."""

import random

import pytest

from services.crawler.domain.fingerprint import (
    BITS,
    MAX_HASHED,
    MAX_TOKENS,
    distance,
    simhash,
    simhash_of_words,
)

SOURCE = random.Random(7)
WORDS = [f"word{number}" for number in range(3_000)]


def fingerprint(words: list[str]) -> str:
    found = simhash_of_words(words, 3)
    assert found is not None
    return found


@pytest.mark.parametrize("length", [200, MAX_HASHED, MAX_HASHED + 3, 4_900])
def test_a_word_put_in_front_moves_few_bits(length: int) -> None:
    text = SOURCE.choices(WORDS, k=length)
    assert distance(fingerprint(text), fingerprint(["new", *text])) <= BITS // 8


@pytest.mark.parametrize("length", [200, 4_900])
def test_another_text_is_far(length: int) -> None:
    text, other = SOURCE.choices(WORDS, k=length), SOURCE.choices(WORDS, k=length)
    assert distance(fingerprint(text), fingerprint(other)) > BITS // 8


def test_nothing_has_no_fingerprint() -> None:
    assert simhash([]) is None


def test_one_word_many_times_has_one_all_the_same() -> None:
    assert simhash(["again"] * 3_000) is not None


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 1_026, MAX_TOKENS + 2, MAX_TOKENS + 40])
def test_runs_of_words_are_tokens_like_others(length: int) -> None:
    text = [*SOURCE.choices([*WORDS, "Größe", "港", "\ud800"], k=length)]
    runs = [" ".join(text[at : at + 3]) for at in range(max(1, length - 2))]
    assert simhash_of_words(text, 3) == simhash(runs)


def test_no_words_have_no_fingerprint() -> None:
    assert simhash_of_words([], 3) is None
