"""Never write to an address again: suppressed, its contact closed, and what waits for it cancelled."""

from datetime import datetime
from uuid import UUID

from services.outreach.domain.contact import ContactState
from services.outreach.domain.suppression import SuppressionKind, SuppressionReason
from services.outreach.store import contacts, messages, suppressions
from services.outreach.store.suppressions import Suppression
from shared import ids, outbox
from shared.db import Tx
from shared.events import ContactUnsubscribed

READER = "The reader"


async def write_no_more(
    tx: Tx,
    workspace_id: UUID,
    address_key: str,
    *,
    reason: SuppressionReason,
    state: ContactState,
    because: str,
    by: str,
    now: datetime,
) -> bool:
    """Do all of it; says whether the address was not suppressed before."""
    suppression = Suppression(
        suppression_id=ids.new_id(),
        workspace_id=workspace_id,
        kind=SuppressionKind.EMAIL,
        value=address_key,
        reason=reason,
        note=because,
        created_by=by,
        created_at=now,
    )
    added = await suppressions.add_suppressions(tx, [suppression])
    await contacts.set_state(tx, workspace_id, address_key, state, now=now)
    await messages.cancel_open(tx, workspace_id, address_keys=[address_key], because=because)
    return bool(added)


async def leave(tx: Tx, token: str, *, now: datetime) -> bool:
    """Do as the reader of a message asks who came by its link; says whether that was news.

    Of a reader who was erased nothing is known any more, and nothing has to be done.
    """
    rows = await tx.fetch(
        "SELECT message_id, workspace_id, site_id, contact_id, to_email, address_key FROM messages"
        " WHERE leave_token = $1 AND to_email <> ''",
        token,
    )
    if not rows:
        return False
    row = rows[0]
    is_news = await write_no_more(
        tx,
        row["workspace_id"],
        row["address_key"],
        reason=SuppressionReason.UNSUBSCRIBED,
        state=ContactState.UNSUBSCRIBED,
        because="The reader asked for no more mail, by the link of a message.",
        by=READER,
        now=now,
    )
    if is_news:
        left = ContactUnsubscribed(
            workspace_id=row["workspace_id"],
            site_id=row["site_id"],
            contact_id=row["contact_id"],
            contact_email=row["to_email"],
            message_id=row["message_id"],
        )
        await outbox.add(tx, [left])
    return is_news
