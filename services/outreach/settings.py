"""Settings of the outreach service."""

from typing import ClassVar

from pydantic import Field

from shared.settings import HouseSettings


class Settings(HouseSettings):
    """`ANCHORWATCH_OUTREACH_<FIELD>`."""

    service: ClassVar[str] = "outreach"

    notice_pause_s: float = Field(
        default=300.0,
        gt=0,
        le=86_400,
        description="Seconds between two looks at the dates of placements (ending, overdue).",
    )
    judge_pause_s: float = Field(
        default=3.0,
        gt=0,
        le=3_600,
        description="Seconds between two looks for prospects that are to be judged.",
    )
    mail_allowed: bool = Field(
        default=True,
        description="Whether workspaces may switch mail to other sites on. `false` forbids it altogether: "
        "nothing is sent, whatever owners set.",
    )
    mail_connect_to: str = Field(
        default="",
        description="Mail servers of mailboxes in your own network, in the form of the crawler's CONNECT_TO: "
        "`mail.internal:587=10.0.0.5:587`. To these exact addresses mailboxes may connect though they are "
        "private; all others must be public, on port 25, 465, 587 or 2525 (SMTP), 143 or 993 (IMAP). Addresses of "
        "a sign-in with OAuth in your own network are named here, too.",
    )
    send_pause_s: float = Field(
        default=5.0,
        gt=0,
        le=3_600,
        description="Seconds between two looks for messages that are due.",
    )
    read_pause_s: float = Field(
        default=60.0,
        gt=0,
        le=3_600,
        description="Seconds between two looks at a mailbox while more are due than can be held open; those "
        "that are held open tell of mail at once.",
    )
    send_lease_s: float = Field(
        default=300.0,
        ge=180,
        le=3_600,
        description="Seconds after which a message that a sender left half-way is taken up: sent again if it "
        "was surely not sent, else shown as in doubt.",
    )
    sequence_pause_s: float = Field(
        default=10.0,
        gt=0,
        le=3_600,
        description="Seconds between two looks at which steps of sequences are due or done with.",
    )
