"""`anchorwatch import`: a dry run needs nobody, an upload follows its job to the end."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from services.__main__ import main
from tests.profile.imports.books import a_zip

FIXTURES = Path(__file__).parents[1] / "profile" / "data" / "imports"
SITE_ID = "01990000-0000-7000-8000-000000000001"
ANSWERS = {
    "dialect", "encoding", "delimiter", "header_row", "mapping", "rows", "accepted", "duplicates",
    "rejected", "own_domain", "errors", "sample",
}  # fmt: skip


class FakeServer(BaseHTTPRequestHandler):
    """Speaks the three routes that an import uses."""

    uploads: ClassVar[list[bytes]] = []
    polls: ClassVar[int] = 0
    end_state: ClassVar[str] = "done"
    accepted: ClassVar[int] = 30

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer secret":
            return self.answer(401, {"detail": "The key is not valid."})
        if self.path.startswith("/v1/sites?"):
            item = {"id": SITE_ID, "domain": "target.example", "domains": []}
            return self.answer(200, {"items": [item], "next_cursor": None})
        type(self).polls += 1
        state = self.end_state if self.polls > 1 else "running"
        job = {"id": "1", "state": state, "total": 30, "done": 30, "accepted": self.accepted}
        return self.answer(200, {**job, "duplicates": 0, "rejected": 0, "detail": "It broke."})

    def do_POST(self) -> None:
        type(self).uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(202, {"id": "1"}, {"Location": "/v1/jobs/1"})

    def answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the test's output is the command's."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeServer]]:
    FakeServer.uploads, FakeServer.polls, FakeServer.end_state = [], 0, "done"
    FakeServer.accepted = 30
    with ThreadingHTTPServer(("127.0.0.1", 0), FakeServer) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("ANCHORWATCH_URL", f"http://127.0.0.1:{running.server_port}")
        monkeypatch.setenv("ANCHORWATCH_KEY", "secret")
        yield FakeServer
        running.shutdown()
        thread.join()


def test_a_dry_run_tells_everything_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(FIXTURES / "ahrefs_backlinks_utf16.csv")
    assert main(["import", path, "--site", "target.example", "--dry-run", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report.keys() >= ANSWERS
    assert (report["dialect"], report["rows"], report["accepted"]) == ("ahrefs_backlinks", 30, 30)
    assert report["mapping"]["referring_url"] == "Referring page URL"
    assert report["sample"][0]["first_seen"] == "2026-08-01T10:00:00Z"


def test_a_dry_run_speaks_to_people_without_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "links.csv"
    path.write_text("Source url,Target url\nhttps://a.example/1,https://target.example/\nx,y\n")
    assert main(["import", str(path), "--site", "target.example", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "2 rows: 1 accepted" in shown
    assert "Line 3: This is no web address." in shown
    assert "_" not in shown


def test_another_host_of_the_site_can_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "links.csv"
    path.write_text("Source url,Target url\nhttps://a.example/1,https://old.example/\n")
    arguments = ["import", str(path), "--site", "target.example", "--dry-run", "--json"]
    assert main([*arguments, "--host", "old.example"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 1


def test_what_is_no_list_of_links_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "disavow.txt"
    path.write_text("domain:spam.example\n")
    assert main(["import", str(path), "--site", "target.example", "--dry-run"]) == 1
    assert "Disavow" in capsys.readouterr().out


def ask(
    path: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0
) -> dict[str, Any]:
    """Run a dry run and return its answer."""
    assert (
        main(["import", str(path), "--site", "target.example", "--dry-run", "--json", *more])
        == code
    )
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_an_archive_of_several_tells_its_sums_and_every_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("semrush_backlinks.csv", "bing_domains.csv")
    path = tmp_path / "exports.zip"
    files = {name: (FIXTURES / name).read_bytes() for name in names}
    path.write_bytes(a_zip({**files, "disavow.txt": b"domain:spam.example\n"}))
    report = ask(path, capsys)
    assert report.keys() >= ANSWERS
    assert (report["dialect"], report["rows"], report["accepted"]) == ("zip", 60, 60)
    kinds = [(one["dialect"], one["rows"]) for one in report["files"]]
    assert kinds == [("semrush_backlinks", 30), ("bing_domains", 30), ("disavow", 0)]
    assert "Disavow" in report["notes"][0]


def test_a_bomb_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(a_zip({"links.csv": b"x" * 50_000_000}))
    report = ask(path, capsys, code=1)
    assert report.keys() >= ANSWERS
    assert "unpacks to 47 MB" in report["refused"]


def test_a_mapping_can_be_given_and_a_wrong_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("A,B\nhttps://target.example/,https://a.example/1\n")
    given = ["--map", "referring_url=B", "--map", "target_url=A"]
    report = ask(path, capsys, *given)
    assert report["sample"][0]["referring_url"] == "https://a.example/1"
    arguments = ["import", str(path), "--site", "target.example", "--dry-run", "--map"]
    for wrong in ("referring_url=C", "nonsense=A", "target_url=A", "referring_url"):
        assert main([*arguments, wrong]) == 4
        assert capsys.readouterr().err.count("\n") == 1


def test_every_rejected_row_goes_into_a_file_that_runs_no_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, errors = tmp_path / "links.csv", tmp_path / "errors.csv"
    rows = "".join(f"=bad{n},https://target.example/\n" for n in range(150))
    path.write_text(f"Source url,Target url\n{rows}")
    report = ask(path, capsys, "--errors", str(errors))
    assert (report["rejected"], len(report["errors"])) == (150, 100)
    lines = errors.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 151
    assert lines[1].endswith(",'=bad0")


def test_a_dry_run_loads_nothing_that_it_does_not_need() -> None:
    heavy = "{'pydantic', 'rich', 'sqlalchemy', 'asyncpg', 'fastapi', 'aiohttp', 'asyncio'}"
    code = f"import sys, services.__main__, services.cli.import_file; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_pipe_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = (FIXTURES / "semrush_backlinks.csv").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    report = ask(pipe, capsys)
    writer.join()
    assert (report["dialect"], report["accepted"]) == ("semrush_backlinks", 30)


@pytest.mark.parametrize(
    "arguments",
    [["missing.csv", "--site", "target.example"], ["missing.csv", "--site", "nodomain"]],
)
def test_an_error_is_one_sentence_on_stderr(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *arguments, "--dry-run"]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err


def test_nothing_is_sent_that_is_no_list_of_links(
    server: type[FakeServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "disavow.txt"
    path.write_text("domain:spam.example\n")
    assert main(["import", str(path), "--site", SITE_ID]) == 1
    assert server.uploads == []
    assert "Disavow" in capsys.readouterr().err


def test_an_upload_sends_the_file_and_waits_for_its_job(
    server: type[FakeServer], capsys: pytest.CaptureFixture[str]
) -> None:
    path = FIXTURES / "bing_pages.csv"
    assert main(["import", str(path), "--site", "target.example"]) == 0
    [upload] = server.uploads
    assert path.read_bytes() in upload
    assert b'name="file"; filename="bing_pages.csv"' in upload
    assert "30 accepted" in capsys.readouterr().out


def test_an_upload_tells_of_rows_from_the_site_itself(
    server: type[FakeServer], capsys: pytest.CaptureFixture[str]
) -> None:
    server.accepted = 28
    assert main(["import", str(FIXTURES / "bing_pages.csv"), "--site", SITE_ID]) == 0
    assert "2 from the site itself" in capsys.readouterr().out


def test_an_upload_of_own_pages_says_what_they_are_good_for(
    server: type[FakeServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "top_pages.csv"
    path.write_text("Target page,Incoming links,Linking sites\nhttps://target.example/,12,5\n")
    assert main(["import", str(path), "--site", SITE_ID]) == 0
    assert len(server.uploads) == 1
    assert "Note: This file lists your own pages" in capsys.readouterr().out


def test_an_import_that_fails_on_the_server_fails_here(
    server: type[FakeServer], capsys: pytest.CaptureFixture[str]
) -> None:
    server.end_state = "failed"
    assert main(["import", str(FIXTURES / "bing_pages.csv"), "--site", SITE_ID]) == 4
    assert "It broke." in capsys.readouterr().err


def test_no_server_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANCHORWATCH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANCHORWATCH_KEY", "secret")
    assert main(["import", str(FIXTURES / "bing_pages.csv"), "--site", SITE_ID]) == 4
    assert "Is it running?" in capsys.readouterr().err


def test_without_a_key_the_way_to_one_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANCHORWATCH_HOME", str(tmp_path))
    monkeypatch.delenv("ANCHORWATCH_KEY", raising=False)
    assert main(["import", str(FIXTURES / "bing_pages.csv"), "--site", SITE_ID]) == 4
    assert "anchorwatch all" in capsys.readouterr().err
