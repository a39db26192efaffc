"""Settings of the gateway."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from shared.inputs import Shape
from shared.settings import HouseSettings


class Settings(HouseSettings):
    """What the gateway needs beyond the house settings."""

    service: ClassVar[str] = "gateway"

    crawler_url: str = Field(
        default="http://127.0.0.1:8081", description="Where the crawler service answers."
    )
    profile_url: str = Field(
        default="http://127.0.0.1:8082", description="Where the profile service answers."
    )
    toxicity_url: str = Field(
        default="http://127.0.0.1:8083", description="Where the toxicity service answers."
    )
    outreach_url: str = Field(
        default="http://127.0.0.1:8084", description="Where the outreach service answers."
    )
    rate_limit: int = Field(
        default=3000, ge=1, description="Requests that one key or user may make in a minute."
    )
    sign_in_limit: int = Field(
        default=10, ge=1, description="Attempts to sign in that one address may make in a minute."
    )
    checks_at_once: int = Field(
        default=4,
        ge=1,
        description="Looks that somebody waits for (`POST /v1/checks`, places to judge), in flight for one"
        " key or user.",
    )
    streams_at_once: int = Field(
        default=500, ge=1, description="Open event streams (SSE) of one process."
    )
    session_hours: int = Field(
        default=24 * 14, ge=1, le=24 * 365, description="How long a sign-in to the console lasts."
    )
    event_days: int = Field(
        default=30, ge=1, description="Days for which outward events can be read again."
    )
    secure_cookies: bool = Field(
        default=False, description="Send the session cookie over HTTPS only; set it behind TLS."
    )
    webhook_connect_to: str = Field(
        default="",
        description="Receivers of webhooks in your own network, in the form of the crawler's CONNECT_TO: "
        "`hooks.internal:443=10.0.0.5:8443`. To these exact addresses messages may go though they are "
        "private, and over `http:`; to all others only over `https:` and to public addresses.",
    )
    smtp_host: str = Field(
        default="",
        description="Mail server that takes mail for people of the workspaces (alerts); empty: none is sent.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection to the mail server is encrypted: `starttls` (port 587), `tls` from "
        "the first byte (port 465), or `none`, which takes no password.",
    )
    smtp_from: Annotated[
        str, Shape(r"^$|^[^@\s<>,;\"]+@[A-Za-z0-9.-]+$", "Give one e-mail address, and no name.")
    ] = Field(
        default="",
        max_length=254,
        description="Address that mail comes from; required with smtp_host.",
    )
    smtp_user: str = Field(default="", description="Name to sign in to the mail server with.")
    smtp_password: SecretStr | None = Field(
        default=None, description="Password to sign in to the mail server with."
    )
