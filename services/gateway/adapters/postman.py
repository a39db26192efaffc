"""Brings e-mail to the mail server that the operator named; whatever happens is an answer, never an exception."""

import asyncio
import time
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from services.gateway.domain.attempts import Attempt
from shared import smtp
from shared.mail_server import MailServer

_TIMEOUT_S = 30.0
"""For all of it; one answer may take half as long."""


@dataclass(frozen=True, slots=True)
class Postman:
    """Sends mail."""

    server: MailServer
    sender: str

    async def send(self, mail: EmailMessage) -> Attempt:
        """Send one mail to one person."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                async with smtp.new_client(self.server, timeout_s=_TIMEOUT_S / 2) as client:
                    await client.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answered(started, error.recipients[0])
        except aiosmtplib.SMTPResponseException as error:
            return _answered(started, error)
        except (
            aiosmtplib.SMTPException,
            OSError,
            ValueError,
        ) as error:  # TimeoutError is an OSError
            return Attempt(_ms(started), trouble=smtp.trouble_of(error), protocol="SMTP")
        return Attempt(_ms(started), 250, protocol="SMTP")

    async def send_once(self, mail: EmailMessage, *, to: str) -> Attempt:
        """Send one mail that must not go twice: says whether it may have been taken without an answer."""
        started, is_given = time.monotonic(), False
        taken: Attempt | None = None
        try:
            async with (
                asyncio.timeout(_TIMEOUT_S),
                smtp.new_client(self.server, timeout_s=_TIMEOUT_S / 2) as client,
            ):
                await client.mail(self.sender)
                await client.rcpt(to)
                is_given = True
                answer = await client.data(mail.as_bytes())
                taken = Attempt(_ms(started), answer.code, protocol="SMTP")
        except aiosmtplib.SMTPResponseException as error:
            return _answered(started, error)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            if taken is None:
                trouble = smtp.trouble_of(error)
                return Attempt(_ms(started), trouble=trouble, protocol="SMTP", in_doubt=is_given)
        # A server that hangs up behind its answer takes nothing back.
        return taken


def _answered(started: float, error: aiosmtplib.SMTPResponseException) -> Attempt:
    """Return what a refusal comes to: 5xx for this person is final (RFC 5321, 4.2.1)."""
    is_about_person = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    is_final = is_about_person and 500 <= error.code < 600
    return Attempt(
        _ms(started),
        error.code,
        protocol="SMTP",
        trouble=smtp.REFUSALS.get(type(error)),
        refused=f"the mail server refused the address for good (SMTP {error.code})"
        if is_final
        else None,
    )


def _ms(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
