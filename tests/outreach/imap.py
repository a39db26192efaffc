"""A small IMAP server on loopback that says what a test wants, also what no good server would say."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "ann", "a password"


def token_in(said: str, user: str) -> str:
    """Return the token of a sign-in by XOAUTH2 as it must be written; empty if it is not."""
    start = f"user={user}\x01auth=Bearer "
    is_whole = said.startswith(start) and said.endswith("\x01\x01")
    return said[len(start) : -2] if is_whole else ""


@dataclass
class ImapServer:
    """One inbox: its mails by number. What was asked is kept, to prove that nothing was changed."""

    mails: dict[int, bytes] = field(default_factory=dict)
    uidvalidity: int = 1
    says_idle: bool = True
    greeting: bytes = b"* OK here\r\n"
    answer_to_fetch: bytes | None = None
    sent: dict[int, bytes] = field(default_factory=dict)
    """What lies in every folder but the inbox."""
    listed: bytes = b'* LIST (\\HasNoChildren) "/" "INBOX"\r\n* LIST (\\Sent) "/" "Sent"\r\n'
    tokens: set[str] = field(default_factory=set)
    """Those that are let in with XOAUTH2, which is offered where there are any."""
    last_words: list[str] = field(default_factory=list)
    """What was said to the challenges that told an error."""
    commands: list[str] = field(default_factory=list)
    port: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, raw: bytes) -> int:
        """Put a mail into the inbox, and tell whoever waits."""
        uid = self.uidnext
        self.mails[uid] = raw
        self._arrived.set()
        return uid

    @property
    def uidnext(self) -> int:
        return max(self.mails, default=0) + 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ImapServer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in self._writers:
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        writer.write(self.greeting)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                if command.startswith("IDLE"):
                    await self._idle(reader, writer)
                elif command.startswith("LOGOUT"):
                    writer.write(b"* BYE\r\n")
                elif command.startswith("LOGIN") and PASSWORD not in command:
                    writer.write(f"{tag} NO wrong\r\n".encode())
                    continue
                elif command.startswith("AUTHENTICATE"):
                    if not await self._is_shown_a_token(reader, writer):
                        writer.write(f"{tag} NO wrong\r\n".encode())
                        continue
                else:
                    writer.write(self._answer_anywhere(command))
                writer.write(f"{tag} OK done\r\n".encode())
                await writer.drain()
        writer.close()

    async def _is_shown_a_token(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(b"+ \r\n")
        said = base64.b64decode(await reader.readline()).decode()
        if token_in(said, USER) in self.tokens:
            return True
        writer.write(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
        self.last_words.append((await reader.readline()).decode().strip())
        return False

    async def _idle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+ waiting\r\n")
        await writer.drain()
        while not self._arrived.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await reader.readline()  # DONE
                    return
        self._arrived.clear()
        writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())
        await reader.readline()

    def _answer(self, command: str) -> bytes:
        words = command.split()
        if words[0] == "CAPABILITY":
            names = [
                "IMAP4rev1",
                *(["IDLE"] if self.says_idle else []),
                *(["AUTH=XOAUTH2"] if self.tokens else []),
            ]
            return f"* CAPABILITY {' '.join(names)}\r\n".encode()
        if words[0] == "EXAMINE":
            numbering = f"[UIDVALIDITY {self.uidvalidity}] .\r\n* OK [UIDNEXT {self.uidnext}] .\r\n"
            return f"* {len(self.mails)} EXISTS\r\n* OK {numbering}".encode()
        if words[:2] == ["UID", "SEARCH"]:
            found = sorted(self.mails)
            if words[2] == "UID":  # `n:*` always holds the last mail, however large n is
                first = int(words[3].partition(":")[0])
                found = [uid for uid in found if uid >= first] or found[-1:]
            return f"* SEARCH {' '.join(map(str, found))}\r\n".encode()
        if words[:2] == ["UID", "FETCH"]:
            return self.answer_to_fetch or self._fetched(int(words[2]))
        return b""

    def _answer_anywhere(self, command: str) -> bytes:
        about_sent = self._answer_of_sent(command, command.split())
        return self._answer(command) if about_sent is None else about_sent

    def _answer_of_sent(self, command: str, words: list[str]) -> bytes | None:
        if words[0] == "LIST":
            return self.listed
        if words[0] == "EXAMINE" and "INBOX" not in words[1]:
            return b""
        if words[:3] == ["UID", "SEARCH", "HEADER"]:  # a part of it is enough, as servers have it
            wanted = words[4].strip('"<>').encode()
            found = [str(uid) for uid, raw in self.sent.items() if wanted in raw]
            return f"* SEARCH {' '.join(found)}\r\n".encode()
        if words[:2] == ["UID", "FETCH"] and "HEADER.FIELDS" in command:
            return self._fetched_header(int(words[2]))
        return None

    def _fetched_header(self, uid: int) -> bytes:
        raw = self.sent[uid]
        told = f'* 1 FETCH (UID {uid} INTERNALDATE "03-Nov-2026 12:00:05 +0000" BODY[X] {{{len(raw)}}}\r\n'
        return told.encode() + raw + b")\r\n"

    def _fetched(self, uid: int) -> bytes:
        raw = self.mails.get(uid)
        if raw is None:
            return b""
        told = f'* 1 FETCH (UID {uid} INTERNALDATE "01-Dec-2025 10:00:00 +0000" BODY[]<0> {{{len(raw)}}}\r\n'
        return told.encode() + raw + b")\r\n"
