"""Seals the secrets of webhooks and the addresses of channels with the newest master key."""

from services.gateway.adapters import messenger, teller
from services.gateway.store import channels, webhooks
from shared.db import Database
from shared.vault import Vault

_AT_ONCE = 100


async def seal_secrets(db: Database, vault: Vault) -> int:
    """Seal what is sealed with an older key anew; returns of how many webhooks and channels."""
    return await _seal_webhooks(db, vault) + await _seal_channels(db, vault)


async def _seal_webhooks(db: Database, vault: Vault) -> int:
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await webhooks.list_sealed(tx, after=after, limit=_AT_ONCE)
            for webhook_id, secret, old in rows:
                kept = [one for one in (secret, old) if one is not None]
                if all(map(vault.is_newest, kept)):
                    continue
                bound = teller.bound_to(webhook_id)
                fresh = [_anew(vault, one, bound) for one in kept]
                await webhooks.save_sealed(tx, webhook_id, fresh[0], (*fresh, None)[1])
                sealed += 1
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]


async def _seal_channels(db: Database, vault: Vault) -> int:
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await channels.list_sealed(tx, after=after, limit=_AT_ONCE)
            for channel_id, secret, app_secret in rows:
                kept = [one for one in (secret, app_secret) if one is not None]
                if all(map(vault.is_newest, kept)):
                    continue
                bounds = (messenger.bound_to(channel_id), messenger.app_bound_to(channel_id))
                fresh = [_anew(vault, *one) for one in zip(kept, bounds, strict=False)]
                await channels.save_sealed(tx, channel_id, fresh[0], (*fresh, None)[1])
                sealed += 1
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]


def _anew(vault: Vault, sealed: str, bound: str) -> str:
    return vault.seal(vault.open(sealed, bound_to=bound), bound_to=bound)
