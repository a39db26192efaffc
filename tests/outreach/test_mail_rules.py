"""The rules of outgoing mail: no path sends twice, windows hold on nights when clocks change, letters are whole."""

from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain import pacing
from services.outreach.domain.answers import Answer, Health, Stage, Trouble, judge
from services.outreach.domain.letter import Letter, mail_of
from services.outreach.domain.message_ids import own_id, rfc_message_id, thread_of
from services.outreach.domain.messages import MOVES, MessageState, Step, can
from services.outreach.domain.pacing import Pace, Usage
from shared.errors import InvalidError
from shared.ids import new_id
from tests.outreach.mail import KEY, NOON

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
HEADERS = {"mime-version", "content-type", "from", "to", "subject", "date", "message-id"} | {
    "list-unsubscribe",
    "list-unsubscribe-post",
}
FINAL = {MessageState.SENT, MessageState.REJECTED, MessageState.CANCELLED}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(Step), max_size=60))
def test_no_path_sends_what_may_have_been_sent(steps: list[Step]) -> None:
    state, doubted, approvals = MessageState.PENDING_APPROVAL, False, 0
    for step in steps:
        if not can(state, step):
            continue
        assert state not in FINAL
        if step is Step.CLAIM:
            assert approvals > 0
            assert not doubted
        doubted = step is Step.BROKEN_OFF or (doubted and step is not Step.APPROVE)
        approvals = (
            0 if step in {Step.EDIT, Step.SAY_UNSENT} else approvals + (step is Step.APPROVE)
        )
        state = MOVES[step].target


def test_from_doubt_only_a_person_or_the_server_leads_on() -> None:
    ways = {step for step in Step if can(MessageState.IN_DOUBT, step)}
    assert ways == {Step.TAKEN, Step.REFUSED, Step.SAY_SENT, Step.SAY_UNSENT}
    assert MOVES[Step.SAY_UNSENT].target is MessageState.PENDING_APPROVAL


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 60 * 24 * 900),
    st.times(),
    st.integers(20, 600),
    st.uuids(),
)
def test_whatever_is_put_off_comes_within_the_window(
    zone: str, minute: int, opens: time, minutes: int, key: UUID
) -> None:
    whole = datetime.combine(date(2026, 1, 1), opens) + timedelta(minutes=minutes)
    closes = whole.time() if whole.day == 1 else time(23, 59, 59)
    pace = Pace(zone=zone, opens=min(opens, time(23, 50)), closes=max(closes, time(23, 55)))
    now = NOON + timedelta(minutes=minute)
    moment = pacing.next_moment(now, pace, Usage(), key=key)
    assert moment >= now
    assert moment - now < timedelta(days=5)
    assert pacing.is_open(moment, pace)


@pytest.mark.parametrize(
    ("zone", "changed"),
    [("Europe/Berlin", date(2026, 3, 30)), ("America/New_York", date(2026, 11, 2))],
)
def test_half_past_eight_stays_half_past_eight_when_clocks_change(zone: str, changed: date) -> None:
    friday = datetime.combine(changed - timedelta(days=3), time(20), ZoneInfo(zone))
    opened = pacing.opening(friday, Pace(zone=zone))
    assert opened.astimezone(ZoneInfo(zone)) == datetime.combine(
        changed, time(8, 30), ZoneInfo(zone)
    )


def test_a_mailbox_begins_slowly_and_keeps_its_caps() -> None:
    pace = Pace(zone="UTC", ramp_from=NOON.date(), daily_cap=30)
    days = [pacing.cap_on(NOON.date() + timedelta(days=day), pace) for day in (0, 1, 12, 13, 99)]
    assert days == [5, 7, 29, 30, 30]
    key, busy = new_id(), NOON - timedelta(minutes=50)
    tomorrow = pacing.next_moment(NOON, pace, Usage(day=5), key=key)
    assert tomorrow.date() == NOON.date() + timedelta(days=1)
    assert tomorrow == pacing.next_moment(NOON, pace, Usage(day=5), key=key)
    assert pacing.next_moment(NOON, pace, Usage(1, 8, busy), key=key) == busy + timedelta(hours=1)
    assert NOON < pacing.after_sending(NOON, pace, key=key) < NOON + timedelta(minutes=12)


ANSWERS: list[tuple[Answer, int, Step, dict[str, Any]]] = [
    (Answer(Stage.LETTER, 250, "ok"), 0, Step.TAKEN, {}),
    (Answer(Stage.LETTER, None, "broke off"), 0, Step.BROKEN_OFF, {}),
    (Answer(Stage.RECIPIENT, None, "broke off"), 9, Step.PUT_OFF, {"counts_as_deferral": False}),
    (Answer(Stage.CONNECT, 421, "busy"), 9, Step.PUT_OFF, {"counts_as_deferral": False}),
    (Answer(Stage.SIGN_IN, 535, "5.7.8 no"), 0, Step.PUT_OFF, {"trouble": Trouble.AUTH}),
    (Answer(Stage.RECIPIENT, 451, "later"), 0, Step.PUT_OFF, {"again_in": timedelta(minutes=5)}),
    (Answer(Stage.LETTER, 451, "later"), 3, Step.PUT_OFF, {"again_in": timedelta(minutes=240)}),
    (Answer(Stage.LETTER, 451, "later"), 4, Step.REFUSED, {"hard_bounce": False}),
    (Answer(Stage.RECIPIENT, 550, "550 5.1.1 who?"), 0, Step.REFUSED, {"hard_bounce": True}),
    (Answer(Stage.RECIPIENT, 550, "550 5.2.2 full"), 0, Step.REFUSED, {"hard_bounce": False}),
    (Answer(Stage.LETTER, 550, "5.7.26 unproven"), 0, Step.REFUSED, {"trouble": Trouble.BLOCKED}),
    (Answer(Stage.LETTER, 554, "5.1.1 odd"), 0, Step.REFUSED, {"hard_bounce": False}),
]


@pytest.mark.parametrize(("answer", "deferrals", "step", "more"), ANSWERS)
def test_what_a_server_says_decides(
    answer: Answer, deferrals: int, step: Step, more: dict[str, Any]
) -> None:
    verdict = judge(answer, deferrals=deferrals)
    assert verdict.step is step
    assert {name: getattr(verdict, name) for name in more} == more


@pytest.mark.parametrize(
    ("health", "rests"),
    [
        (Health(), False),
        (Health(auth_failures=1, blocks=1, sent=100, bounced=3), False),
        (Health(auth_failures=2), True),
        (Health(blocks=2), True),
        (Health(sent=4, bounced=2), False),
        (Health(sent=4, bounced=3), True),
        (Health(sent=100, bounced=4), True),
    ],
)
def test_when_a_mailbox_must_rest(health: Health, rests: bool) -> None:
    assert (health.reason_to_rest is not None) is rests


def a_letter(**given: Any) -> Letter:
    values: dict[str, Any] = {
        "rfc_message_id": rfc_message_id(new_id(), domain="ours.example", key=KEY),
        "from_email": "ann@ours.example",
        "from_name": "Ann Ås",
        "to_email": "bob@bücher.example",
        "to_name": "Bob",
        "subject": "Ihr Beitrag über Kräne",
        "text": "Hallo Bob,\n\nich las https://blog.example/kräne. Darf ich?\n\nAnn",
        "postal_address": "Ours, 1 Quay, Porto",
        "leave_token": "t" * 43,
        "leave_url": "https://watch.example/u/" + "t" * 43,
    }
    return Letter(**values | given)


def test_a_letter_is_text_first_and_tells_how_to_get_no_more() -> None:
    raw = mail_of(a_letter(), at=NOON).as_bytes()
    assert raw.isascii()
    assert b"\nList-Unsubscribe: <https://watch.example/u/ttt" in raw.replace(b"\r\n", b"\n")
    read = message_from_bytes(raw, policy=policy.default)
    assert (read["To"].addresses[0].addr_spec, read["From"].addresses[0].display_name) == (
        "bob@xn--bcher-kva.example",
        "Ann Ås",
    )
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = read.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    for part in (text, html):
        said = part.get_content()
        assert "1 Quay, Porto" in said
        assert "https://watch.example/u/ttt" in said
    assert '<a href="https://blog.example/kräne">' in html.get_content()


def test_without_a_public_address_a_reader_leaves_by_answering() -> None:
    mail = mail_of(a_letter(leave_url=None), at=NOON)
    assert mail["List-Unsubscribe"].startswith("<mailto:ann@ours.example?subject=unsubscribe%20t")
    assert mail["List-Unsubscribe-Post"] is None
    assert "Answer with the word “unsubscribe”" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_thread_is_named_in_headers_that_are_not_folded() -> None:
    ids = tuple(f"<{'a' * 26}.{'b' * 8}.{n}@a-rather-long-domain.ours.example>" for n in range(12))
    raw = mail_of(a_letter(thread_ids=ids), at=NOON).as_bytes()
    assert f"References: {' '.join(ids)}\r\n".encode() in raw
    assert f"In-Reply-To: {ids[-1]}\r\n".encode() in raw
    assert len(thread_of([f"<{n}@x>" for n in range(30)], "<own@x>")) == 11


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=80))
def test_no_text_makes_a_header(name: str, subject: str, text: str) -> None:
    evil = "x\r\nBcc: eve@evil.example\n"
    names = (name + evil, subject + evil, text + evil)
    try:
        mail = mail_of(a_letter(to_name=names[0], subject=names[1], text=names[2]), at=NOON)
        raw = mail.as_bytes()
    except (InvalidError, ValueError):  # nothing that is sent
        return
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Bcc"] is None
    assert {name.lower() for name in read} == HEADERS


def test_a_name_that_mail_servers_need_not_take_is_refused() -> None:
    with pytest.raises(InvalidError):
        mail_of(a_letter(to_email="münch@example.org"), at=NOON)


def test_our_message_ids_are_known_and_forged_ones_are_not() -> None:
    message_id = new_id()
    text = rfc_message_id(message_id, domain="ours.example", key=KEY)
    assert own_id(f" {text} ", key=KEY) == message_id
    assert own_id(text, key=b"another") is None
    assert own_id("<1@x>", key=KEY) is None
    assert len(text) <= 60
