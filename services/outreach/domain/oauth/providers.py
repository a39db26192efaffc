"""Who lets mailboxes sign in with OAuth 2.0: addresses, scopes and servers of each; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.mail_server import MailSecurity


class MailProvider(StrEnum):
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where mailboxes of a provider send and are read."""

    smtp_host: str
    imap_host: str
    smtp_port: int = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    imap_port: int = 993
    imap_security: MailSecurity = MailSecurity.TLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a person agrees, where tokens come from, and where they are given back."""

    authorize_url: str
    token_url: str
    revoke_url: str | None
    scopes: tuple[str, ...]
    """What is asked for."""
    needed: tuple[str, ...] = ()
    """Without these no mail can be sent or read."""
    extra: tuple[tuple[str, str], ...] = ()
    """What the provider wants to hear besides, so that a lasting permission comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailApp:
    """The app that a workspace registered at a provider; the secret is opened when it is needed."""

    workspace_id: UUID
    provider: MailProvider
    client_id: str
    sealed_secret: str
    tenant: str = ""
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    scopes: str = ""


LABELS: Mapping[MailProvider, str] = {
    MailProvider.GOOGLE: "Google",
    MailProvider.MICROSOFT: "Microsoft",
    MailProvider.OTHER: "the mail provider",
}
SERVERS: Mapping[MailProvider, Servers] = {
    MailProvider.GOOGLE: Servers("smtp.gmail.com", "imap.gmail.com"),
    MailProvider.MICROSOFT: Servers("smtp.office365.com", "outlook.office365.com"),
}
ANY_TENANT = "common"
_GOOGLE_MAIL = "https://mail.google.com/"
_MICROSOFT_MAIL = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
)


def large(text: str) -> str:
    """Return a sentence that begins with the name of a provider, with a capital letter."""
    return f"{text[0].upper()}{text[1:]}"


def endpoints_of(app: MailApp) -> Endpoints:
    """Return the addresses of an app: known ones of Google and Microsoft, its own of any other."""
    match app.provider:
        case MailProvider.GOOGLE:
            return Endpoints(
                authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
                token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
                revoke_url="https://oauth2.googleapis.com/revoke",
                scopes=("openid", "email", _GOOGLE_MAIL),
                needed=(_GOOGLE_MAIL,),
                extra=(("access_type", "offline"), ("prompt", "consent")),
            )
        case MailProvider.MICROSOFT:
            base = f"https://login.microsoftonline.com/{app.tenant or ANY_TENANT}/oauth2/v2.0"
            return Endpoints(
                authorize_url=f"{base}/authorize",
                token_url=f"{base}/token",
                revoke_url=None,
                scopes=("openid", "email", "profile", "offline_access", *_MICROSOFT_MAIL),
                needed=_MICROSOFT_MAIL,
            )
        case MailProvider.OTHER:
            return Endpoints(
                authorize_url=app.authorize_url,
                token_url=app.token_url,
                revoke_url=app.revoke_url or None,
                scopes=tuple(app.scopes.split()),
            )


def secret_bound_to(workspace_id: UUID, provider: MailProvider) -> str:
    """Return what the secret of an app is sealed with."""
    return f"mail-app/{workspace_id}/{provider}"
