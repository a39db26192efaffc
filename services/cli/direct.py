"""The public API of an embedded Anchorwatch, for commands in the same process: no socket between."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI

from shared.direct import call_app
from shared.errors import AnchorwatchError, UnavailableError
from shared.ids import new_id
from shared.wire import Answer, Outgoing, TransportError

_CHUNK = 1 << 20
_MOST_REPEATS = 30
_IN_QUOTES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as browsers write it


@dataclass(frozen=True, slots=True)
class DirectApi:
    """Calls the gateway as a program with a key would."""

    gateway: FastAPI
    key: str
    pause_s: float = 1.0

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON at a path."""
        return (await self._read(path, query)).json()

    async def read(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """Return whatever is at a path, as it comes."""
        return (await self._read(path, query)).body

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the JSON of the answer."""
        headers = {"content-type": "application/json", "idempotency-key": str(new_id())}
        return (await self._ask("POST", path, body=orjson.dumps(body), headers=headers)).json()

    async def upload(self, path: str, files: Sequence[Path]) -> Any:
        """Send files as one multipart form, read while they go."""
        boundary = f"anchorwatch-{new_id().hex}"
        headers = {
            "content-type": f"multipart/form-data; boundary={boundary}",
            "idempotency-key": str(new_id()),
        }
        answer = await self._ask("POST", path, body=_form(files, boundary), headers=headers)
        return answer.json()

    async def _read(self, path: str, query: Mapping[str, Any] | None) -> Answer:
        """Ask again while a part is too busy to answer: an hour of looking must not end by that."""
        for _ in range(_MOST_REPEATS):
            try:
                return await self._ask("GET", path, query=query)
            except UnavailableError:
                await asyncio.sleep(self.pause_s)
        return await self._ask("GET", path, query=query)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        given = {"authorization": f"Bearer {self.key}", **(headers or {})}
        if isinstance(body, bytes):
            given["content-length"] = str(len(body))
        request = Outgoing(method, path, urlencode(query or {}), tuple(given.items()), body)
        try:
            async with call_app(self.gateway, request) as streamed:
                content = b"".join([chunk async for chunk in streamed.chunks])
        except TransportError as error:
            raise UnavailableError(f"{method} {path} was broken off: {error}") from error
        answer = Answer(streamed.status, streamed.headers, content)
        if answer.status >= 400:
            raise _problem(answer)
        return answer


async def _form(files: Sequence[Path], boundary: str) -> AsyncIterator[bytes]:
    for path in files:
        name = path.name.translate(_IN_QUOTES)
        yield (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
            "\r\nContent-Type: application/octet-stream\r\n\r\n"
        ).encode()
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _problem(answer: Answer) -> AnchorwatchError:
    problem = answer.json()
    faults = "; ".join(
        f"{fault['pointer']}: {fault['detail']}"
        for fault in problem.get("errors", ())
        if fault["detail"] not in problem["detail"]
    )
    kind = UnavailableError if answer.status == 503 else AnchorwatchError
    return kind(f"{problem['detail']} {faults}".strip(), code=problem["code"])
