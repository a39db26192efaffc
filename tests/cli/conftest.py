"""A home folder for commands that start the embedded database."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from shared import postgres


@pytest.fixture
def home_folder() -> Iterator[Path]:
    """A folder that the database's account can reach; its server is stopped whatever happened."""
    path = Path(mkdtemp(prefix="anchorwatch-home-"))
    path.chmod(0o755)
    yield path
    if (path / "secret").exists():
        postgres.start(path, durable=False).kill()
    shutil.rmtree(path, ignore_errors=True)
