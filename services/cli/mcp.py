"""`anchorwatch mcp`: lets an assistant read what a running Anchorwatch knows, by the Model Context Protocol.

JSON-RPC 2.0, one message on a line of standard input and output (https://modelcontextprotocol.io/specification/2025-11-25,
basic/transports). Exit codes: 0 the assistant left, 2 wrong usage, 4 failed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from services.cli.mcp_tools import TOOLS, Tool, filled
from services.cli.server import ClientSettings, Server
from shared.errors import AnchorwatchError

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Of the protocol, the newest first; for what we do they are alike."""
MOST_BYTES = 1_000_000
MOST_ANSWER = 200_000

_PARSE, _INVALID, _NO_METHOD, _PARAMETERS = -32700, -32600, -32601, -32602
_HINT = (
    "Anchorwatch watches the backlinks of sites. Read only. Its states are words with a meaning: `lost` was "
    "confirmed by a second look, `unknown` could not be looked at and is no loss. Quote its sentences."
)


class RpcError(Exception):
    """What the caller did wrong, as JSON-RPC says it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def main(arguments: Sequence[str]) -> int:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch mcp",
        description="Let an assistant read what a running Anchorwatch knows (Model Context Protocol, standard "
        "input and output). It can look and read; it decides, sends and changes nothing.",
    )
    parser.add_argument("--home", type=Path, help="folder with the key of a running Anchorwatch")
    parser.add_argument("--url", help="the running Anchorwatch (ANCHORWATCH_URL)")
    options = parser.parse_args(list(arguments))
    given = {name: value for name, value in vars(options).items() if value is not None}
    serve(Server.of(ClientSettings.load(**given)), sys.stdin.buffer, sys.stdout.buffer)
    return 0


def serve(server: Server, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line, one after the other."""
    while line := asked.readline(MOST_BYTES + 1):
        answer = answer_line(server, line)
        if answer is not None:
            answers.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            answers.flush()


def answer_line(server: Server, line: bytes) -> dict[str, Any] | None:
    """Return the answer to one message; None to a notification, which gets none."""
    asked: Any = None
    try:
        asked = _read(line)
        method = asked.get("method")
        if "id" not in asked:
            return None
        result = _result(server, method, asked.get("params") or {})
    except RpcError as error:
        fault = {"code": error.code, "message": str(error)}
        return {"jsonrpc": "2.0", "id": _id_of(asked), "error": fault}
    return {"jsonrpc": "2.0", "id": _id_of(asked), "result": result}


def _id_of(asked: Any) -> Any:
    return asked.get("id") if isinstance(asked, Mapping) else None


def _read(line: bytes) -> Mapping[str, Any]:
    if len(line) > MOST_BYTES:
        raise RpcError(_INVALID, f"A message has more than {MOST_BYTES:,} bytes.")
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise RpcError(_PARSE, "The line is not JSON.") from None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("method"), str):
        raise RpcError(_INVALID, "The line is no request of JSON-RPC 2.0.")
    if not isinstance(asked.get("params") or {}, Mapping):
        raise RpcError(_PARAMETERS, "params has to be an object.")
    return asked


def _result(server: Server, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    if method == "initialize":
        wanted = params.get("protocolVersion")
        return {
            "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "anchorwatch", "version": version("anchorwatch")},
            "instructions": _HINT,
        }
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [tool.shown for tool in TOOLS.values()]}
    if method == "tools/call":
        return _call(server, params)
    raise RpcError(_NO_METHOD, f"There is no method {method}.")


def _call(server: Server, params: Mapping[str, Any]) -> dict[str, Any]:
    tool = TOOLS.get(str(params.get("name")))
    given = params.get("arguments") or {}
    if tool is None or not isinstance(given, Mapping):
        raise RpcError(_PARAMETERS, "Name one of the tools of tools/list, and its arguments.")
    faults = tool.faults(given)
    if faults:
        return _told(" ".join(faults), is_error=True)
    try:
        return _told(_asked(server, tool, given))
    except AnchorwatchError as error:
        return _told(error.detail, is_error=True)


def _asked(server: Server, tool: Tool, given: Mapping[str, Any]) -> str:
    """Return the answer of the API as JSON, or what to do if it is too long to be read."""
    path = tool.request(given)
    if tool.method == "POST":
        headers = {"Content-Type": "application/json"}
        found = server.post(path, json.dumps(dict(given)).encode(), headers).body
    else:
        found = server.get(path).body
        for name, more in tool.also.items():
            found[name] = server.get(filled(more, given)).body["items"]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    if len(text) > MOST_ANSWER:
        raise AnchorwatchError(
            f"The answer has {len(text):,} signs. Ask for less: a smaller limit, or a filter."
        )
    return text


def _told(text: str, *, is_error: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}
