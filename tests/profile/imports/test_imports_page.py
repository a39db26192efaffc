"""The page about imports names every dialect and every row error."""

import re
from pathlib import Path

import pytest

from services.profile.domain.imports import Dialect

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
SOURCE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "services/profile/domain/imports").glob("*.py"))
)
CODES = set(re.findall(r'row_error\(\s*row_no, "\w*", "(\w+)"', SOURCE)) | set(
    re.findall(r'Fault\("(\w+)"', SOURCE)
)


@pytest.mark.parametrize("dialect", Dialect)
def test_every_dialect_is_on_the_page(dialect: Dialect) -> None:
    assert f"`{dialect}`" in PAGE


def test_every_row_error_is_on_the_page() -> None:
    assert len(CODES) >= 8
    assert [code for code in sorted(CODES) if f"`{code}`" not in PAGE] == []
