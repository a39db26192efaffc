"""Signs messages with the secrets of their receiver and sends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.gateway.adapters.courier import Courier
from services.gateway.domain import webhooks
from services.gateway.domain.attempts import Attempt
from shared import clock
from shared.vault import UnreadableError, Vault


def bound_to(webhook_id: UUID) -> str:
    """Return what a secret is sealed to: it opens nowhere else."""
    return f"webhook/{webhook_id}"


@dataclass(frozen=True, slots=True)
class Teller:
    """Sends messages; the secrets come sealed, and are open only while a message is signed."""

    courier: Courier
    vault: Vault

    def seal(self, secret: str, webhook_id: UUID) -> str:
        """Return a secret as it is stored."""
        return self.vault.seal(secret, bound_to=bound_to(webhook_id))

    async def send(
        self, sealed: Sequence[str], *, webhook_id: UUID, message_id: UUID, url: str, body: bytes
    ) -> Attempt:
        """Send one message now. A secret that cannot be read is an attempt that failed."""
        try:
            secrets = [self.vault.open(one, bound_to=bound_to(webhook_id)) for one in sealed]
        except UnreadableError:
            return Attempt(0, trouble="its secret cannot be read; make a new one")
        headers = webhooks.headers(secrets, message_id=str(message_id), at=clock.now(), body=body)
        return await self.courier.send(url, body, headers)
