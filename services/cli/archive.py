"""The file that a backup is: a ZIP of one dump for each schema, and a manifest of what they hold."""

import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.dumps import Content
from shared.errors import InvalidError, NotFoundError

_MANIFEST = "manifest.json"
_FORMAT = 1
_LARGEST_MANIFEST = 1_000_000


class Schema(BaseModel):
    """One schema: the newest migration that it has had, and what its tables hold."""

    model_config = ConfigDict(frozen=True)

    revision: str | None
    contents: dict[str, Content]


class Manifest(BaseModel):
    """What a backup holds."""

    model_config = ConfigDict(frozen=True)

    format: int = _FORMAT
    made_at: datetime
    anchorwatch: str
    schemas: dict[str, Schema]

    @property
    def rows(self) -> int:
        return sum(
            table.rows for schema in self.schemas.values() for table in schema.contents.values()
        )

    @property
    def tables(self) -> int:
        return sum(len(schema.contents) for schema in self.schemas.values())


def write(path: Path, manifest: Manifest, dumps: Mapping[str, Path]) -> None:
    """Write a backup, whole or not at all; its owner alone can read it."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        fresh.touch(mode=0o600)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:  # dumps are packed already
            archive.writestr(_MANIFEST, manifest.model_dump_json(indent=2))
            for schema, dump in dumps.items():
                archive.write(dump, _entry(schema))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says that it holds; raises InvalidError for what is no backup of ours."""
    with _opened(path) as archive:
        try:
            if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
                raise InvalidError(f"{path} is not a backup of Anchorwatch: its manifest is huge.")
            manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
        except (KeyError, ValidationError, zipfile.BadZipFile) as error:
            raise InvalidError(f"{path} is not a backup of Anchorwatch.") from error
        missing = {_entry(schema) for schema in manifest.schemas} - set(archive.namelist())
    if manifest.format != _FORMAT:
        raise InvalidError(f"{path} was made by a newer Anchorwatch ({manifest.anchorwatch}).")
    if missing:
        raise InvalidError(f"{path} is not whole: {', '.join(sorted(missing))} is missing.")
    return manifest


def extract(path: Path, schema: str, folder: Path) -> Path:
    """Return the dump of one schema, unpacked into a folder; a damaged one is an InvalidError."""
    with _opened(path) as archive:
        try:
            return Path(archive.extract(_entry(schema), folder))
        except zipfile.BadZipFile as error:
            raise InvalidError(f"{path} is damaged: {error}") from error


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidError(
            f"{path} is not a backup of Anchorwatch, or is damaged: {error}"
        ) from error


def _entry(schema: str) -> str:
    return f"{schema}.dump"
