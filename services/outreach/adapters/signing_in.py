"""What connections to mail servers need of tokens: where they come from, and why there is none."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from shared.errors import AnchorwatchError

Tokens = Callable[[UUID, str | None], Awaitable[str]]
"""Returns an access token of a mailbox, and another one than that which a server refused; raises NoTokenError."""


class NoTokenError(AnchorwatchError):
    """There is no token just now; nothing is wrong with the permission as far as is known."""

    code = "no-token"


class SignInOverError(NoTokenError):
    """There will be no token until a person does something, which the sentence says."""

    code = "sign-in-over"


async def no_tokens(_: UUID, __: str | None) -> str:
    """Stand where mailboxes sign in by password only."""
    raise SignInOverError("Nobody signed in to this mailbox yet. Sign in.")
