"""What mails that came back are: our own letters and reports, and the public corpus where it is there."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.inbound.classify import classify
from services.outreach.domain.inbound.verdict import (
    AutoKind,
    BounceReason,
    Intent,
    MailClass,
    Outcome,
    Price,
)
from services.outreach.domain.inbound.words import (
    AUTO_WORDS,
    CLASS_STEPS,
    CLASS_WORDS,
    INTENT_STEPS,
    INTENT_WORDS,
    REASON_WORDS,
)
from tests.outreach.inbound.letters import AUTOMATIC, HUMAN, LEAVE_ME_ALONE
from tests.outreach.inbound.mails import letter, report

CORPUS = Path(__file__).parents[4] / "shared/data/mail/bounces"  # beside the checkout
QUOTE = "\n\nOn Mon, 1 Dec 2025 Tom <tom@ours.example> wrote:\n> unsubscribe, $99, not interested"


@pytest.mark.parametrize(("text", "intent"), HUMAN)
def test_a_person_is_a_person_whatever_they_quote(text: str, intent: Intent) -> None:
    verdict = classify(letter(text + QUOTE))
    assert (verdict.mail_class, verdict.intent) == (MailClass.HUMAN, intent)
    assert verdict.text == text
    assert verdict.decided_by in text.replace("\u2019", "'") or intent is Intent.OTHER


@pytest.mark.parametrize("text", LEAVE_ME_ALONE)
def test_who_asks_to_be_left_alone_is_heard(text: str) -> None:
    assert classify(letter(text + QUOTE)).mail_class is MailClass.UNSUBSCRIBE


@pytest.mark.parametrize(("headers", "subject", "text", "kind", "until"), AUTOMATIC)
def test_a_program_is_told_from_a_person(
    headers: str, subject: str, text: str, kind: AutoKind, until: str | None
) -> None:
    verdict = classify(letter(text, subject=subject, headers=headers))
    assert verdict.mail_class is MailClass.AUTO_REPLY
    assert verdict.auto_kind is kind
    assert (verdict.until.isoformat() if verdict.until else None) == until


def test_days_are_counted_from_when_a_mail_came_if_it_does_not_say_when_it_was_written() -> None:
    raw = letter("I am back on Monday.", subject="Automatic reply: Hello")
    bare = b"".join(one for one in raw.splitlines(keepends=True) if not one.startswith(b"Date:"))
    assert classify(bare, received_on=date(2026, 12, 3)).until == date(2026, 12, 7)
    assert classify(raw, received_on=date(2026, 12, 3)).until == date(2025, 12, 8)


@pytest.mark.parametrize(
    ("said", "status", "reason", "hard"),
    [
        ("550 5.1.1 <bob@site.example>: user unknown", "5.1.1", "userunknown", True),
        ("550 5.4.1 Recipient address rejected: [x.outlook.com]", "5.4.1", "userunknown", True),
        ("552 5.2.2 Mailbox full", "5.2.2", "mailboxfull", False),
        ("550 5.7.26 Unauthenticated email", "5.7.26", "authfailure", False),
        ("554 5.7.1 Client host blocked using zen.spamhaus.org", "5.7.1", "blocked", False),
        ("550 5.7.1 Our system has detected that this is spam", "5.7.1", "spamdetected", False),
        ("550 Host unknown", "5.1.2", "hostunknown", True),
        ("550 5.1.10 domain does not accept mail (nullMX)", "5.1.10", "notaccept", True),
        ("451 4.7.1 Greylisted, try again", "4.7.1", "blocked", False),
        ("554 5.7.1 Relay access denied", "5.7.1", "norelaying", False),
    ],
)
def test_a_report_says_why_and_for_how_long(
    said: str, status: str, reason: str, hard: bool
) -> None:
    verdict = classify(report(said, status=status))
    (recipient,) = verdict.recipients
    assert verdict.mail_class is MailClass.BOUNCE
    assert recipient.address == "bob@site.example"
    assert (recipient.status, recipient.reason, recipient.hard) == (status, reason, hard)
    assert recipient.reply_code == said[:3]
    assert verdict.decided_by == said


def test_what_is_still_tried_or_was_delivered_is_no_bounce() -> None:
    delayed = classify(report("connection timed out", action="delayed", status="4.4.1"))
    delivered = classify(report("250 2.1.5 OK", action="relayed", status="2.1.5"))
    assert delayed.mail_class is MailClass.DELAYED
    assert delivered.mail_class is MailClass.DELIVERED
    assert not delayed.recipients[0].hard


def test_the_money_in_a_quote_is_read() -> None:
    prices = {
        "The price is 1.200,50 € per post.": Price("1200.5", "EUR"),
        "We charge £90 per link.": Price("90", "GBP"),
        "Kosten: 1 500 EUR": Price("1500", "EUR"),
        "Our rate is $1.5k per placement.": Price("1500", "USD"),
        "Call 555 1234 for the price.": None,
    }
    assert {text: classify(letter(text)).price for text in prices} == prices


def test_a_complaint_and_who_complained() -> None:
    raw = (
        b"From: abuse@isp.example\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\n\nAn abuse report.\n--b\nContent-Type: message/feedback-report\n\n"
        b"Feedback-Type: abuse\nOriginal-Rcpt-To: bob@site.example\n\n--b--\n"
    )
    verdict = classify(raw)
    assert verdict.mail_class is MailClass.COMPLAINT
    assert (verdict.feedback_type, verdict.recipients[0].address) == ("abuse", "bob@site.example")


def test_a_person_who_forwards_a_bounce_is_a_person() -> None:
    text = "Look, this came back:\n\n> 550 5.1.1 user unknown\n> mailer-daemon"
    assert classify(letter(text, subject="Re: Undelivered mail")).mail_class is MailClass.HUMAN


def test_nobody_reads_at_noreply() -> None:
    raw = letter("News of the week", sender="no-reply@site.example", subject="News")
    assert classify(raw).mail_class is MailClass.NOREPLY


@given(st.binary(max_size=400), st.sampled_from([b"", b"From: x\n", report("550 no")[:500]]))
@settings(max_examples=80, deadline=None)
def test_anything_is_read_and_its_line_ends_do_not_matter(noise: bytes, before: bytes) -> None:
    raw = before + noise.replace(b"\r", b"")
    said = classify(raw)
    assert said == classify(raw.replace(b"\n", b"\r\n")) == classify(raw.replace(b"\n", b"\r"))


def test_every_code_has_words() -> None:
    assert CLASS_WORDS.keys() == CLASS_STEPS.keys() == set(MailClass)
    assert INTENT_WORDS.keys() == INTENT_STEPS.keys() == set(Intent)
    assert AUTO_WORDS.keys() == set(AutoKind)
    assert REASON_WORDS.keys() == set(BounceReason)


@pytest.mark.skipif(not CORPUS.exists(), reason="the public corpus of bounces is not here")
def test_the_public_corpus_is_understood() -> None:
    with (CORPUS / "truth.csv").open() as opened:
        rows = [row for row in csv.DictReader(opened) if row["recipient_no"] == "1"]
    truth = {row["file"]: row for row in rows}
    expected = {
        "bounce": {MailClass.BOUNCE, MailClass.DELAYED},
        "complaint": {MailClass.COMPLAINT},
        "delivered": {MailClass.DELIVERED},
        "vacation": {MailClass.AUTO_REPLY},
    }
    right: Counter[str] = Counter()
    for name, row in truth.items():
        raw = (CORPUS / "eml" / name).read_bytes()
        verdict = classify(raw)
        first = verdict.recipients[0]
        assert verdict.mail_class in expected[row["kind"]], name
        assert (verdict.feedback_type or "") == row["feedback_type"]
        right["reason"] += first.reason == row["reason"]
        right["hard"] += first.hard == (row["hard_bounce"] == "true")
        assert first.outcome is not Outcome.BOUNCE or verdict == classify(
            raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
        )
    assert right["reason"] >= 0.97 * len(truth)
    assert right["hard"] >= 0.99 * len(truth)
