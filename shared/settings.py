"""Settings of every program: typed fields, described once, and the only reader of the environment.

`ANCHORWATCH_<SERVICE>_<FIELD>` wins over `ANCHORWATCH_<FIELD>`, so that one container can differ from
the others (its own database role, say). A secret may also come from a file: `..._FILE` names it.
Built on plain pydantic: the CLI starts on this, and pydantic-settings alone costs 0.3 s of import.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, get_args, get_origin
from urllib.parse import quote, urlsplit, urlunsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared import fault_words
from shared.errors import AnchorwatchError

PREFIX = "ANCHORWATCH_"
_LISTS = (tuple, list, set, frozenset)


class SettingsError(AnchorwatchError):
    """A setting is missing or cannot be used; the sentence names the variable and the fix."""

    code = "settings"


class HouseSettings(BaseModel):
    """What every service needs; a service adds its own fields in a subclass that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    service: ClassVar[str] = ""
    """The name in `ANCHORWATCH_<SERVICE>_<FIELD>`."""

    environment: Literal["development", "test", "production"] = Field(
        default="development", description="Where this runs; goes into every log line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important kind of log line that is written."
    )
    home: Path = Field(
        default=Path("var"),
        description="Folder for data of the embedded mode and for the key file.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=1, le=65535, description="TCP port to listen on.")
    public_url: str | None = Field(
        default=None,
        max_length=2048,
        description="The URL under which people reach the product, where it differs from host and port.",
    )
    database_url: SecretStr = Field(
        default=SecretStr("postgresql+asyncpg://anchorwatch@127.0.0.1:5432/anchorwatch"),
        description="PostgreSQL (15 or newer) of this service.",
    )
    database_password: SecretStr | None = Field(
        default=None, description="Password for database_url, so that the URL itself is no secret."
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="Most database connections of one process."
    )
    amqp_url: SecretStr = Field(
        default=SecretStr("amqp://anchorwatch@127.0.0.1:5672/"),
        description="RabbitMQ (3.10 or newer); not used by the embedded mode.",
    )
    amqp_password: SecretStr | None = Field(
        default=None, description="Password for amqp_url, so that the URL itself is no secret."
    )
    internal_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Signs the caller's identity between the services and the cursors of lists; "
        "the same in all services. Required, except in the embedded mode, which makes its own.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="Encrypts the keys of other services, secrets of webhooks, addresses of channels and "
        "passwords of mailboxes that the database keeps; at least 32 random characters. Several with commas between: the first encrypts, all decrypt. Unset: the file "
        "`master-key` in the home, made at the first start.",
    )
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="Largest request body that is not a file upload."
    )
    max_upload_bytes: int = Field(
        default=2_147_483_648,
        ge=1024,
        description="Largest file upload (multipart) in one request.",
    )
    shutdown_grace_s: float = Field(
        default=20.0, ge=0, le=600, description="Seconds that work in flight gets when stopping."
    )

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Self:
        """Return the settings from the environment; `given` fields win over it."""
        values = _read(cls, os.environ if environ is None else environ)  # noqa: TID251 - the one door
        try:
            return cls.model_validate({**values, **given})
        except ValidationError as error:
            raise SettingsError(_sentence(cls, error)) from error

    def as_json(self, **given: Any) -> bytes:
        """Return all fields with `given` over them, secrets too, for a process of our own to load."""
        values = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self
        }
        return orjson.dumps({**values, **given}, default=_plain)

    @property
    def database_dsn(self) -> str:
        """Return database_url with database_password in it, for SQLAlchemy's asyncpg driver."""
        url = _with_password(self.database_url, self.database_password)
        scheme, _, rest = url.partition("://")
        return f"postgresql+asyncpg://{rest}" if scheme in {"postgres", "postgresql"} else url

    @property
    def amqp_dsn(self) -> str:
        """Return amqp_url with amqp_password in it."""
        return _with_password(self.amqp_url, self.amqp_password)

    @property
    def secret(self) -> bytes:
        """Return the internal secret; without one no service may start."""
        if self.internal_secret is None:
            raise SettingsError(
                f"{PREFIX}INTERNAL_SECRET is not set: give all services the same random string of "
                f"at least 16 characters, or a file with it as {PREFIX}INTERNAL_SECRET_FILE"
            )
        return self.internal_secret.get_secret_value().encode()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def variables(settings: type[HouseSettings], field: str) -> tuple[str, ...]:
    """Return the environment variables of a field, the one that wins first."""
    name = field.upper()
    plain = (f"{PREFIX}{name}",)
    if not settings.service:
        return plain
    own = (f"{PREFIX}{settings.service.upper()}_{name}",)
    return own + plain if field in HouseSettings.model_fields else own


def is_secret(annotation: Any) -> bool:
    """Say whether a field of this type may be read from a file and is never shown."""
    return annotation is SecretStr or SecretStr in get_args(annotation)


def _read(settings: type[HouseSettings], environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in settings.model_fields.items():
        for variable in variables(settings, name):
            text = environ.get(variable)
            if text is None and is_secret(field.annotation):
                text = _read_file(f"{variable}_FILE", environ)
            if text is not None and text != "":
                values[name] = _split(text) if _is_list(field.annotation) else text
                break
    return values


def _read_file(variable: str, environ: Mapping[str, str]) -> str | None:
    path = environ.get(variable)
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable} names {path!r}, which cannot be read: {error}") from error


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) in _LISTS for part in (annotation, *get_args(annotation)))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _with_password(url: SecretStr, password: SecretStr | None) -> str:
    text = url.get_secret_value()
    if password is None:
        return text
    parts = urlsplit(text)
    user, _, host = parts.netloc.rpartition("@")
    login = f"{user.partition(':')[0]}:{quote(password.get_secret_value(), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def _sentence(settings: type[HouseSettings], error: ValidationError) -> str:
    """Say which variable is wrong and why, without repeating a value: it may be a secret."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0]) if fault["loc"] else "settings"
        shown = variables(settings, name) if name in settings.model_fields else (name,)
        faults.append(f"{shown[-1]}: {fault_words.fix(fault['type'], fault.get('ctx') or {})}")
    return " ".join(faults)
