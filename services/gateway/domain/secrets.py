"""Keys, tokens and passwords: how they are written, and what of them is stored."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_KEY = re.compile(r"aw_([A-Za-z0-9]{8})_[A-Za-z0-9]{32}")
_TOKEN = re.compile(r"[A-Za-z0-9]{43}")
KEY_RANDOM = 40
TOKEN_RANDOM = 43
"""Characters of randomness that a key and a token are made of (at least 190 bits)."""

# scrypt of RFC 7914 with 16 MiB: 40 ms here, so it runs in a thread.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
_NOBODY = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "="


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once, and what is kept of it."""

    text: str
    prefix: str
    secret_hash: bytes


def readable(random: bytes) -> str:
    """Return letters and digits for random bytes, about 5.95 bits of each byte."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in random)


def new_key(random: bytes) -> NewKey:
    """Return the key `aw_<8 id>_<32 random>` for KEY_RANDOM random bytes."""
    letters = readable(random)
    text = f"aw_{letters[:8]}_{letters[8:]}"
    return NewKey(text=text, prefix=f"aw_{letters[:8]}", secret_hash=digest(text))


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def digest(text: str) -> bytes:
    """Return what is stored of a key or token; with this much randomness SHA-256 needs no salt."""
    return hashlib.sha256(text.encode()).digest()


def hash_password(password: str, *, salt: bytes) -> str:
    """Return the stored form of a password; slow on purpose."""
    made = _scrypt(password, salt, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P)
    parts = (str(_SCRYPT_N), str(_SCRYPT_R), str(_SCRYPT_P))
    return "$".join(("scrypt", *parts, b64encode(salt).decode(), b64encode(made).decode()))


def is_password(password: str, stored: str | None) -> bool:
    """Say whether this is the password; without a stored one it takes as long and says no.

    Otherwise the time of the answer would tell which addresses have an account.
    """
    _, n, r, p, salt, wanted = (stored or _NOBODY).split("$")
    made = _scrypt(password, b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, b64decode(wanted)) and stored is not None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)
