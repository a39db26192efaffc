"""`anchorwatch disavow`: a program and a person can both use it, without a server."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.cli import disavow
from shared.errors import InvalidError

HOSTILE = (
    "\ufeffdomain: Old-Spam.com\r\ndomain:http://www.bad.co.uk/x\r\nblogspot.com\r\nnonsense\r\n"
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "disavow.txt"
    path.write_text(HOSTILE, encoding="utf-8", newline="")
    return str(path)


def report(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, object]:
    assert disavow.main([*arguments, "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_lint_tells_all_as_json(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "lint", file)
    assert found["clean"] == "domain:bad.co.uk\ndomain:old-spam.com\n"
    assert list(found) == ["clean", "repairs", "refused", "errors"]
    assert [item["line"] for item in found["refused"]] == [3]  # type: ignore[attr-defined]
    assert [item["line"] for item in found["errors"]] == [4]  # type: ignore[attr-defined]


def test_the_own_site_is_refused(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(capsys, "lint", file, "--site", "https://old-spam.com/")
    assert found["clean"] == "domain:bad.co.uk\n"
    with pytest.raises(InvalidError):
        disavow.main(["lint", file, "--site", "not a domain"])


def test_a_person_reads_sentences_without_codes(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert disavow.main(["lint", file]) == 0
    told = capsys.readouterr().out
    assert "line 3: domain:blogspot.com: Many unrelated sites" in told
    assert "2 entries would be written." in told
    assert "public_suffix" not in told


def test_strict_says_no_where_anything_was_found(file: str, tmp_path: Path) -> None:
    clean = tmp_path / "clean.txt"
    assert disavow.main(["lint", file, "--strict", "--out", str(clean)]) == 1
    assert disavow.main(["lint", str(clean), "--strict"]) == 0


def test_merge_and_diff(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other, merged = tmp_path / "other.txt", tmp_path / "merged.txt"
    other.write_text("domain:more-spam.com\n", encoding="utf-8")
    assert disavow.main(["merge", file, str(other), "--out", str(merged)]) == 0
    found = report(capsys, "diff", file, str(merged), code=1)
    assert found["added"] == ["domain:more-spam.com"]
    assert found["removed"] == ["domain:blogspot.com"]
    assert report(capsys, "diff", str(merged), str(merged))["kept"] == 3


def test_merge_with_a_base_keeps_out_what_either_side_took_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {
        "base": "domain:old-spam.com\ndomain:good-site.com\n",
        "ours": "domain:old-spam.com\n",
        "theirs": "domain: old-spam.com\ndomain:good-site.com\ndomain:new-spam.com\nnonsense\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    base, ours, theirs = (str(tmp_path / name) for name in texts)
    found = report(capsys, "merge", "--base", base, ours, theirs)
    assert found["clean"] == "domain:new-spam.com\ndomain:old-spam.com\n"
    assert [item["file"] for item in found["repairs"]] == [theirs]  # type: ignore[attr-defined]
    assert [item["line"] for item in found["errors"]] == [4]  # type: ignore[attr-defined]
    with pytest.raises(InvalidError):
        disavow.main(["merge", "--base", base, ours])


def test_it_starts_in_half_a_second_and_never_shows_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "services", "disavow", "lint", str(tmp_path / "absent.txt")]
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 4
        assert "Traceback" not in done.stderr
        assert "absent.txt" in done.stderr
    assert min(seconds) < 0.5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_file_is_read_with_or_without_its_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes("domain:a-b.com\r\ndomain:c-d.com\r\n".encode(encoding))
    assert report(capsys, "lint", str(file))["clean"] == "domain:a-b.com\ndomain:c-d.com\n"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(b"PK\x03\x04\x00\x00")

    with pytest.raises(InvalidError, match="no text file"):
        disavow.main(["lint", str(file)])
