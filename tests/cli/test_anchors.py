"""`anchorwatch anchors`: a file of anchor texts in, the class of each with its reason out."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.cli import anchors
from shared.errors import InvalidError

CASES = Path(__file__).parents[1] / "shared/data/anchor_cases.csv"
SITE = ["--site", "acmehome.com", "--brand", "Acme Home", "--keyword"]
KEYWORDS = ["emergency plumber london", "boiler repair", "plumbing services"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert anchors.main(arguments) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_the_documented_cases_come_out_as_labelled(capsys: pytest.CaptureFixture[str]) -> None:
    with CASES.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    rows = told(capsys, str(CASES), *SITE, *KEYWORDS)
    assert [row["text"] for row in rows] == [case["text"] for case in cases]
    assert list(rows[0]) == ["text", "kind", "flags", "rule"]
    for row, case in zip(rows, cases, strict=True):
        assert case["expected"] in {row["kind"], *row["flags"].split()}, row
        assert row["rule"]


def test_plain_lines_are_one_anchor_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "anchors.txt"
    file.write_bytes("\ufeffAcme Home\r\n\r\nboiler, repair\r\nread more".encode())
    assert anchors.main([*SITE, *KEYWORDS, str(file)]) == 0  # FILE may also stand at the end
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["text"], row["kind"]) for row in rows] == [
        ("Acme Home", "branded"),
        ("", "other"),
        ("boiler, repair", "exact"),
        ("read more", "generic"),
    ]
    assert "4 anchors" in err
    assert "100%" in err


def test_pictures_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "anchors.csv"
    file.write_text("image;text\ntrue;Acme Home\nfalse;casino\n", encoding="utf-16")
    assert (
        anchors.main([str(file), "--site", "acmehome.com", "--brand", "Acme Home", "--json"]) == 0
    )
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {
        "text": "Acme Home",
        "kind": "branded",
        "flags": ["image"],
        "rule": "brand name: acmehome",
    }
    assert rows[1]["flags"] == ["toxic"]


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03", b"text\n" + b"x" * 2_000_000])
def test_what_is_no_text_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "anchors.bin"
    file.write_bytes(content)
    with pytest.raises(InvalidError):
        anchors.main([str(file), "--site", "acmehome.com"])


def test_it_reads_standard_input_and_needs_no_server() -> None:
    command = [sys.executable, "-m", "services", "anchors", "-", "--site", "acmehome.com"]
    done = subprocess.run(
        command, input="здесь\n", capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.splitlines() == [
        "text,kind,flags,rule",
        "здесь,generic,,general phrase: здесь",
    ]


def test_a_file_that_can_be_read_only_once_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("Acme Home\nread more\n",))
    writer.start()
    assert [row["text"] for row in told(capsys, str(pipe), *SITE, *KEYWORDS)] == [
        "Acme Home",
        "read more",
    ]
    writer.join()


def test_a_site_is_a_domain() -> None:
    with pytest.raises(InvalidError):
        anchors.main(["-", "--site", "not a domain"])
