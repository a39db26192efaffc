"""`anchorwatch evidence verify`: exit codes, and a sentence that names the record that is wrong."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from typing_extensions import override

from services.__main__ import main
from services.home import KEY_FILE
from tests.crawler.domain.test_warc import FILE, members

SITE = UUID(int=9)


def test_a_file_as_it_was_written_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.warc.gz"
    path.write_bytes(FILE)
    assert main(["evidence", "verify", str(path)]) == 0
    assert "is as it was written (6 records)" in capsys.readouterr().out


def test_one_changed_byte_ends_with_1_and_names_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.warc.gz"
    at = sum(map(len, members(FILE)[:4])) + 100
    path.write_bytes(FILE[:at] + bytes([FILE[at] ^ 1]) + FILE[at + 1 :])
    assert main(["evidence", "verify", str(path), "--json"]) == 1
    [told] = json.loads(capsys.readouterr().out)
    assert told["intact"] is False
    assert told["faults"][0]["record"].startswith("record 5 (response <urn:uuid:")


def test_a_file_that_is_not_there_and_a_call_without_one_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", "verify", str(tmp_path / "none")]) == 4
    with pytest.raises(SystemExit, match="2"):
        main(["evidence", "verify"])
    assert "name a FILE" in capsys.readouterr().err


def an_entry(number: int, **given: Any) -> dict[str, Any]:
    entry = {
        "id": str(UUID(int=number)),
        "number": number,
        "sha256": f"{number:064x}",
        "previous": f"{number - 1:064x}" if number > 1 else None,
        "fault": None,
    }
    return entry | given


@contextmanager
def a_server(entries: list[dict[str, Any]], *, count: int) -> Iterator[str]:
    """Serve a chain in two pages, as the API does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            later = "cursor=" in self.path
            items = entries[2:] if later else entries[:2]
            page = {"items": items, "count": count, "has_more": not later, "next_cursor": "x="}
            body = json.dumps(page).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("entries", "count", "told"),
    [
        ([an_entry(1), an_entry(2), an_entry(3)], 3, None),
        ([an_entry(1), an_entry(3)], 3, "number 2 to 2 of the chain is missing"),
        ([an_entry(1), an_entry(2)], 3, "the end of the chain is missing"),
        ([an_entry(1), an_entry(2, previous="ff")], 2, "does not follow the one before"),
        ([an_entry(1), an_entry(2, fault="Its body is another.")], 2, "Its body is another."),
        ([an_entry(1), an_entry(2, previous=None)], 2, None),
    ],
    ids=["whole", "gap", "end cut off", "other history", "other content", "emptied"],
)
def test_the_chain_of_the_store_is_walked_to_its_end(
    entries: list[dict[str, Any]],
    count: int,
    told: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / KEY_FILE).write_text("aw_test", encoding="ascii")
    with a_server(entries, count=count) as url:
        code = main(
            ["evidence", "verify", "--site", str(SITE), "--url", url, "--home", str(tmp_path)]
        )
    said = capsys.readouterr().out
    assert code == (0 if told is None else 1), said
    assert told is None or told in said
