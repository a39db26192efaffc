"""How a token is shown to a mail server: SASL XOAUTH2 and OAUTHBEARER (RFC 7628); pure."""

from collections.abc import Collection
from enum import StrEnum


class Mechanism(StrEnum):
    XOAUTH2 = "XOAUTH2"
    OAUTHBEARER = "OAUTHBEARER"


def choose(offered: Collection[str]) -> Mechanism | None:
    """Return the mechanism to use: XOAUTH2 before OAUTHBEARER, None if the server has neither."""
    names = {one.upper() for one in offered}
    return next((one for one in Mechanism if one in names), None)


def first_words(mechanism: Mechanism, *, user: str, token: str, host: str, port: int) -> bytes:
    """Return what the client says first, not encoded; raises ValueError for what would end a field."""
    for value in (user, token, host):
        if not value or not value.isprintable():
            raise ValueError("a user or token with control characters")
    if not token.isascii() or " " in token:
        raise ValueError("a token that is no bearer token")
    if mechanism is Mechanism.XOAUTH2:
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()


def to_challenge(mechanism: Mechanism) -> bytes:
    """Return what is said to the challenge in which a server tells its error, before it refuses."""
    return b"" if mechanism is Mechanism.XOAUTH2 else b"\x01"
