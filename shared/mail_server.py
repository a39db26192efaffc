"""Where mail is handed over, and as whom; pure."""

from dataclasses import dataclass
from enum import StrEnum


class MailSecurity(StrEnum):
    """How the connection to a mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: MailSecurity
    user: str | None = None
    password: str | None = None
