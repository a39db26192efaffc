"""Texts with variables are filled strictly: what is missing or left over is named and not sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.sequences import steps, template
from services.outreach.domain.sequences.playbooks import ABOUT, STEPS, Language, Way
from services.outreach.domain.sequences.steps import MAX_STEPS, Step, Thread
from services.outreach.domain.sequences.template import KNOWN

SAMPLES = {known.name: known.sample for known in KNOWN}


def a_step(step_no: int = 1, **given: object) -> Step:
    values: dict[str, object] = {
        "step_no": step_no,
        "delay_days": step_no - 1,
        "thread": Thread.NEW if step_no == 1 else Thread.REPLY,
        "subject": "A link on {{domain}}" if step_no == 1 else "",
        "body": "Hello {{firstname}}",
    }
    return Step(**values | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Hello {{name}}", {"name": "Ann"}, "Hello Ann"),
        ("Hello {{ name }}", {"name": "  Ann \n Lee "}, "Hello Ann Lee"),
        ('Hello {{name|fallback:"there"}}', {}, "Hello there"),
        ('Hello {{name | fallback: "you two"}}', {"name": " "}, "Hello you two"),
        ("a { b } and {c}", {}, "a { b } and {c}"),
        ("see note [1] and [23]", {}, "see note [1] and [23]"),
        ("toda la tarea, todo", {}, "toda la tarea, todo"),
    ],
)
def test_a_text_is_filled(text: str, values: dict[str, str], filled: str) -> None:
    found = template.fill(text, values)
    assert (found.text, found.is_ready) == (filled, True)
    assert template.faults(text) == []


def test_missing_variables_are_named_once_in_order() -> None:
    found = template.fill('{{b}} {{a}} {{b}} {{c|fallback:"x"}}', {"d": "y"})
    assert found.missing == ("b", "a")
    assert not found.is_ready


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("[topic]", "[topic]"),
        ("[...]", "[...]"),
        ("TODO ask Sam", "TODO"),
        ("XXX", "XXX"),
        ("{{name}}", "{{name}}"),
        ("a }} b", "a }}"),
    ],
)
def test_what_is_left_to_be_filled_in_is_seen_in_values_and_in_texts(value: str, left: str) -> None:
    assert left in "".join(template.fill("We saw {{it}}", {"it": value}).leftovers)
    assert template.fill(f"We saw {value}", {}).is_ready is False
    if "{{name}}" not in value:
        assert any(left in fault for fault in template.faults(f"We saw {value}"))


@pytest.mark.parametrize(
    "text",
    [
        "{{}}",
        "{{Name}}",
        "{{a.b}}",
        "{{a|upper}}",
        '{{a|fallback:""}}',
        "{{a|fallback:“x”}}",
        '{{a|fallback:"{{b}}"}}',
        "{{ 7 * 7 }}",
        "{% if a %}{{a.__class__}}",
        "{{a",
        "a}}",
    ],
)
def test_everything_but_a_variable_with_a_fallback_is_refused(text: str) -> None:
    assert template.faults(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='{}|:"ab_ fallback[]TODOX\n', max_size=60), st.text(max_size=40))
def test_no_text_and_no_value_breaks_the_filling(text: str, value: str) -> None:
    found = template.fill(text, {"a": value, "b": value})
    if found.is_ready:
        assert "{{" not in found.text
        assert "}}" not in found.text
    assert set(found.missing) <= set(template.variables(text))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=600))
def test_a_value_stays_on_its_line_and_in_bounds(value: str) -> None:
    filled = template.fill('Subject {{a|fallback:"x"}}', {"a": value}).text
    assert len(filled.splitlines()) == 1
    assert len(filled) <= template.MAX_VALUE + 8


def test_a_reply_keeps_the_subject_of_its_thread() -> None:
    plan = [a_step(), a_step(2), a_step(3, thread=Thread.NEW, subject="Last")]
    written = steps.write(plan, SAMPLES)
    assert [one.subject.text for one in written] == [
        "A link on blog.example",
        "Re: A link on blog.example",
        "Last",
    ]
    assert steps.refusal(written) is None


def test_what_keeps_steps_from_being_sent_is_said() -> None:
    written = steps.write([a_step(), a_step(2, body="{{x}} {{y}}")], {"domain": "a.example"})
    assert steps.refusal(written) == (
        "missing-variables",
        "There is no value for “firstname”, “x”, “y”.",
    )
    left = steps.write([a_step(body="{{x}}")], SAMPLES | {"x": "[name]"})
    assert steps.refusal(left) == ("leftovers", "The text still holds “[name]”.")
    long = steps.write([a_step(subject="{{x}}")], SAMPLES | {"x": "y" * 400})
    assert steps.refusal(long) == ("too-long", "Step 1 gets too long with these values.")


@pytest.mark.parametrize(
    ("plan", "pointer"),
    [
        ([], "/steps"),
        ([a_step(1)] * (MAX_STEPS + 1), "/steps"),
        ([a_step(1, thread=Thread.REPLY, subject="")], "/steps/0/thread"),
        ([a_step(1), a_step(2, delay_days=0)], "/steps/1/delay_days"),
        ([a_step(1, subject=" ")], "/steps/0/subject"),
        ([a_step(1, subject="a\nBcc: x")], "/steps/0/subject"),
        ([a_step(1), a_step(2, subject="Mine")], "/steps/1/subject"),
        ([a_step(1, body="")], "/steps/0/body"),
        ([a_step(1, body="Hello [name]")], "/steps/0/body"),
    ],
)
def test_bad_steps_are_refused(plan: list[Step], pointer: str) -> None:
    assert [fault.pointer for fault in steps.check(plan)] == [pointer]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("way", Way)
def test_a_playbook_can_be_used_as_it_is(way: Way, language: Language) -> None:
    plan = STEPS[language][way]
    assert steps.check(plan) == []
    assert [step.step_no for step in plan] == list(range(1, len(plan) + 1))
    texts = [text for step in plan for text in (step.subject, step.body)]
    assert set(template.asked_for(texts)) == set(ABOUT[way].needs)
    assert steps.refusal(steps.write(plan, SAMPLES | ABOUT[way].needs)) is None
    opt_out = {Language.ENGLISH: "I will not write again", Language.GERMAN: "schreibe nicht wieder"}
    assert all(opt_out[language] in step.body for step in plan)
