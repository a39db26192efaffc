"""What was claimed, with all that is needed to send it and to write down what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.outreach.domain.letter import Letter
from services.outreach.domain.mailboxes import Account
from services.outreach.store.claiming import Claimed
from services.outreach.store.mailboxes import account_of
from shared.db import Tx

LEAVING = "/u"
"""The path on the public address below which a reader leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    claim: Claimed
    workspace_id: UUID
    site_id: UUID
    contact_id: UUID | None
    prospect_id: UUID | None
    enrollment_id: UUID | None
    step_no: int | None
    deferrals: int
    letter: Letter
    account: Account

    @property
    def message_id(self) -> UUID:
        return self.claim.message_id

    @property
    def mailbox_id(self) -> UUID:
        return self.claim.mailbox_id


_LOAD = """
    SELECT m.message_id, m.workspace_id, m.site_id, m.contact_id, m.prospect_id, m.enrollment_id,
        m.step_no, m.deferrals, m.rfc_message_id, m.thread_ids, m.to_email, m.to_name, m.subject,
        m.text, m.leave_token, b.address, b.smtp_host AS host, b.smtp_port AS port,
        b.smtp_security AS security, b.username AS "user", b.mailbox_id, b.sealed_password, b.sign_in,
        coalesce(nullif(b.sender_name, ''), o.sender_name) AS sender_name,
        o.postal_address
    FROM messages m JOIN mailboxes b USING (mailbox_id, workspace_id)
        JOIN outreach_settings o USING (workspace_id)
    WHERE m.message_id = ANY($1::uuid[])
"""


async def load_parcels(
    tx: Tx, claims: Sequence[Claimed], *, public_url: str | None
) -> list[Parcel]:
    """Return what was just claimed, with its letters; without a public URL they carry no link to leave by."""
    rows = await tx.fetch(_LOAD, [claim.message_id for claim in claims])
    found = {row["message_id"]: row for row in rows}
    return [_parcel(claim, found[claim.message_id], public_url) for claim in claims]


def _parcel(claim: Claimed, row: Mapping[str, Any], public_url: str | None) -> Parcel:
    base = None if public_url is None else public_url.rstrip("/")
    letter = Letter(
        rfc_message_id=row["rfc_message_id"],
        thread_ids=tuple(row["thread_ids"]),
        from_email=row["address"],
        from_name=row["sender_name"],
        to_email=row["to_email"],
        to_name=row["to_name"],
        subject=row["subject"],
        text=row["text"],
        postal_address=row["postal_address"],
        leave_token=row["leave_token"],
        leave_url=None if base is None else f"{base}{LEAVING}/{row['leave_token']}",
    )
    return Parcel(
        claim=claim,
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        contact_id=row["contact_id"],
        prospect_id=row["prospect_id"],
        enrollment_id=row["enrollment_id"],
        step_no=row["step_no"],
        deferrals=row["deferrals"],
        letter=letter,
        account=account_of(row),
    )
