"""The size budget: small files, small functions, so that each can be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE = 500
MAX_FUNCTION = 60


def source_files() -> list[Path]:
    found = [path for top in ("services", "shared", "tests") for path in (ROOT / top).rglob("*")]
    return sorted(
        path
        for path in found
        if path.suffix in {".py", ".js", ".css", ".html"}
        and not {"vendor", "versions", "__pycache__", "data", "fixtures"} & set(path.parts)
    )


def long_functions(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION:
                yield node.name, length


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", source_files(), ids=names)
def test_a_file_fits_the_budget(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_FILE
    if path.suffix == ".py":
        assert list(long_functions(source)) == []


def test_a_function_above_the_budget_is_seen() -> None:
    source = "async def long():\n" + "    x = 1\n" * MAX_FUNCTION
    assert list(long_functions(source)) == [("long", MAX_FUNCTION + 1)]


@pytest.mark.parametrize(
    "path", [path for path in source_files() if path.suffix == ".py"], ids=names
)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":"))
