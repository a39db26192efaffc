"""Seals the passwords and tokens of mailboxes, and the secrets of mail apps, with the newest master key."""

from services.outreach.domain.mailboxes import bound_to
from services.outreach.domain.oauth.flow import token_bound_to
from services.outreach.domain.oauth.providers import MailProvider, secret_bound_to
from services.outreach.store import mail_apps, mail_tokens, mailboxes
from shared.db import Database
from shared.vault import Vault

_AT_ONCE = 100


async def seal_all(db: Database, vault: Vault) -> int:
    """Seal what is sealed with an older key anew; returns how many texts."""
    return (
        await _seal_passwords(db, vault)
        + await _seal_tokens(db, vault)
        + await _seal_apps(db, vault)
    )


async def _seal_passwords(db: Database, vault: Vault) -> int:
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await mailboxes.list_sealed(tx, after=after, limit=_AT_ONCE)
            for mailbox_id, password in rows:
                if not vault.is_newest(password):
                    fresh = _anew(vault, password, bound_to(mailbox_id))
                    await mailboxes.save_sealed(tx, mailbox_id, fresh)
                    sealed += 1
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]


async def _seal_tokens(db: Database, vault: Vault) -> int:
    """Tokens are locked meanwhile, so that none that is just refreshed is overwritten."""
    sealed, after = 0, None
    while True:
        async with db.begin() as tx:
            rows = await mail_tokens.list_sealed(tx, after=after, limit=_AT_ONCE)
            for mailbox_id, refresh, access in rows:
                if not (vault.is_newest(refresh) and vault.is_newest(access)):
                    await mail_tokens.save_sealed(
                        tx,
                        mailbox_id,
                        refresh=_anew(vault, refresh, token_bound_to(mailbox_id, "refresh")),
                        access=_anew(vault, access, token_bound_to(mailbox_id, "access")),
                    )
                    sealed += 2
        if len(rows) < _AT_ONCE:
            return sealed
        after = rows[-1][0]


async def _seal_apps(db: Database, vault: Vault) -> int:
    sealed = 0
    async with db.begin() as tx:
        for workspace_id, provider, secret in await mail_apps.list_sealed(tx):
            if not vault.is_newest(secret):
                bound = secret_bound_to(workspace_id, MailProvider(provider))
                await mail_apps.save_sealed(tx, workspace_id, provider, _anew(vault, secret, bound))
                sealed += 1
    return sealed


def _anew(vault: Vault, sealed: str, bound: str) -> str:
    return vault.seal(vault.open(sealed, bound_to=bound), bound_to=bound)
