"""How commands talk to a running Anchorwatch: its address, the key of this home, plain answers."""

import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.home import KEY_FILE, address_of
from shared.errors import AnchorwatchError, NotFoundError, UnavailableError
from shared.settings import HouseSettings

_USUAL_ADDRESS = "http://127.0.0.1:8080"
_TIMEOUT_S = 60.0
_MAX_ANSWER = 16 * 1024 * 1024


class ClientSettings(HouseSettings):
    """Where the commands find the server."""

    url: str | None = Field(
        default=None,
        description="The running Anchorwatch that commands use; else the one of the home, "
        "else http://127.0.0.1:8080.",
    )
    key: SecretStr | None = Field(
        default=None, description="API key of the commands; else the key file of the home is read."
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Server:
    """A running Anchorwatch, and the key with which we speak to it."""

    url: str
    key: str

    @classmethod
    def of(cls, settings: ClientSettings) -> Self:
        """Return the server of these settings; raises NotFoundError where there is no key."""
        url = settings.url or address_of(settings.home) or _USUAL_ADDRESS
        if settings.key is not None:
            return cls(url, settings.key.get_secret_value())
        path = settings.home / KEY_FILE
        if not path.is_file():
            raise NotFoundError(
                f"There is no key in {settings.home}. Start Anchorwatch there with "
                "`anchorwatch all`, or give a key in ANCHORWATCH_KEY."
            )
        return cls(url, path.read_text(encoding="ascii").strip())

    def get(self, path: str) -> Answer:
        """Ask for a resource."""
        return _answer(*self._send("GET", path, None, {}))

    def download(self, path: str) -> bytes:
        """Ask for a file."""
        answer = self._send("GET", path, None, {})
        _answer(*answer)
        return answer[2]

    def post(self, path: str, body: Iterable[bytes] | bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body, which may be a stream if the headers name its length."""
        return _answer(*self._send("POST", path, body, headers))

    def _send(
        self,
        method: str,
        path: str,
        body: Iterable[bytes] | bytes | None,
        headers: Mapping[str, str],
    ) -> tuple[int, dict[str, str], bytes]:
        connection, prefix = self._connection()
        try:
            authorized = {"Authorization": f"Bearer {self.key}", **headers}
            connection.request(method, f"{prefix}{path}", body, authorized)
            response = connection.getresponse()
            text = response.read(_MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(
                f"Anchorwatch does not answer at {self.url} ({error!s}). "
                "Is it running? ANCHORWATCH_URL names another address."
            ) from error
        finally:
            connection.close()
        return response.status, dict(response.getheaders()), text

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(self.url)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        if parts.scheme not in kinds or not parts.hostname:
            raise UnavailableError(f"{self.url} is no address of an Anchorwatch server.")
        connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=_TIMEOUT_S)
        return connection, parts.path.rstrip("/")


def _answer(status: int, headers: Mapping[str, str], text: bytes) -> Answer:
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = None
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(status, {name.lower(): value for name, value in headers.items()}, body)
    detail = body.get("detail") or body.get("title") if isinstance(body, dict) else None
    raise AnchorwatchError(str(detail or f"The server answered {status}."))
