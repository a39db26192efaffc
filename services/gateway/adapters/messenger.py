"""Brings messages to channels: the chats of the providers, and the mailboxes of our own users."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from services.gateway.adapters.courier import Courier
from services.gateway.adapters.postman import Postman
from services.gateway.domain import leaving
from services.gateway.domain.attempts import Attempt
from services.gateway.domain.channels import Kind, judged
from services.gateway.domain.forms import discord, mail, slack, teams, telegram
from services.gateway.domain.messages import Message
from shared import clock
from shared.vault import UnreadableError, Vault

_HEADERS = {"Content-Type": "application/json"}
_FORMS: Mapping[Kind, Callable[[Message], dict[str, Any]]] = {
    Kind.SLACK: slack.body_of,
    Kind.TEAMS: teams.body_of,
    Kind.DISCORD: discord.body_of,
}


def bound_to(channel_id: UUID) -> str:
    """Return what the address of a channel is sealed to: it opens nowhere else."""
    return f"channel/{channel_id}"


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends messages; addresses come sealed, and are open only while something is sent."""

    courier: Courier
    postman: Postman | None
    """None while no mail server is set up."""
    vault: Vault
    base: str
    """Where people reach the console."""
    leaving_key: bytes
    """Signs the addresses by which people leave a channel."""

    def seal(self, address: str, channel_id: UUID) -> str:
        """Return an address as it is stored."""
        return self.vault.seal(address, bound_to=bound_to(channel_id))

    async def post(
        self, kind: Kind, channel_id: UUID, sealed: str, chat: str | None, message: Message
    ) -> Attempt:
        """Send one message into a chat. An address that cannot be read is an attempt that failed."""
        try:
            address = self.vault.open(sealed, bound_to=bound_to(channel_id))
        except UnreadableError:
            return Attempt(0, trouble="its address cannot be read; give it again")
        body = telegram.body_of(message, chat) if chat is not None else _FORMS[kind](message)
        judge = partial(judged, kind)
        return await self.courier.send(address, orjson.dumps(body), _HEADERS, judge=judge)

    def leave_url(self, channel_id: UUID, user_id: UUID) -> str:
        """Return where a person leaves a channel."""
        token = leaving.token_of(channel_id, user_id, key=self.leaving_key)
        return f"{self.base}{leaving.PATH}/{token}"

    async def mail(
        self, message: Message, *, to: str, notice_ids: Sequence[UUID], leave_url: str | None = None
    ) -> Attempt:
        """Send one message to one person."""
        if self.postman is None:
            return Attempt(0, trouble="this installation has no mail server set up")
        sender = self.postman.sender
        made = mail.mail_of(
            message,
            sender=sender,
            to=to,
            message_id=mail.message_id_of(notice_ids, sender=sender),
            at=clock.now(),
            leave_url=leave_url,
        )
        return await self.postman.send(made)
