"""`anchorwatch import`: a dry run needs nobody, an upload follows its job to the end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from services.__main__ import main

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

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer secret":
            return self.answer(401, {"detail": "The key is not valid."})
        if self.path.startswith("/v1/sites?"):
            item = {"id": SITE_ID, "domain": "target.example", "domains": []}
            return self.answer(200, {"items": [item], "next_cursor": None})
        type(self).polls += 1
        state = self.end_state if self.polls > 1 else "running"
        job = {"id": "1", "state": state, "total": 30, "done": 30, "accepted": 30}
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
