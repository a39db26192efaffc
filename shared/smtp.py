"""How a mail server is reached, and in which words it is said that it could not be."""

import socket
import ssl
from collections.abc import Mapping

import aiosmtplib

from shared.mail_server import MailSecurity, MailServer


def new_client(
    server: MailServer, *, timeout_s: float, sock: socket.socket | None = None
) -> aiosmtplib.SMTP:
    """Return a client that connects, encrypts and signs in when it is entered.

    `timeout_s` is for each answer. `sock` is an open connection, where the caller chose the address.
    """
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=None if sock is not None else server.port,
        username=server.user,
        password=server.password,
        use_tls=server.security is MailSecurity.TLS,
        start_tls=server.security is MailSecurity.STARTTLS,
        # create_default_context trusts SSL_CERT_FILE besides the system's certificates.
        tls_context=None if server.security is MailSecurity.NONE else ssl.create_default_context(),
        timeout=timeout_s,
        sock=sock,
    )


REFUSALS: Mapping[type[Exception], str] = {
    aiosmtplib.SMTPAuthenticationError: "it refused the user or the password",
    aiosmtplib.SMTPSenderRefused: "it refused the sender",
}
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "the mail server gave no answer in time"),
    (ssl.SSLError, "the encrypted connection failed (is its certificate valid?)"),
    (aiosmtplib.SMTPServerDisconnected, "the mail server broke the connection off"),
    (aiosmtplib.SMTPConnectError, "the mail server could not be reached"),
    (OSError, "the mail server could not be reached"),
)


def trouble_of(error: Exception) -> str:
    """Return why no answer came, in words; never what the server said, which may repeat a secret."""
    causes = (error, error.__cause__)
    found = (words for kind, words in _TROUBLES if any(isinstance(one, kind) for one in causes))
    return next(found, "the mail server does not offer what was set up (encryption, signing in)")
