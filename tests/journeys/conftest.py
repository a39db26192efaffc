"""A home for the embedded house, and a web for it to look at."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from tests.web import FakeWeb, fake_web, new_authority


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's account can reach."""
    path = Path(mkdtemp(prefix="anchorwatch-journey-"))
    path.chmod(0o755)
    yield path
    rmtree(path, ignore_errors=True)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[FakeWeb]:
    """The internet of a journey; its certificates are signed by nobody whom the crawler trusts."""
    async with fake_web(new_authority(tmp_path).server("tls.example")) as served:
        yield served
