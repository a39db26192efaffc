"""Texts that are tried side by side: who gets which, and when one may be called the better."""

from collections import Counter
from uuid import UUID

import pytest

from services.outreach.domain.sequences import variants
from services.outreach.domain.sequences.steps import Step, Thread, Variant, check, refusal, write
from services.outreach.domain.sequences.variants import Tally, chosen, compare, people_needed

PEOPLE = [UUID(int=number) for number in range(3000)]


def a_step(*weights: int, step_no: int = 1) -> Step:
    first, *others = weights
    return Step(
        step_no=step_no,
        delay_days=step_no - 1,
        thread=Thread.NEW,
        subject="A",
        body="Text A",
        weight=first,
        others=tuple(
            Variant(name=name, weight=weight, subject=name, body=f"Text {name}")
            for name, weight in zip("BCD", others, strict=False)
        ),
    )


def test_who_gets_which_text_follows_the_weights_and_never_changes() -> None:
    step = a_step(2, 1, 1)
    got = Counter(chosen(step, one).name for one in PEOPLE)
    assert got["A"] == pytest.approx(1500, abs=120)
    assert got["B"] == pytest.approx(750, abs=100)
    assert [chosen(step, one) for one in PEOPLE] == [chosen(step, one) for one in PEOPLE]
    later = a_step(2, 1, 1, step_no=2)
    same = sum(chosen(step, one).name == chosen(later, one).name for one in PEOPLE)
    assert 900 < same < 1500  # one step does not say what somebody gets in the next


def test_a_stopped_text_goes_to_nobody_any_more() -> None:
    [after] = variants.stopped([a_step(1, 1)], 1, "A")
    assert {chosen(after, one).name for one in PEOPLE} == {"B"}
    assert not variants.are_tried(after)
    assert check(variants.stopped([after], 1, "B"))[0].pointer == "/steps/0/weight"


def test_every_text_is_checked_and_every_one_in_use_must_be_whole() -> None:
    step = a_step(1, 1)
    twin = Variant(name="B", subject="A", body="Text A")
    bad = Variant(name="B", subject="B", body="[write something]")
    assert [one.code for one in check([_with(step, twin)])] == ["same-text"]
    assert [one.pointer for one in check([_with(step, bad)])] == ["/steps/0/variants/0/body"]
    asks = Variant(name="B", subject="B", body="About {{topic}}")
    found = write([_with(step, asks)], {})
    assert [one.variant for one in found] == ["A", "B"]
    assert refusal(found) == ("missing-variables", "There is no value for “topic”.")
    off = Variant(name="B", subject="B", body="About {{topic}}", weight=0)
    assert refusal(write([_with(step, off)], {})) is None


def _with(step: Step, other: Variant) -> Step:
    return Step(
        step_no=1,
        delay_days=0,
        thread=Thread.NEW,
        subject=step.subject,
        body=step.body,
        others=(other,),
    )


@pytest.mark.parametrize(
    ("hits", "of", "live", "winner", "words", "more"),
    [
        ((30, 2), (49, 200), "AB", None, "still missing: A 1.", 1),
        (
            (30, 2),
            (100, 100),
            "AB",
            "A",
            "A brings more: 30 of 100 (A) against 2 of 100 (B).",
            None,
        ),
        ((12, 8), (100, 100), "AB", None, "about ", 709),
        ((5, 5), (60, 60), "AB", None, "no number of people", None),
        ((30, 2, 0), (100, 100, 10), "AB", "A", "A brings more", None),
        ((30, 2, 0), (100, 100, 10), "ABC", None, "still missing: C 40.", 40),
        ((30, 25, 2), (100, 100, 100), "ABC", None, "25 of 100 (B)", 1700),
        ((30, 2), (100, 3), "A", None, "only one text", None),
    ],
)
def test_none_is_named_too_early(
    hits: tuple[int, ...],
    of: tuple[int, ...],
    live: str,
    winner: str | None,
    words: str,
    more: int | None,
) -> None:
    names = "ABCD"[: len(of)]
    found = compare(
        dict(zip(names, hits, strict=True)), dict(zip(names, of, strict=True)), live=set(live)
    )
    assert found.winner == winner
    assert words in found.sentence
    assert found.more == (more if more is None else pytest.approx(more, rel=0.5))


def test_how_many_it_takes_is_the_least_that_tells_them_apart() -> None:
    needed = people_needed(0.12, 0.08)
    assert needed is not None
    at = {"A": needed, "B": needed}
    assert compare({"A": round(0.12 * needed) + 1, "B": round(0.08 * needed)}, at, live=at).winner
    fewer = {name: count // 2 for name, count in at.items()}
    hits = {"A": round(0.12 * fewer["A"]), "B": round(0.08 * fewer["B"])}
    assert compare(hits, fewer, live=fewer).winner is None


def test_a_text_keeps_what_it_brought_while_it_reads_the_same() -> None:
    now = a_step(1, 0)
    reworded = Step(
        step_no=1,
        delay_days=0,
        thread=Thread.NEW,
        subject="A",
        body="Other",
        others=now.others,
    )
    counted = {
        (1, 1, "A"): Tally(sent=9),
        (1, 1, "B"): Tally(sent=8),
        (2, 1, "A"): Tally(sent=5, bounced=1),
        (2, 1, "B"): Tally(sent=4),
    }
    versions = {1: [reworded], 2: [a_step(1, 1)], 3: [now]}
    found = variants.tallies(now, versions, counted)
    assert (found["A"].delivered, found["B"].sent) == (4, 12)
