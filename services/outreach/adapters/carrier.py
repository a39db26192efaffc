"""Hands letters to the mail server of a mailbox; whatever happens is an answer, never an exception."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage

import aiosmtplib

from services.outreach.adapters.signing_in import NoTokenError, SignInOverError, Tokens, no_tokens
from services.outreach.domain.answers import Answer, Stage, saying_of
from services.outreach.domain.mailboxes import Account, SignIn, bound_to
from services.outreach.domain.oauth import sasl
from shared import smtp, wall
from shared.errors import AnchorwatchError
from shared.mail_server import MailSecurity, MailServer
from shared.vault import UnreadableError, Vault
from shared.wall import AddressNotAllowedError, Guard

_TIMEOUT_S = 120.0
"""For all of it; one answer may take half as long."""

_TRIAL_S = 20.0
_FAILURES = (aiosmtplib.SMTPException, OSError, ValueError, UnreadableError, NoTokenError)
_NO_PASSWORD = 535
"""What servers say to a wrong one (RFC 4954, 6)."""

_NO_SUCH_WAY, _GO_ON, _LET_IN = 504, 334, 235

OnHandOver = Callable[[], Awaitable[None]]
"""Called before the first byte of the letter goes; raises GivenUpError if it must not."""


class GivenUpError(AnchorwatchError):
    """The attempt is not ours any more: its lease ran out."""

    code = "given-up"


class Carrier:
    """Carries letters through the wall."""

    def __init__(self, guard: Guard, vault: Vault, tokens: Tokens = no_tokens) -> None:
        self._guard = guard
        self._vault = vault
        self._tokens = tokens

    async def carry(self, account: Account, mail: EmailMessage, on_hand_over: OnHandOver) -> Answer:
        """Hand one letter over for one reader, and say what the server answered."""
        trip = _Trip()
        try:
            async with asyncio.timeout(_TIMEOUT_S), self._signed_in(account) as client:
                await trip.hand_over(client, mail, on_hand_over)
        except _FAILURES as error:
            return trip.answer or _answer(trip.stage, error)
        return trip.answer or Answer(trip.stage, None, "The mail server gave no answer.")

    async def try_to_sign_in(self, account: Account) -> Answer:
        """Connect and sign in, and send nothing."""
        try:
            async with asyncio.timeout(_TRIAL_S), self._signed_in(account):
                return Answer(Stage.SIGN_IN, 235, "")
        except _FAILURES as error:
            return _answer(Stage.CONNECT, error)

    @asynccontextmanager
    async def _signed_in(self, account: Account) -> AsyncIterator[aiosmtplib.SMTP]:
        if account.sign_in is SignIn.PASSWORD:
            async with await self._client(account, self._password(account)) as client:
                yield client
            return
        client = await self._with_token(account)
        async with client:
            yield client

    def _password(self, account: Account) -> str | None:
        if account.security is MailSecurity.NONE:  # a password goes over encrypted lines only
            return None
        return self._vault.open(account.sealed_password, bound_to=bound_to(account.mailbox_id))

    async def _with_token(self, account: Account) -> aiosmtplib.SMTP:
        """Connect and show the token; one that the server refuses is refreshed, once."""
        is_own = self._guard.route(account.host, account.port) is not None
        if account.security is MailSecurity.NONE and not is_own:
            raise ValueError("a token goes over encrypted lines only")
        rejected: str | None = None
        while True:
            token = await self._tokens(account.mailbox_id, rejected)
            client = await self._client(account, None)
            try:
                await client.connect()
                await show_token(client, account, token)
            except aiosmtplib.SMTPAuthenticationError as error:
                client.close()
                if rejected is not None or error.code < 500:
                    raise
                rejected = token
            except BaseException:
                client.close()
                raise
            else:
                return client

    async def _client(self, account: Account, password: str | None) -> aiosmtplib.SMTP:
        server = MailServer(account.host, account.port, account.security)
        if password is not None:
            server = replace(server, user=account.user, password=password)
        sock = await wall.connect(self._guard, account.host, account.port)
        return smtp.new_client(server, timeout_s=_TIMEOUT_S / 2, sock=sock)


async def show_token(client: aiosmtplib.SMTP, account: Account, token: str) -> None:
    """Sign in with a token; raises SMTPAuthenticationError, in which the token never is."""
    await client.ehlo()
    mechanism = sasl.choose(client.server_auth_methods)
    if mechanism is None:
        said = "the mail server does not take sign-ins with OAuth here"
        raise aiosmtplib.SMTPAuthenticationError(_NO_SUCH_WAY, said)
    words = sasl.first_words(
        mechanism, user=account.user, token=token, host=account.host, port=account.port
    )
    answer = await client.execute_command(b"AUTH", mechanism.encode(), b64encode(words))
    if (
        answer.code == _GO_ON
    ):  # in which the server tells its error; the answer to it ends the attempt
        answer = await client.execute_command(b64encode(sasl.to_challenge(mechanism)))
    if answer.code != _LET_IN:
        said = answer.message.replace(token, "...")
        raise aiosmtplib.SMTPAuthenticationError(answer.code, said)


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
        case UnreadableError() | SignInOverError():
            return Answer(Stage.SIGN_IN, _NO_PASSWORD, error.detail)
        case NoTokenError():
            return Answer(Stage.CONNECT, None, error.detail)
        case aiosmtplib.SMTPResponseException():
            refused = isinstance(error, aiosmtplib.SMTPAuthenticationError)
            at = Stage.SIGN_IN if refused else stage
            return Answer(at, error.code, saying_of(error.code, error.message))
        case AddressNotAllowedError():
            said = "The address of the mail server is not allowed: only public ones are."
            return Answer(stage, None, said)
    words = smtp.trouble_of(error)
    return Answer(stage, None, f"{words[0].upper()}{words[1:]}.")
