"""How many mails one core classifies a second, beside reading them with the standard library alone."""

import email
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from services.outreach.domain.inbound.classify import classify
from tests.benchmarks.results import Row, row
from tests.outreach.inbound.letters import AUTOMATIC, HUMAN
from tests.outreach.inbound.mails import letter, report

CORPUS = Path(__file__).parents[3] / "shared/data/mail/bounces/eml"  # beside the checkout
ROUNDS = 7
TARGET, LONGEST_MS = 1_500, 100.0
_MEBIBYTE = 1024 * 1024


def measure() -> list[Row]:
    """Classify the public corpus, or without it our own letters; then one mail of 1 MiB."""
    mails = [one.read_bytes() for one in sorted(CORPUS.glob("*.eml"))] or _own()
    ours = [_rate(classify, mails) for _ in range(ROUNDS)]
    bare = [_rate(_read, mails) for _ in range(ROUNDS)]
    big = letter("Some words of a very long letter, and some more.\n" * (_MEBIBYTE // 49))
    slow = [1000 / _rate(classify, [big]) for _ in range(ROUNDS)]
    each = sorted(1000 / _rate(classify, [mail]) for mail in mails)
    speed = statistics.median(ours)
    return [
        row(
            f"mail: {len(mails)} mails classified, one core",
            ours,
            "mails/s",
            peer="email.message_from_bytes, parts decoded",
            ratio=speed / statistics.median(bare),
            target=f">= {TARGET:,}",
            met=speed >= TARGET,
        ),
        row("mail: the same, only read by the standard library", bare, "mails/s"),
        row("mail: the slowest but one in a hundred", [each[int(len(each) * 0.99)]], "ms"),
        row(
            "mail: one of 1 MiB",
            slow,
            "ms",
            target=f"< {LONGEST_MS:.0f}",
            met=statistics.median(slow) < LONGEST_MS,
        ),
    ]


def _own() -> list[bytes]:
    people = [letter(text) for text, _ in HUMAN]
    programs = [letter(text, subject=subject) for _, subject, text, _, _ in AUTOMATIC]
    return people + programs + [report("550 5.1.1 user unknown", status="5.1.1")] * len(people)


def _read(raw: bytes) -> None:
    for part in email.message_from_bytes(raw).walk():
        part.get_payload(decode=True)


def _rate(work: Callable[[bytes], object], mails: Sequence[bytes]) -> float:
    started = time.process_time()
    for raw in mails:
        work(raw)
    return len(mails) / (time.process_time() - started)
