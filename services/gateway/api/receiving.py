"""What the routes of webhooks and channels have in common."""

from typing import Self

from pydantic import BaseModel

from services.gateway.adapters.messenger import Messenger
from services.gateway.domain.attempts import Attempt, Ending
from services.gateway.store import receivers
from services.gateway.store.receivers import MAX_RECEIVERS, Receivers
from shared.access import Caller
from shared.db import Tx
from shared.errors import ConflictError


class TestOut(BaseModel):
    """What came of a test message."""

    taken: bool
    status: int | None
    elapsed_ms: int
    sentence: str

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        return cls(
            taken=attempt.ending is Ending.TAKEN,
            status=attempt.status,
            elapsed_ms=attempt.elapsed_ms,
            sentence=attempt.sentence,
        )


def require_mail_server(messenger: Messenger) -> None:
    """Raise ConflictError where no mail can go out."""
    if messenger.postman is None:
        raise ConflictError(
            "This installation sends no e-mail: whoever runs it names a mail server in "
            "ANCHORWATCH_GATEWAY_SMTP_HOST first.",
            code="no-mail-server",
        )


async def require_room(tx: Tx, kind: Receivers, caller: Caller) -> None:
    """Raise ConflictError if the workspace has as many as it may have."""
    if await receivers.count(tx, kind, workspace_id=caller.workspace_id) >= MAX_RECEIVERS:
        raise ConflictError(
            f"A workspace has at most {MAX_RECEIVERS} {kind.table}; remove one first.",
            code=f"too-many-{kind.table}",
        )
