"""Calls to an app of this process as a program outside makes them: key, JSON, headers, streams."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from fastapi import FastAPI

from shared.direct import call_app
from shared.wire import Answer, Outgoing, StreamedAnswer


@dataclass(frozen=True, slots=True)
class Http:
    """`await http.get("/v1/sites")`; `http.using(key)` for somebody else."""

    app: FastAPI
    headers: Mapping[str, str] = field(default_factory=dict)

    def using(self, key: str | None) -> "Http":
        """Return the same client with another key, or with none."""
        return replace(self, headers={} if key is None else {"authorization": f"Bearer {key}"})

    def sending(self, **headers: str) -> "Http":
        """Return the same client with more headers (`if_match=...`)."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path)

    async def delete(self, path: str) -> Answer:
        return await self.send("DELETE", path)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.sending(**headers).send("POST", path, body)

    async def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.sending(**headers).send("PATCH", path, body)

    async def put(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.sending(**headers).send("PUT", path, body)

    async def send(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request; a body that is not bytes is JSON."""
        async with self.stream(method, path, body) as answer:
            whole = b"".join([chunk async for chunk in answer.chunks])
            return Answer(answer.status, answer.headers, whole)

    @asynccontextmanager
    async def stream(
        self, method: str, path: str, body: Any = None
    ) -> AsyncIterator[StreamedAnswer]:
        """Yield the answer while it comes."""
        headers = dict(self.headers)
        payload = body
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "__aiter__"):
            payload = orjson.dumps(body)
            headers.setdefault("content-type", "application/json")
        where, _, query = path.partition("?")
        request = Outgoing(method, where, query, tuple(headers.items()), payload)
        async with call_app(self.app, request) as answer:
            yield answer
