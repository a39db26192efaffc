"""`anchorwatch mail classify FILE...`: say what mails that came back are; no server, no database.

A FILE is a mail, a folder of mails, an mbox, or `-` for standard input.

Exit codes: 0 every mail was read, 2 wrong usage, 4 something could not be read or held no mail.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from services.outreach.domain.inbound.classify import classify
from services.outreach.domain.inbound.verdict import Recipient, Verdict
from services.outreach.domain.inbound.words import REASON_WORDS, spoken

MOST_BYTES = 1024 * 1024 * 1024
_STDIN = "-"
# In an mbox, each mail begins with such a line behind a blank one.
_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)From [^\r\n]{1,400}\r?\n")


def main(arguments: Sequence[str]) -> int:
    """Classify what is named, one line per mail, and return the exit code."""
    options = _parser().parse_args(list(arguments))
    failed = False
    for named in options.files:
        count = 0
        try:
            for name, raw in _mails(named):
                count += 1
                _say(name, classify(raw), as_json=options.json)
        except OSError as error:
            print(f"anchorwatch: {named}: {error.strerror}.", file=sys.stderr)
            failed = True
            continue
        if not count:
            print(f"anchorwatch: {named}: There is no mail here.", file=sys.stderr)
            failed = True
    return 4 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch mail",
        description="Read mails that came back, without a server.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "classify",
        help="say what each mail is: bounce, complaint, automatic reply, answer of a person ...",
        description="Say what each mail is, why it was not delivered, or what a person wants.",
        epilog="Exit codes: 0 every mail was read, 2 wrong usage, 4 something could not be read or "
        "held no mail.",
    )
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a mail, a folder, an mbox, or - for standard input",
    )
    command.add_argument("--json", action="store_true", help="for programs: one object per line")
    return parser


def _mails(named: str) -> Iterator[tuple[str, bytes]]:
    """Return the mails of a file or folder, each with the name to say."""
    if named == _STDIN:
        yield from _of_box(named, sys.stdin.buffer.read(MOST_BYTES))
        return
    path = Path(named)
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for file in files:
        with file.open("rb") as opened:
            yield from _of_box(str(file), opened.read(MOST_BYTES))


def _of_box(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if not data.strip():
        return
    may_hold_many = data.startswith(b"From ") and not name.endswith(".eml")
    starts = list(_FROM_LINE.finditer(data)) if may_hold_many else []
    if len(starts) < 2:
        yield name, data
        return
    ends = [one.start() for one in starts[1:]] + [len(data)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        yield f"{name}#{number}", data[start.end() : end]


def _say(name: str, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(as_row(name, verdict), ensure_ascii=False))
        return
    print(f"{name}: {spoken(verdict)}")
    for one in verdict.recipients:
        if one.said or one.hard:
            lasting = ", for good" if one.hard else ""
            print(f"  {_plain(one.address) or 'no address'}: {REASON_WORDS[one.reason]}{lasting}")
    if verdict.decided_by:
        print(f"  decided by: {_plain(verdict.decided_by)[:200]}")


def as_row(name: str, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the object that `--json` prints."""
    auto, price = verdict.auto_kind, verdict.price
    return {
        "file": name,
        "class": verdict.mail_class,
        "kind": verdict.kind,
        "recipients": [_recipient(one) for one in verdict.recipients],
        "feedback_type": verdict.feedback_type,
        "auto": None if auto is None else {"kind": auto, "until": _day(verdict)},
        "intent": verdict.intent,
        "price": None
        if price is None
        else {"amount": float(price.amount), "currency": price.currency},
        "text": verdict.text,
        "decided_by": verdict.decided_by,
    }


def _recipient(one: Recipient) -> dict[str, Any]:
    return {
        "address": one.address,
        "kind": one.outcome,
        "status": one.status,
        "reply_code": one.reply_code,
        "reason": one.reason,
        "hard": one.hard,
    }


def _day(verdict: Verdict) -> str | None:
    return None if verdict.until is None else verdict.until.isoformat()


def _plain(text: str) -> str:
    """Return text of a mail without anything that would steer a terminal or turn its letters."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())
