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
from services.gateway.domain.acting import Offering
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


def app_bound_to(channel_id: UUID) -> str:
    """Return what the secret of a channel's app is sealed to."""
    return f"channel-app/{channel_id}"


def _with_components(address: str) -> str:
    """Return the address of a webhook of Discord at which buttons are not left out."""
    return f"{address}{'&' if '?' in address else '?'}with_components=true"


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
    acting_key: bytes
    """Signs what messages let their readers do."""

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
        url = _with_components(address) if "components" in body else address
        return await self.courier.send(url, orjson.dumps(body), _HEADERS, judge=judge)

    def offering(self, *, is_pressed: bool) -> Offering:
        """Return what messages that are made now let their readers do."""
        return Offering(self.acting_key, self.base, clock.now(), is_pressed)

    async def answer(self, url: str, body: Mapping[str, Any]) -> Attempt:
        """Answer at an address that came with a press; whoever calls has looked whose it is."""
        return await self.courier.send(url, orjson.dumps(body), _HEADERS)

    async def have_done(
        self, channel_id: UUID, sealed: str, method: str, body: Mapping[str, Any]
    ) -> Attempt:
        """Have the bot of a channel of Telegram do something."""
        try:
            address = self.vault.open(sealed, bound_to=bound_to(channel_id))
        except UnreadableError:
            return Attempt(0, trouble="its token cannot be read; give it again")
        url = address.removesuffix("sendMessage") + method
        return await self.courier.send(url, orjson.dumps(body), _HEADERS)

    def opened(self, sealed: str | None, bound: str) -> str | None:
        """Return a secret; None if there is none, or if it cannot be read any more."""
        try:
            return None if sealed is None else self.vault.open(sealed, bound_to=bound)
        except UnreadableError:
            return None

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
