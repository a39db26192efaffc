"""A mail server of aiosmtpd on loopback, which keeps what comes and refuses whom it is told to refuse."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "anchorwatch", "a password of the tests"


@dataclass(slots=True)
class Mailroom:
    """Keeps mails with whom they were for; `refusals` by address, `answers` to the next mails."""

    port: int = 0
    got: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        read = message_from_bytes(content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.got.append((list(envelope.rcpt_tos), read))
        transport = server.transport
        assert transport is not None
        self.was_encrypted.append(transport.get_extra_info("sslcontext") is not None)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for people, mail in self.got if people == [address]]


def _let_in(_: Any, __: Any, ___: Any, ____: str, given: Any) -> AuthResult:
    wanted = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == wanted, handled=False)


@asynccontextmanager
async def mailroom(
    tls: ssl.SSLContext | None = None,
    *,
    from_the_first_byte: bool = False,
    made: Mailroom | None = None,
) -> AsyncIterator[Mailroom]:
    """Listen on a free port; with TLS it takes mail only encrypted, by STARTTLS of those who sign in."""
    made = made or Mailroom()
    starts = tls if not from_the_first_byte else None
    secure: dict[str, Any] = {"authenticator": _let_in, "auth_required": True} if starts else {}

    def new_server() -> SMTP:
        return SMTP(
            made,
            hostname="mail.ours.example",
            tls_context=starts,
            require_starttls=starts is not None,
            auth_require_tls=starts is not None,
            loop=asyncio.get_running_loop(),
            **secure,
        )

    server = await asyncio.get_running_loop().create_server(
        new_server, "127.0.0.1", 0, ssl=tls if from_the_first_byte else None
    )
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
