"""`anchorwatch report`: makes the draft of a month where there is none, and writes it as a file."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from services.__main__ import main

SITE_ID = "01990000-0000-7000-8000-000000000001"
REPORT = {
    "id": "r1",
    "number": 4,
    "label": "October 2026",
    "state": "draft",
    "replaced_by": None,
    "starts_on": "2026-10-01",
    "ends_on": "2026-10-31",
}
MISSING = {"degraded": [{"service": "outreach", "code": "x", "sentence": "Missing: answers."}]}


class Reports(BaseHTTPRequestHandler):
    """Speaks the routes that the command uses."""

    known: ClassVar[list[dict[str, Any]]] = []
    posted: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/v1/sites":
            self.answer({"items": [{"id": SITE_ID, "domain": "acme.example"}]})
        elif path == f"/v1/sites/{SITE_ID}/reports":
            self.answer({"items": self.known, "next_cursor": None})
        elif path == "/v1/jobs/1":
            self.answer({"state": "done", "result_url": "/v1/reports/r1"})
        else:
            self.answer({**REPORT, "content": MISSING, "asked": query})

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.posted.append((self.path, sent))
        self.answer({"id": "1"})

    def answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the test's output is the command's."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Reports]]:
    Reports.known, Reports.posted = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Reports) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("ANCHORWATCH_URL", f"http://127.0.0.1:{running.server_port}")
        monkeypatch.setenv("ANCHORWATCH_KEY", "secret")
        yield Reports
        running.shutdown()
        thread.join()


def run(out: Path, *more: str) -> int:
    return main(
        ["report", "--site", "acme.example", "--month", "2026-10", "--out", str(out), *more]
    )


def test_a_draft_is_made_where_there_is_none_and_what_is_missing_is_said(
    server: type[Reports], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "october.csv"
    assert run(out) == 0
    assert server.posted == [(f"/v1/sites/{SITE_ID}/reports", {"month": "2026-10"})]
    assert json.loads(out.read_text())["asked"] == "format=csv"
    told = capsys.readouterr()
    assert "report no. 4 for October 2026, a draft, not approved yet." in told.out
    assert "Missing: answers." in told.err


def test_a_report_that_is_there_is_taken_as_it_is_unless_it_is_wanted_again(
    server: type[Reports], tmp_path: Path
) -> None:
    server.known = [REPORT]
    assert run(tmp_path / "a.json") == 0
    assert server.posted == []
    assert run(tmp_path / "a.json", "--again") == 0
    assert server.posted == [("/v1/reports/r1/refresh", {})]


@pytest.mark.parametrize("given", [("--month", "2026-13"), ("--out", "report.docx")])
def test_what_cannot_be_meant_is_told(
    given: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["report", "--site", "a.example", "--month", "2026-10", "--out", "r.html", *given])
    told = capsys.readouterr().err
    assert "such as 2026-10" in told or "end in .html" in told
