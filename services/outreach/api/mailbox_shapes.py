"""Mailboxes as they come in and go out."""

from datetime import datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain import pacing
from services.outreach.domain.address import MAX_ADDRESS
from services.outreach.domain.mailboxes import MailboxState, SignIn
from services.outreach.domain.oauth.providers import MailProvider
from services.outreach.domain.pacing import Pace
from services.outreach.domain.preflight import Level
from services.outreach.store.mailboxes import Mailbox
from shared import clock, mail_words
from shared.inputs import TimeOfDay, Whole
from shared.mail_server import MailSecurity

_Host = Annotated[str, Field(min_length=1, max_length=253)]
_Port = Annotated[Whole, Field(ge=1, le=65_535)]
_Cap = Annotated[Whole, Field(ge=1, le=200)]


class MailboxIn(BaseModel):
    """A mailbox; most of it has a usual value."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=3, max_length=MAX_ADDRESS)
    sender_name: str = Field(default="", max_length=100, description="Who writes.")
    sign_in: SignIn = SignIn.PASSWORD
    provider: MailProvider | None = Field(
        default=None, description="With oauth. Google and Microsoft fill their servers in."
    )
    smtp_host: _Host | None = None
    smtp_port: _Port = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    imap_host: _Host | None = None
    imap_port: _Port | None = 993
    imap_security: MailSecurity | None = MailSecurity.TLS
    username: str = Field(default="", max_length=254, description="Empty: the address.")
    password: str = Field(default="", max_length=500)
    zone: str = Field(default="UTC", max_length=64, description="Such as Europe/Lisbon.")
    opens: TimeOfDay = time(8, 30)
    closes: TimeOfDay = time(17, 0)
    daily_cap: _Cap = 30
    hourly_cap: _Cap = 8


class MailboxPatch(BaseModel):
    """Fields to change; the address stays what it is."""

    model_config = ConfigDict(extra="forbid")

    sender_name: str = Field(default="", max_length=100)
    sign_in: SignIn = SignIn.PASSWORD
    provider: MailProvider | None = None
    smtp_host: _Host = "x"
    smtp_port: _Port = 587
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    imap_host: _Host | None = None
    imap_port: _Port | None = None
    imap_security: MailSecurity | None = None
    username: str = Field(default="", max_length=254)
    password: str = Field(default="", max_length=500)
    zone: str = Field(default="UTC", max_length=64)
    opens: TimeOfDay = time(8, 30)
    closes: TimeOfDay = time(17, 0)
    daily_cap: _Cap = 30
    hourly_cap: _Cap = 8


class FindingOut(BaseModel):
    """One thing that was found out about the mailbox."""

    check: str
    level: Level
    sentence: str
    todo: str


class WordsOut(BaseModel):
    label: str
    sentence: str
    todo: str


class MailboxOut(BaseModel):
    """A mailbox, without its password or tokens."""

    mailbox_id: UUID
    address: str
    sender_name: str
    smtp_host: str
    smtp_port: int
    smtp_security: MailSecurity
    imap_host: str | None
    imap_port: int | None
    imap_security: MailSecurity | None
    username: str
    sign_in: SignIn
    provider: MailProvider | None
    is_signed_in: bool = Field(description="With oauth: somebody signed in at the provider.")
    signed_in_as: str | None = Field(description="As whom, where the provider tells.")
    signed_in_by: str | None
    signed_in_at: datetime | None
    zone: str
    opens: time
    closes: time
    daily_cap: int
    hourly_cap: int
    cap_today: int = Field(description="A new mailbox begins with few messages a day.")
    state: MailboxState
    words: WordsOut
    paused_because: str | None
    findings: list[FindingOut]
    checked_at: datetime | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, mailbox: Mailbox) -> Self:
        said = mail_words.MAILBOXES[mailbox.state]
        names = set(cls.model_fields) - {"words", "findings", "cap_today", "is_signed_in"}
        values: dict[str, Any] = {name: getattr(mailbox, name) for name in names}
        today = pacing.local_day(clock.now(), mailbox.zone)
        return cls(
            **values,
            is_signed_in=mailbox.signed_in_at is not None,
            cap_today=pacing.cap_on(today, pace_of(mailbox)),
            words=WordsOut(label=said.label, sentence=said.sentence, todo=said.todo),
            findings=[
                FindingOut(check=one.check, level=one.level, sentence=one.sentence, todo=one.todo)
                for one in mailbox.findings
            ],
        )


class MailboxesOut(BaseModel):
    items: list[MailboxOut]


def pace_of(mailbox: Mailbox) -> Pace:
    return Pace(
        zone=mailbox.zone,
        opens=mailbox.opens,
        closes=mailbox.closes,
        daily_cap=mailbox.daily_cap,
        hourly_cap=mailbox.hourly_cap,
        ramp_from=mailbox.ramp_from,
    )
