"""What a service does not need to start is not loaded: after a kill nobody waits for it."""

import subprocess
import sys

import pytest

from shared.migrations import SERVICES, revision_files

SELDOM_NEEDED = {"alembic", "aiohttp", "mako", "numpy", "scipy", "snowballstemmer"}

_TELL = f"import sys; print(*sorted({SELDOM_NEEDED} & sys.modules.keys()))"
_MIGRATE = """
import asyncio, sys
from shared.migrations import migrate_all
asyncio.run(migrate_all(sys.argv[1]))
"""


def loaded_by(program: str, *arguments: str) -> list[str]:
    """Return which of the seldom needed packages a program has loaded when it ends."""
    command = [sys.executable, "-c", f"{program}\n{_TELL}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_the_service_that_knows_every_link_starts_with_what_it_needs() -> None:
    assert loaded_by("import services.cli.service, services.profile.app") == []


def test_a_database_of_this_version_is_told_without_alembic(database_url: str) -> None:
    assert loaded_by(_MIGRATE, database_url) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_file_of_a_revision_begins_with_its_number(service: str) -> None:
    for file in revision_files(service):
        number = file.name.partition("_")[0]
        assert f'revision = "{number}"' in file.read_text(encoding="utf-8").splitlines()
