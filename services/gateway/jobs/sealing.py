"""Seals the secrets of webhooks with the newest master key."""

from uuid import UUID

from services.gateway.adapters.teller import bound_to
from services.gateway.store import webhooks
from shared.db import Database
from shared.vault import Vault

_AT_ONCE = 100


async def seal_secrets(db: Database, vault: Vault) -> int:
    """Seal what is sealed with an older key anew; returns of how many webhooks."""
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await webhooks.list_sealed(tx, after=after, limit=_AT_ONCE)
            for webhook_id, secret, old in rows:
                kept = [one for one in (secret, old) if one is not None]
                if all(map(vault.is_newest, kept)):
                    continue
                fresh = [_anew(vault, one, webhook_id) for one in kept]
                await webhooks.save_sealed(tx, webhook_id, fresh[0], (*fresh, None)[1])
                sealed += 1
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]


def _anew(vault: Vault, sealed: str, webhook_id: UUID) -> str:
    bound = bound_to(webhook_id)
    return vault.seal(vault.open(sealed, bound_to=bound), bound_to=bound)
