"""Keeps the tokens of mailboxes fresh: before they end, one refresh at a time over all processes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from services.outreach.adapters.signing_in import NoTokenError, SignInOverError
from services.outreach.adapters.token_desk import TokenDesk
from services.outreach.domain.oauth.flow import Grant, Problem, Refusal, is_fresh, token_bound_to
from services.outreach.domain.oauth.providers import LABELS, MailProvider, large
from services.outreach.store import health, mail_apps, mail_tokens
from services.outreach.store.mail_tokens import Token
from shared import clock
from shared.clock import Clock
from shared.db import Database, Tx
from shared.log import get_logger
from shared.vault import UnreadableError, Vault

log = get_logger(__name__)

_AT_ONCE = 3
"""Refreshes of one process, each of which holds a connection to the database while the provider answers."""
_NOBODY = "Nobody signed in to this mailbox yet. Sign in."
_UNREADABLE = (
    "The permission of this mailbox cannot be read any more: its master key is gone. Sign in again."
)


@dataclass(slots=True)
class TokenKeeper:
    """Returns access tokens, new ones where needed. Whoever stops waiting breaks no refresh off.

    The provider may have taken the old refresh token back already, and only its answer holds the new one.
    """

    db: Database
    desk: TokenDesk
    vault: Vault
    now: Clock = clock.now
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _running: set[asyncio.Task[str]] = field(default_factory=set)

    async def token_of(self, mailbox_id: UUID, rejected: str | None = None) -> str:
        """Return an access token that a mail server did not refuse yet; raises NoTokenError."""
        async with self.db.begin() as tx:
            token = await mail_tokens.find_token(tx, mailbox_id)
        if token is not None and token.trouble is None:
            with suppress(UnreadableError):  # which is told, and noted, by whoever refreshes
                found = self._usable(token, rejected)
                if found is not None:
                    return found
        task = asyncio.ensure_future(self._refreshed(mailbox_id, rejected))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for refreshes that are under way."""
        if self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: asyncio.Task[str]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, it is no news

    async def _refreshed(self, mailbox_id: UUID, rejected: str | None) -> str:
        async with self._gate, self.db.begin() as tx:
            found = await self._refresh(tx, mailbox_id, rejected)
        if isinstance(found, NoTokenError):  # raised when what follows from it is written
            raise found
        return found

    async def _refresh(self, tx: Tx, mailbox_id: UUID, rejected: str | None) -> str | NoTokenError:
        token = await mail_tokens.find_token(tx, mailbox_id, lock=True)
        if token is None:
            return SignInOverError(_NOBODY)
        if token.trouble is not None:
            return await self._over(tx, token, token.trouble)
        try:
            found = self._usable(token, rejected)  # somebody else may have been faster
            return found or await self._asked_for(tx, token)
        except UnreadableError:
            return await self._over(tx, token, Problem.ENDED, because=_UNREADABLE)

    async def _asked_for(self, tx: Tx, token: Token) -> str | NoTokenError:
        bound = token_bound_to(token.mailbox_id, "refresh")
        refresh = self.vault.open(token.sealed_refresh, bound_to=bound)
        app = await mail_apps.find_app(tx, token.workspace_id, token.provider)
        answer = Refusal(Problem.APP) if app is None else await self.desk.refresh(app, refresh)
        if isinstance(answer, Grant):
            await self._save(tx, token.mailbox_id, answer)
            return answer.access_token
        if answer.problem is Problem.NO_ANSWER:
            name = LABELS[token.provider]
            return NoTokenError(large(f"{name} gave no token just now. It is tried again."))
        return await self._over(tx, token, answer.problem)

    def _usable(self, token: Token, rejected: str | None) -> str | None:
        if not is_fresh(token.expires_at, self.now()):
            return None
        bound = token_bound_to(token.mailbox_id, "access")
        access = self.vault.open(token.sealed_access, bound_to=bound)
        return None if access == rejected else access

    async def _save(self, tx: Tx, mailbox_id: UUID, grant: Grant) -> None:
        rotated = grant.refresh_token
        bound = token_bound_to(mailbox_id, "access")
        await mail_tokens.save_refreshed(
            tx,
            mailbox_id,
            sealed_access=self.vault.seal(grant.access_token, bound_to=bound),
            sealed_refresh=None
            if rotated is None
            else self.vault.seal(rotated, bound_to=token_bound_to(mailbox_id, "refresh")),
            expires_at=self.now() + grant.lives,
        )

    async def _over(
        self, tx: Tx, token: Token, problem: Problem, *, because: str | None = None
    ) -> SignInOverError:
        """Note that a person is needed, and pause the mailbox with what they are to do."""
        sentence = because or _sentence(token.provider, problem)
        if token.trouble is None:
            await mail_tokens.note_trouble(tx, token.mailbox_id, problem)
            log.info("mailbox must be signed in to again", mailbox_id=token.mailbox_id, why=problem)
        await health.pause(tx, token.mailbox_id, because=sentence, now=self.now())
        return SignInOverError(sentence)


def _sentence(provider: MailProvider, problem: Problem) -> str:
    name = LABELS[provider]
    if problem is Problem.APP:
        text = f"{name} does not accept the app of this workspace. An owner enters its id and secret anew."
    else:
        text = f"{name} ended the permission for this mailbox. Sign in again."
    return large(text)
