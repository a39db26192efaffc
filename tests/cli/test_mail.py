"""`anchorwatch mail classify`: a mail, a folder, an mbox or standard input; lines for people or programs."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.cli import mail
from tests.outreach.inbound.mails import letter, report

ROW = {
    "file",
    "class",
    "kind",
    "recipients",
    "feedback_type",
    "auto",
    "intent",
    "price",
    "text",
    "decided_by",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "1.eml").write_bytes(report("550 5.1.1 user unknown", status="5.1.1"))
    (tmp_path / "2.eml").write_bytes(letter("The price is $250 per post."))
    return tmp_path


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_folder_becomes_one_object_per_mail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mail.main(["classify", str(folder), "--json"]) == 0
    bounce, human = rows(capsys)
    assert set(bounce) == set(human) == ROW
    assert bounce["class"] == bounce["kind"] == "bounce"
    assert bounce["recipients"] == [
        {
            "address": "bob@site.example",
            "kind": "bounce",
            "status": "5.1.1",
            "reply_code": "550",
            "reason": "userunknown",
            "hard": True,
        }
    ]
    assert (human["intent"], human["price"]) == (
        "price_quote",
        {"amount": 250.0, "currency": "USD"},
    )


def test_an_mbox_is_taken_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = b"".join(b"From ann Mon Dec  1 2025\n" + one + b"\n" for one in (letter("STOP"),) * 2)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(box)))
    assert mail.main(["classify", "-", "--json"]) == 0
    assert [(one["file"], one["class"]) for one in rows(capsys)] == [
        ("-#1", "unsubscribe"),
        ("-#2", "unsubscribe"),
    ]


def test_a_person_reads_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mail.main(["classify", str(folder / "1.eml")]) == 0
    said = capsys.readouterr().out
    assert "A bounce: our mail was not delivered" in said
    assert "bob@site.example: The address does not exist, for good" in said
    assert "userunknown" not in said


def test_what_cannot_be_read_is_said_and_the_rest_is_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mail.main(["classify", str(folder / "no.eml"), str(folder / "1.eml")]) == 4
    told = capsys.readouterr()
    assert "no.eml: No such file" in told.err
    assert "A bounce" in told.out


def test_it_starts_in_half_a_second(folder: Path) -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        command = [sys.executable, "-m", "services", "mail", "classify", str(folder), "--json"]
        subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.5
