"""Encrypts what the database keeps for others (keys, passwords) under a master key that it never holds.

AES-256-GCM of the library `cryptography`; what a text belongs to is authenticated with it, so that it
opens nowhere else. The first master key encrypts, all of them decrypt: that is how keys are changed.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import InvalidError, UnavailableError
from shared.settings import HouseSettings

KEY_FILE = "master-key"
"""In the home: one key a line, the newest first; only its owner can read it."""

_VERSION = "v1"
_NONCE_BYTES = 12
_SHORTEST = 32

Source = Callable[[], Sequence[str]]
"""Returns the master keys, the one that encrypts first."""


class UnreadableError(InvalidError):
    """What was encrypted cannot be read: its master key is gone, or it was changed or moved."""


class Vault:
    """Seals and opens texts. The keys are read when they are needed, and again when one is missing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._keys: dict[str, AESGCM] = {}

    @classmethod
    def of(cls, settings: HouseSettings) -> "Vault":
        """Return the vault of the setting `master_key`, or of the file in the home."""
        if settings.master_key is not None:
            keys = _checked(settings.master_key.get_secret_value().split(","))
            return cls(lambda: keys)
        home = settings.home
        return cls(lambda: keys_of(home))

    def prepare(self) -> None:
        """Read the master keys, or make the first one."""
        self._keys = {_name(key): _cipher(key) for key in self._source()}

    def seal(self, text: str, *, bound_to: str) -> str:
        """Return a text so that only `open` with the same `bound_to` gives it back."""
        self.prepare()  # the newest key, though another process may have changed it
        name, cipher = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, text.encode(), bound_to.encode())
        return f"{_VERSION}.{name}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, *, bound_to: str) -> str:
        """Return what was sealed; raises UnreadableError, which says nothing of it."""
        version, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        if name not in self._keys:
            self.prepare()
        try:
            raw = base64.urlsafe_b64decode(body)
            if version != _VERSION or name not in self._keys:
                raise _unreadable()
            text = self._keys[name].decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()
            )
        except (InvalidTag, ValueError, binascii.Error):
            raise _unreadable() from None
        return text.decode()

    def is_newest(self, sealed: str) -> bool:
        """Say whether a text is sealed with the key that encrypts now."""
        self.prepare()
        return sealed.startswith(f"{_VERSION}.{next(iter(self._keys))}.")


def keys_of(home: Path) -> list[str]:
    """Return the master keys in the file of a home; the first is made at the first start."""
    path = home / KEY_FILE
    try:
        if not path.exists():
            _write(path, [secrets.token_urlsafe(32)], replace=False)
        return _checked(path.read_text(encoding="ascii").split())
    except OSError as error:
        raise UnavailableError(
            f"The master key in {path} cannot be read or made: {error.strerror}. Give the home to "
            "the account of this process, or set ANCHORWATCH_MASTER_KEY."
        ) from None


def add_key(home: Path) -> None:
    """Put a new master key before the newest; older ones go, for nothing is sealed with them."""
    _write(home / KEY_FILE, [secrets.token_urlsafe(32), *keys_of(home)[:1]], replace=True)


def _write(path: Path, keys: Sequence[str], *, replace: bool) -> None:
    """Write the file whole or not at all; of two processes that make it, one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            fresh.replace(path)
        else:
            os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        fresh.unlink(missing_ok=True)


def _checked(keys: Sequence[str]) -> list[str]:
    found = [key.strip() for key in keys if key.strip()]
    if not found or any(len(key) < _SHORTEST for key in found):
        raise UnavailableError(
            f"A master key has less than {_SHORTEST} characters, or there is none: give a random "
            "one as ANCHORWATCH_MASTER_KEY, such as `openssl rand -base64 32` makes."
        )
    return found


def _derived(key: str, *, length: int, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(key.encode())


def _cipher(key: str) -> AESGCM:
    return AESGCM(_derived(key, length=32, purpose=b"anchorwatch vault"))


def _name(key: str) -> str:
    """Return what tells keys apart and says nothing of them."""
    return _derived(key, length=6, purpose=b"anchorwatch vault name").hex()


def _unreadable() -> UnreadableError:
    return UnreadableError(
        "This was encrypted with a master key that is not here, or was changed: set it again."
    )
