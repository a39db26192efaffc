"""What an assistant gets from `anchorwatch mcp`: the protocol, the arguments, and only reading."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from services import contracts
from services.cli import mcp
from services.cli.mcp_tools import TOOLS, Tool
from services.cli.server import Server

_DOCUMENT = json.loads((contracts.FOLDER / "openapi.json").read_text("utf-8"))
NOWHERE = Server("http://127.0.0.1:9", "no key")


class Api(BaseHTTPRequestHandler):
    """Answers every request with what it was asked."""

    asked: ClassVar[list[str]] = []
    size: ClassVar[int] = 0

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if "nothing" in self.path:
            return self.answer(404, {"detail": "There is no such link."})
        return self.answer(200, {"id": "1", "items": ["x" * self.size]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked.append(f"{self.path} {body.decode()}")
        self.answer(200, {"outcome": "unknown"})

    def answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[Server]:
    Api.asked, Api.size = [], 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Server(f"http://127.0.0.1:{running.server_port}", "secret")
        running.shutdown()
        thread.join()


def asked(server: Server, method: str, **params: Any) -> dict[str, Any]:
    line = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()
    answer = mcp.answer_line(server, line)
    assert answer is not None
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 7)
    return answer


def call(server: Server, name: str, **arguments: Any) -> tuple[str, bool]:
    result = asked(server, "tools/call", name=name, arguments=arguments)["result"]
    return result["content"][0]["text"], result["isError"]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_asks_what_the_api_takes(tool: Tool) -> None:
    path = tool.path.partition("?")[0]
    operation = _DOCUMENT["paths"][path][tool.method.lower()]
    taken = {one["name"] for one in operation.get("parameters", [])}
    if tool.method == "POST":
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        taken = set(_DOCUMENT["components"]["schemas"][name.rpartition("/")[2]]["properties"])
    assert {*tool.needs, *tool.takes} <= taken
    assert set(tool.also.values()) <= set(_DOCUMENT["paths"])
    assert tool.method == "GET" or path == "/v1/checks"  # which stores nothing


def test_a_client_shakes_hands_and_lists_what_there_is() -> None:
    for version in mcp.VERSIONS:
        hello = asked(NOWHERE, "initialize", protocolVersion=version)["result"]
        assert hello["protocolVersion"] == version
    newer = asked(NOWHERE, "initialize", protocolVersion="2099-01-01")["result"]
    assert newer["protocolVersion"] == mcp.VERSIONS[0]
    assert newer["capabilities"] == {"tools": {}}
    shown = asked(NOWHERE, "tools/list")["result"]["tools"]
    assert [one["name"] for one in shown] == list(TOOLS)
    assert all(one["annotations"]["readOnlyHint"] for one in shown)
    assert asked(NOWHERE, "ping")["result"] == {}
    assert (
        mcp.answer_line(NOWHERE, b'{"jsonrpc":"2.0","method":"notifications/initialized"}') is None
    )


def test_arguments_reach_the_api_and_nothing_else_does(api: Server) -> None:
    text, is_error = call(api, "list_links", site_id="a/../b", q="x&y=1", limit=5_000)
    assert (json.loads(text)["id"], is_error) == ("1", False)
    assert Api.asked == ["/v1/sites/a%2F..%2Fb/links?q=x%26y%3D1&limit=50"]
    found = json.loads(call(api, "get_link", link_id="9")[0])
    assert found["changes"] == [""]
    call(api, "check_page", referring_url="https://a.example/", target="b.example")
    assert (
        Api.asked[-1] == '/v1/checks {"referring_url": "https://a.example/", "target": "b.example"}'
    )


def test_what_goes_wrong_is_told_in_words(api: Server) -> None:
    assert call(api, "get_link", link_id="nothing") == ("There is no such link.", True)
    said, is_error = call(api, "list_links", limit="many", colour="red")
    assert is_error
    assert said == (
        "site_id is missing. There is no argument colour. limit has to be a number from 1 on."
    )
    assert "does not answer" in call(NOWHERE, "list_sites")[0]
    Api.size = mcp.MOST_ANSWER
    assert "Ask for less" in call(api, "list_sites")[0]
    assert asked(api, "tools/call", name="delete_everything")["error"]["code"] == -32602
    assert asked(api, "resources/list")["error"]["code"] == -32601


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_in_gets_an_answer_or_none(line: bytes) -> None:
    answer = mcp.answer_line(NOWHERE, line)
    assert answer is None or "error" in answer


def test_a_message_without_end_is_cut_off() -> None:
    answers = io.BytesIO()
    mcp.serve(NOWHERE, io.BytesIO(b"x" * (3 * mcp.MOST_BYTES)), answers)
    lines = answers.getvalue().splitlines()
    assert len(lines) == 3
    assert all(json.loads(line)["error"]["code"] in {-32600, -32700} for line in lines)
