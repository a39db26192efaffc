"""One word for each thing: what the glossary says never to say is in no vocabulary, table or route."""

import importlib
import json
import re
from collections.abc import Iterator
from enum import StrEnum

import pytest

from shared import vocabulary
from shared.migrations import SERVICES
from tests.architecture.pages import OPENAPI, ROOT

ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def forbidden() -> dict[str, str]:
    """Return the words of the third column, with the word to say instead."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = [row for row in ROW.findall(text) if not row[0].startswith(("word", "---"))]
    return {never.strip(): word for word, column in rows for never in column.split(",")}


def names_in_vocabulary() -> Iterator[str]:
    for thing in vars(vocabulary).values():
        if isinstance(thing, type) and issubclass(thing, StrEnum):
            yield from (member.value for member in thing)


def names_in_tables(service: str) -> Iterator[str]:
    metadata = importlib.import_module(f"services.{service}.tables").METADATA
    for table in metadata.tables.values():
        yield table.name
        yield from (column.name for column in table.columns)


def names_in_routes() -> Iterator[str]:
    for path, methods in json.loads((ROOT / OPENAPI).read_text(encoding="utf-8"))["paths"].items():
        yield from path.strip("/").replace("{", "").replace("}", "").split("/")
        for method in methods.values():
            yield from (parameter["name"] for parameter in method.get("parameters", ()))


def offences(names: Iterator[str]) -> set[str]:
    """Return the names that are, or hold as a part, a word never to say."""
    never = forbidden()
    return {
        name
        for name in names
        if any(re.search(rf"(^|_){word}s?(_|$)", name.replace("-", "_")) for word in never)
    }


def test_the_glossary_has_words_never_to_say() -> None:
    assert forbidden()["destination"] == "target page, `target_url`"


def test_the_vocabulary_keeps_to_the_glossary() -> None:
    assert offences(names_in_vocabulary()) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_keep_to_the_glossary(service: str) -> None:
    assert offences(names_in_tables(service)) == set()


def test_the_routes_keep_to_the_glossary() -> None:
    names = list(names_in_routes())
    assert "links" in names
    assert offences(iter(names)) == set()


def test_a_forbidden_word_is_seen_inside_a_name() -> None:
    assert offences(iter(["root_domain", "accounts", "counts"])) == {"root_domain", "accounts"}
