"""Hands letters to the mail server of a mailbox; whatever happens is an answer, never an exception."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.message import EmailMessage

import aiosmtplib

from services.outreach.domain.answers import Answer, Stage, saying_of
from services.outreach.domain.mailboxes import Account, bound_to
from shared import smtp, wall
from shared.errors import AnchorwatchError
from shared.mail_server import MailSecurity, MailServer
from shared.vault import UnreadableError, Vault
from shared.wall import AddressNotAllowedError, Guard

_TIMEOUT_S = 120.0
"""For all of it; one answer may take half as long."""

_TRIAL_S = 20.0
_FAILURES = (aiosmtplib.SMTPException, OSError, ValueError, UnreadableError)
_NO_PASSWORD = 535
"""What servers say to a wrong one (RFC 4954, 6)."""

OnHandOver = Callable[[], Awaitable[None]]
"""Called before the first byte of the letter goes; raises GivenUpError if it must not."""


class GivenUpError(AnchorwatchError):
    """The attempt is not ours any more: its lease ran out."""

    code = "given-up"


class Carrier:
    """Carries letters through the wall."""

    def __init__(self, guard: Guard, vault: Vault) -> None:
        self._guard = guard
        self._vault = vault

    async def carry(self, account: Account, mail: EmailMessage, on_hand_over: OnHandOver) -> Answer:
        """Hand one letter over for one reader, and say what the server answered."""
        trip = _Trip()
        try:
            async with asyncio.timeout(_TIMEOUT_S), await self._client(account) as client:
                await trip.hand_over(client, mail, on_hand_over)
        except _FAILURES as error:
            return trip.answer or _answer(trip.stage, error)
        return trip.answer or Answer(trip.stage, None, "The mail server gave no answer.")

    async def try_to_sign_in(self, account: Account) -> Answer:
        """Connect and sign in, and send nothing."""
        try:
            async with asyncio.timeout(_TRIAL_S), await self._client(account):
                return Answer(Stage.SIGN_IN, 235, "")
        except _FAILURES as error:
            return _answer(Stage.CONNECT, error)

    async def _client(self, account: Account) -> aiosmtplib.SMTP:
        server = MailServer(account.host, account.port, account.security)
        if account.security is not MailSecurity.NONE:  # a password goes over encrypted lines only
            bound = bound_to(account.mailbox_id)
            password = self._vault.open(account.sealed_password, bound_to=bound)
            server = replace(server, user=account.user, password=password)
        sock = await wall.connect(self._guard, account.host, account.port)
        return smtp.new_client(server, timeout_s=_TIMEOUT_S / 2, sock=sock)


class _Trip:
    """How far one letter came, and what the server said to it."""

    def __init__(self) -> None:
        self.stage = Stage.CONNECT
        self.answer: Answer | None = None
        """Once it is there, nothing that breaks afterwards changes it."""

    async def hand_over(
        self, client: aiosmtplib.SMTP, mail: EmailMessage, on_hand_over: OnHandOver
    ) -> None:
        self.stage = Stage.SENDER
        await client.mail(mail["From"].addresses[0].addr_spec)
        self.stage = Stage.RECIPIENT
        await client.rcpt(mail["To"].addresses[0].addr_spec)
        await on_hand_over()
        self.stage = Stage.LETTER
        answer = await client.data(mail.as_bytes())
        self.answer = Answer(self.stage, answer.code, answer.message)


def _answer(stage: Stage, error: Exception) -> Answer:
    match error:
        case UnreadableError():
            return Answer(Stage.SIGN_IN, _NO_PASSWORD, error.detail)
        case aiosmtplib.SMTPAuthenticationError():
            return Answer(Stage.SIGN_IN, error.code, saying_of(error.code, error.message))
        case aiosmtplib.SMTPResponseException():
            return Answer(stage, error.code, saying_of(error.code, error.message))
        case AddressNotAllowedError():
            said = "The address of the mail server is not allowed: only public ones are."
            return Answer(stage, None, said)
    words = smtp.trouble_of(error)
    return Answer(stage, None, f"{words[0].upper()}{words[1:]}.")
