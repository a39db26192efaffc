"""Brings e-mail to the mail server that the operator named; whatever happens is an answer, never an exception."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

import aiosmtplib

from services.gateway.domain.attempts import Attempt

_TIMEOUT_S = 30.0
"""For all of it; one answer may take half as long."""


class Security(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Postman:
    """Sends mail."""

    server: MailServer

    async def send(self, mail: EmailMessage) -> Attempt:
        """Send one mail to one person."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await _hand_over(self.server, mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answered(started, error.recipients[0])
        except aiosmtplib.SMTPResponseException as error:
            return _answered(started, error)
        except (
            aiosmtplib.SMTPException,
            OSError,
            ValueError,
        ) as error:  # TimeoutError is an OSError
            return Attempt(_ms(started), trouble=_why(error), protocol="SMTP")
        return Attempt(_ms(started), 250, protocol="SMTP")


async def _hand_over(server: MailServer, mail: EmailMessage) -> None:
    await aiosmtplib.send(
        mail,
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        # create_default_context trusts SSL_CERT_FILE besides the system's certificates.
        tls_context=None if server.security is Security.NONE else ssl.create_default_context(),
        timeout=_TIMEOUT_S / 2,
    )


def _answered(started: float, error: aiosmtplib.SMTPResponseException) -> Attempt:
    """Return what a refusal comes to: 5xx for this person is final (RFC 5321, 4.2.1)."""
    is_about_person = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    is_final = is_about_person and 500 <= error.code < 600
    return Attempt(
        _ms(started),
        error.code,
        protocol="SMTP",
        trouble=_REFUSALS.get(type(error)),
        refused=f"the mail server refused the address for good (SMTP {error.code})"
        if is_final
        else None,
    )


_REFUSALS: dict[type[Exception], str] = {
    aiosmtplib.SMTPAuthenticationError: "it refused the user or the password",
    aiosmtplib.SMTPSenderRefused: "it refused the sender",
}
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, f"the mail server gave no answer within {_TIMEOUT_S:.0f} seconds"),
    (ssl.SSLError, "the encrypted connection failed (is its certificate valid?)"),
    (aiosmtplib.SMTPServerDisconnected, "the mail server broke the connection off"),
    (aiosmtplib.SMTPConnectError, "the mail server could not be reached"),
)


def _why(error: Exception) -> str:
    """Return the reason in words; never what the server said, which may repeat what it was told."""
    causes = (error, error.__cause__)
    found = (words for kind, words in _TROUBLES if any(isinstance(one, kind) for one in causes))
    return next(found, "the mail server does not offer what was set up (encryption, signing in)")


def _ms(started: float) -> int:
    return round(1000 * (time.monotonic() - started))
