"""Idempotency-Key: the same request is done once; whoever repeats it gets the first answer again.

Answers are kept encrypted: some hold what is shown only once (a key, a login link, a secret).
"""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.metrics import REPLAYS
from services.gateway.store import journal
from services.gateway.store.journal import Stored
from shared import clock
from shared.access import Caller
from shared.db import Database
from shared.errors import FieldError, InvalidError
from shared.problems import ProblemError
from shared.vault import UnreadableError, Vault

HEADER = "idempotency-key"
_KEY = re.compile(r"[!-~]{1,255}")
_LOCK = timedelta(seconds=120)
_UPLOAD_LOCK = timedelta(minutes=20)
_MAX_KEPT = 1_048_576
_KEPT_HEADERS = frozenset({"content-type", "location", "etag", "link"})
_NOT_KEPT = frozenset({401, 403, 408, 409, 413, 429})


@dataclass(slots=True)
class Once:
    """Runs a request at most once for each key of an actor."""

    db: Database
    vault: Vault

    async def run(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, *, caller: Caller
    ) -> None:
        """Answer the request, from memory if it was done before."""
        headers = Headers(scope=scope)
        key = headers[HEADER]
        if not _KEY.fullmatch(key):
            raise InvalidError(
                "The Idempotency-Key must be 1 to 255 visible ASCII characters.",
                [FieldError("/header/idempotency-key", "malformed", "Use a UUID, for example.")],
            )
        is_upload = headers.get("content-type", "").startswith("multipart/")
        body = _Body(receive, scope)
        if not is_upload:
            await body.read_whole()
        first = await self._claim(caller, key, body, is_upload=is_upload)
        if first is not None:
            await body.drain()
            await _replay(self._opened(first, caller, key), body.fingerprint(), send)
            return
        await self._run_first(app, scope, body, send, caller=caller, key=key)

    async def _claim(
        self, caller: Caller, key: str, body: "_Body", *, is_upload: bool
    ) -> Stored | None:
        now = clock.now()
        async with self.db.begin() as tx:
            return await journal.claim_key(
                tx,
                caller.actor_id,
                key,
                fingerprint=None if is_upload else body.fingerprint(),
                now=now,
                locked_until=now + (_UPLOAD_LOCK if is_upload else _LOCK),
            )

    async def _run_first(
        self, app: ASGIApp, scope: Scope, body: "_Body", send: Send, *, caller: Caller, key: str
    ) -> None:
        answer = _Answer(send)
        try:
            await app(scope, body.receive, answer.send)
        except Exception:  # because whatever it was, the key must be free for another try
            await self._forget(caller, key)
            raise
        if answer.is_worth_keeping:
            await body.drain()
            stored = self._sealed(answer.stored(body.fingerprint()), caller, key)
            async with self.db.begin() as tx:
                await journal.save_answer(tx, caller.actor_id, key, stored)
        else:
            await self._forget(caller, key)
        await answer.finish()

    def _sealed(self, answer: Stored, caller: Caller, key: str) -> Stored:
        text = answer.body.decode("latin-1")  # any bytes are text in it, and the same bytes again
        return replace(answer, body=self.vault.seal(text, bound_to=_place(caller, key)).encode())

    def _opened(self, answer: Stored, caller: Caller, key: str) -> Stored:
        if answer.status is None:
            return answer
        try:
            text = self.vault.open(answer.body.decode("latin-1"), bound_to=_place(caller, key))
        except UnreadableError:
            raise ProblemError(
                409,
                "answer-not-readable",
                "This request was done, but its answer can no longer be read. Look up what it made.",
            ) from None
        return replace(answer, body=text.encode("latin-1"))

    async def _forget(self, caller: Caller, key: str) -> None:
        async with self.db.begin() as tx:
            await journal.remove_key(tx, caller.actor_id, key)


def _place(caller: Caller, key: str) -> str:
    """Return what an answer is sealed to."""
    return f"answer/{caller.actor_id}/{key}"


async def _replay(first: Stored, fingerprint: bytes, send: Send) -> None:
    if first.fingerprint is not None and first.fingerprint != fingerprint:
        raise InvalidError(
            "This Idempotency-Key was used for another request; use a new one.",
            [FieldError("/header/idempotency-key", "reused", "Use a new key.")],
            code="idempotency-key-reused",
        )
    if first.status is None:
        raise ProblemError(
            409,
            "idempotency-key-in-flight",
            "The first request with this Idempotency-Key still runs.",
            headers={"Retry-After": "1"},
        )
    REPLAYS.inc()
    headers = [(name.encode(), value.encode("latin-1")) for name, value in first.headers]
    headers.append((b"idempotency-replayed", b"true"))
    await send({"type": "http.response.start", "status": first.status, "headers": headers})
    await send({"type": "http.response.body", "body": first.body})


class _Body:
    """The request's body: hashed while it passes, so that an upload is never held in memory."""

    def __init__(self, receive: Receive, scope: Scope) -> None:
        self._receive = receive
        self._hash = hashlib.sha256()
        for part in (scope["method"].encode(), scope["raw_path"], scope["query_string"]):
            self._hash.update(part + b"\0")
        self._ahead: bytes | None = None
        self._ended = False

    async def read_whole(self) -> None:
        """Read the body ahead; its size is bounded by the body limit."""
        chunks = bytearray()
        while (chunk := await self._next()) is not None:
            chunks += chunk
        self._ahead = bytes(chunks)

    async def receive(self) -> Message:
        """Give the app its next message."""
        if self._ahead is not None:
            body, self._ahead = self._ahead, None
            return {"type": "http.request", "body": body, "more_body": False}
        if self._ended:
            return await self._receive()
        chunk = await self._next()
        return {"type": "http.request", "body": chunk or b"", "more_body": not self._ended}

    async def drain(self) -> None:
        """Read what the app left unread, so that the fingerprint is of the whole body."""
        while await self._next() is not None:
            continue

    def fingerprint(self) -> bytes:
        return self._hash.digest()

    async def _next(self) -> bytes | None:
        if self._ended:
            return None
        message = await self._receive()
        if message["type"] != "http.request":
            raise ConnectionAbortedError("the client went away within its request")
        self._ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self._hash.update(chunk)
        return chunk


class _Answer:
    """The answer on its way out: copied, and its end held back until the copy is stored."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last: Message | None = None
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            raw = ((k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"])
            self._headers = tuple((k, v) for k, v in raw if k.lower() in _KEPT_HEADERS)
        else:
            self._body += message.get("body", b"")[: _MAX_KEPT + 1 - len(self._body)]
            if not message.get("more_body", False):
                self._last = message
                return
        await self._send(message)

    async def finish(self) -> None:
        """Let the end of the answer go."""
        if self._last is not None:
            await self._send(self._last)

    @property
    def is_worth_keeping(self) -> bool:
        """Say whether a repetition should get this answer: it did something, or it always fails."""
        status = self._status
        if status is None or self._last is None or len(self._body) > _MAX_KEPT:
            return False
        return status < 500 and status not in _NOT_KEPT

    def stored(self, fingerprint: bytes) -> Stored:
        return Stored(fingerprint, self._status, self._headers, bytes(self._body))
