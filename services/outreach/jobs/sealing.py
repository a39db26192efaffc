"""Seals the passwords of mailboxes with the newest master key."""

from services.outreach.domain.mailboxes import bound_to
from services.outreach.store import mailboxes
from shared.db import Database
from shared.vault import Vault

_AT_ONCE = 100


async def seal_passwords(db: Database, vault: Vault) -> int:
    """Seal what is sealed with an older key anew; returns of how many mailboxes."""
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await mailboxes.list_sealed(tx, after=after, limit=_AT_ONCE)
            for mailbox_id, password in rows:
                if not vault.is_newest(password):
                    bound = bound_to(mailbox_id)
                    fresh = vault.seal(vault.open(password, bound_to=bound), bound_to=bound)
                    await mailboxes.save_sealed(tx, mailbox_id, fresh)
                    sealed += 1
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]
