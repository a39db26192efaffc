"""Reads mailboxes over IMAP (RFC 9051, 2177) and changes nothing there: EXAMINE, BODY.PEEK, IDLE.

imaplib of the standard library blocks, so each open mailbox has a thread. It would also believe a
server whatever it announces: what one session may read is bounded here.
"""

import asyncio
import imaplib
import re
import select
import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from socket import socket
from typing import Any, TypeVar

from typing_extensions import override

from services.outreach.adapters.sent_folder import SentLook, look_for
from services.outreach.adapters.signing_in import NoTokenError, Tokens, no_tokens
from services.outreach.domain.mailboxes import Account, SignIn, bound_to
from services.outreach.domain.oauth import sasl
from shared import wall
from shared.errors import AnchorwatchError
from shared.mail_server import MailSecurity
from shared.vault import UnreadableError, Vault
from shared.wall import AddressNotAllowedError, Guard

T = TypeVar("T")
MOST_OF_ONE_MAIL = 1024 * 1024
_LONGEST_LINE = 1024 * 1024
_MOST_BYTES = 256 * 1024 * 1024
"""Of one session, answers and mails together."""
_ANSWER_S = 30.0
_TRIAL_S = 20.0
_GLANCE_S = 0.2
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_RECEIVED = re.compile(rb'INTERNALDATE "([^"]{10,40})"')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FAILURES = (imaplib.IMAP4.error, OSError, ValueError, EOFError, AnchorwatchError)


class TokenRefusedError(imaplib.IMAP4.error):
    """The mail server does not accept a token, or takes none."""


@dataclass(frozen=True, slots=True)
class Raw:
    """One mail as it lies there."""

    uid: int
    received_at: datetime
    body: bytes


class _Connection(imaplib.IMAP4):
    """imaplib over a socket that is open already, with bounds on what it reads."""

    def __init__(self, sock: socket) -> None:
        self._use(sock)
        self._left = _MOST_BYTES
        try:
            super().__init__("", 0)
        except BaseException:
            self.shutdown()
            raise

    def _use(self, sock: socket) -> None:
        self.sock = sock
        self._stream = sock.makefile("rb")

    @override
    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Do nothing: the socket was opened through the wall."""

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Ask for TLS, and go on only with it."""
        said, _ = self._simple_command("STARTTLS")
        if said != "OK":
            raise ssl.SSLError("the mail server does not offer encryption")
        self._use(context.wrap_socket(self.sock, server_hostname=host))

    @override
    def read(self, size: int) -> bytes:
        if size > MOST_OF_ONE_MAIL + _LONGEST_LINE:
            raise self.error("the mail server sends more than was asked for")
        return self._counted(self._stream.read(size))

    @override
    def readline(self) -> bytes:
        line = self._stream.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise self.error("the mail server sends endless lines")
        return self._counted(line)

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise self.error("the mail server sends more than one session may read")
        return data

    @override
    def send(self, data: Any) -> None:
        self.sock.sendall(data)

    @override
    def shutdown(self) -> None:
        self._stream.close()
        self.sock.close()

    def show_token(self, account: Account, token: str) -> None:
        """Sign in with a token; raises TokenRefusedError."""
        offered = [one.removeprefix("AUTH=") for one in self.capabilities if "AUTH=" in one]
        mechanism = sasl.choose(offered)
        if mechanism is None:
            raise TokenRefusedError("the mail server does not take sign-ins with OAuth")
        to_say = [
            sasl.first_words(
                mechanism, user=account.user, token=token, host=account.host, port=account.port
            )
        ]

        def answer(_: bytes) -> bytes:
            """Say the token first; a second question tells an error, and its answer ends the attempt."""
            return to_say.pop() if to_say else sasl.to_challenge(mechanism)

        try:
            self.authenticate(mechanism, answer)
        except self.abort:
            raise
        except self.error:
            raise TokenRefusedError("the mail server refused the token") from None

    def has_line(self) -> bool:
        """Say whether an answer waits to be read; raises EOFError when the server hung up."""
        readable, _, _ = select.select([self.sock], [], [], 0)
        self.sock.settimeout(0)
        try:
            waiting = self._stream.peek(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            self.sock.settimeout(_ANSWER_S)
        if readable and not waiting:
            raise EOFError("the mail server hung up")
        return bool(waiting)

    def idle(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Wait until something changes in the mailbox, or time is up."""
        tag: bytes = self._new_tag()
        self.send(tag + b" IDLE\r\n")
        if not self.readline().startswith(b"+"):
            raise self.error("the mail server does not wait")
        end = time.monotonic() + seconds
        changed = False
        while not changed and time.monotonic() < end and not is_over():
            if self.has_line():
                line = self.readline()
                changed = b"EXISTS" in line or b"BYE" in line
            else:
                select.select([self.sock], [], [], _GLANCE_S)
        self.send(b"DONE\r\n")
        while not self.readline().startswith(tag):
            pass


class Inbox:
    """One mailbox, open for reading."""

    def __init__(self, connection: _Connection, pool: Executor) -> None:
        self._connection = connection
        self._pool = pool
        self.uidvalidity = 0
        self.uidnext = 1

    async def look(self) -> None:
        """Note the numbering of the mailbox as it is now."""
        await self._do(self._examine)

    async def uids_after(self, uid: int) -> list[int]:
        """Return the numbers of the mails that came after one."""
        found = await self._do(lambda: self._search(f"UID {uid + 1}:*"))
        return sorted(one for one in found if one > uid)

    async def uids_since(self, day: date) -> list[int]:
        """Return the numbers of the mails that came on a day or later."""
        written = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        return sorted(await self._do(lambda: self._search(f"SINCE {written}")))

    async def fetch(self, uids: Sequence[int]) -> list[Raw]:
        """Return mails; one that is gone meanwhile is left out."""
        return await self._do(lambda: [raw for uid in uids if (raw := self._fetch(uid))])

    async def look_for_sent(self, ids: Sequence[str]) -> SentLook:
        """Look for mails by their Message-ID in the folders of what was sent."""
        return await self._do(lambda: look_for(self._connection, ids))

    async def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Return when mail may have come, or time is up."""
        await self._do(lambda: self._wait(seconds, is_over))

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _examine(self) -> None:
        said, _ = self._connection.select("INBOX", readonly=True)
        if said != "OK":
            raise imaplib.IMAP4.error("the inbox cannot be opened")
        self.uidvalidity = self._number("UIDVALIDITY")
        self.uidnext = self._number("UIDNEXT")

    def _number(self, name: str) -> int:
        _, data = self._connection.response(name)
        value = next((one for one in reversed(data or []) if one), None)
        if value is None:
            raise imaplib.IMAP4.error(f"the mail server does not tell {name}")
        return int(value)

    def _search(self, which: str) -> list[int]:
        said, data = self._connection.uid("SEARCH", which)
        if said != "OK":
            raise imaplib.IMAP4.error("the mail server does not search")
        return [int(one) for line in data if line for one in line.split()]

    def _fetch(self, uid: int) -> Raw | None:
        wanted = f"(UID INTERNALDATE BODY.PEEK[]<0.{MOST_OF_ONE_MAIL}>)"
        said, data = self._connection.uid("FETCH", str(uid), wanted)
        if said != "OK":
            raise imaplib.IMAP4.error("the mail server does not hand out a mail")
        for one in data:
            if isinstance(one, tuple):
                numbered = _UID.search(one[0])
                if numbered is None or int(numbered[1]) == uid:
                    return Raw(uid, _received_at(one[0]), one[1])
        return None

    def _wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        if "IDLE" in self._connection.capabilities:
            self._connection.idle(seconds, is_over)
            return
        end = time.monotonic() + min(seconds, _ANSWER_S)
        while time.monotonic() < end and not is_over():
            time.sleep(_GLANCE_S)
        self._connection.noop()

    def close(self) -> None:
        with suppress(*FAILURES):
            self._connection.logout()
        self._connection.shutdown()


class Postbox:
    """Opens mailboxes through the wall."""

    def __init__(
        self, guard: Guard, vault: Vault, pool: Executor, tokens: Tokens = no_tokens
    ) -> None:
        self._guard = guard
        self._vault = vault
        self._pool = pool
        self._tokens = tokens

    @asynccontextmanager
    async def open(self, account: Account) -> AsyncIterator[Inbox]:
        """Connect and sign in; raises one of FAILURES."""
        is_own = self._guard.route(account.host, account.port) is not None
        if account.security is MailSecurity.NONE and not is_own:
            raise ValueError("a password goes over encrypted lines only")
        connection = await self._signed_in(account)
        inbox = Inbox(connection, self._pool)
        try:
            yield inbox
        finally:
            await asyncio.get_running_loop().run_in_executor(self._pool, inbox.close)

    async def trouble_in(self, account: Account) -> str | None:
        """Sign in and open the inbox; returns in words why that did not work."""
        try:
            async with asyncio.timeout(_TRIAL_S), self.open(account) as inbox:
                await inbox.look()
        except FAILURES as error:
            return trouble_of(error)
        return None

    async def _signed_in(self, account: Account) -> _Connection:
        if account.sign_in is SignIn.PASSWORD:
            bound = bound_to(account.mailbox_id)
            password = self._vault.open(account.sealed_password, bound_to=bound)
            if not (account.user + password).isprintable():
                raise ValueError("a user or password with control characters")
            return await self._connect(account, lambda made: made.login(account.user, password))
        token = await self._tokens(account.mailbox_id, None)
        try:
            return await self._connect(account, lambda made: made.show_token(account, token))
        except TokenRefusedError:
            fresh = await self._tokens(account.mailbox_id, token)
            return await self._connect(account, lambda made: made.show_token(account, fresh))

    async def _connect(
        self, account: Account, sign_in: Callable[[_Connection], object]
    ) -> _Connection:
        async with asyncio.timeout(_ANSWER_S):
            sock = await wall.connect(self._guard, account.host, account.port)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _opened, sock, account, sign_in)


def _opened(
    sock: socket, account: Account, sign_in: Callable[[_Connection], object]
) -> _Connection:
    sock.settimeout(_ANSWER_S)
    try:
        context = ssl.create_default_context()
        if account.security is MailSecurity.TLS:
            sock = context.wrap_socket(sock, server_hostname=account.host)
        connection = _Connection(sock)
    except BaseException:
        sock.close()
        raise
    try:
        if account.security is MailSecurity.STARTTLS:
            connection.encrypt(context, account.host)
        sign_in(connection)
    except BaseException:
        connection.shutdown()
        raise
    return connection


def _received_at(told: bytes) -> datetime:
    """Return when the server got a mail; now is as good as any time where it does not tell."""
    found = _RECEIVED.search(told)
    if found is not None:
        day, month, rest = found[1].decode("ascii", "replace").strip().split("-", 2)
        with suppress(ValueError):
            number = _MONTHS.index(month.title()) + 1
            return datetime.strptime(f"{day}-{number}-{rest}", "%d-%m-%Y %H:%M:%S %z")
    return datetime.fromtimestamp(time.time(), UTC)


_TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (UnreadableError, "The password cannot be read: set it again."),
    (
        AddressNotAllowedError,
        "The address of the mail server is not allowed: only public ones are.",
    ),
    (TimeoutError, "The mail server gave no answer in time."),
    (ssl.SSLError, "The encrypted connection failed. Is its certificate valid?"),
    (imaplib.IMAP4.abort, "The mail server broke the connection off."),
    (
        TokenRefusedError,
        "The mail server does not accept the sign-in. Sign in again, and look whether IMAP is allowed.",
    ),
    (imaplib.IMAP4.error, "The mail server refused: look at the user and the password."),
    (EOFError, "The mail server broke the connection off."),
    (OSError, "The mail server could not be reached."),
    (ValueError, "Reading needs an encrypted connection to a mail server that speaks IMAP."),
)


def trouble_of(error: BaseException) -> str:
    """Return why a mailbox could not be read, in words; never what the server said."""
    if isinstance(error, NoTokenError):
        return error.detail
    known = (words for kind, words in _TROUBLES if isinstance(error, kind))
    return next(known, "It failed.")
