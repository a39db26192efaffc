"""The event contracts: pinned by a golden file, and changed only by adding optional fields."""

import copy
import json
from typing import Any

import pytest

from tests.architecture.pages import CONTRACTS, ROOT, breaks, contracts

GOLDEN: dict[str, Any] = json.loads((ROOT / CONTRACTS).read_text(encoding="utf-8"))


def test_every_contract_is_in_the_golden_file() -> None:
    assert contracts() == GOLDEN, "additive? then run `make docs` and commit the golden file"


@pytest.mark.parametrize("name", GOLDEN)
def test_a_contract_only_grows(name: str) -> None:
    assert name in contracts(), f"{name} is gone: readers of queued events need it"
    assert breaks(GOLDEN[name], contracts()[name]) == []


def changed(*path: str, value: Any = None) -> dict[str, Any]:
    """The contract of link.changed with one place set, or removed."""
    schema: dict[str, Any] = copy.deepcopy(GOLDEN["link.changed v1"])
    place = schema
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return schema


@pytest.mark.parametrize(
    "broken",
    [
        changed("properties", "reasons"),
        changed("properties", "check_seq", "anyOf", value=[{"type": "string"}]),
        changed("$defs", "LinkStatus", "enum", value=["live"]),
        changed("required", value=[*GOLDEN["link.changed v1"]["required"], "reasons"]),
        changed("properties", "sentence", "maxLength", value=3),
    ],
    ids=["field gone", "other type", "word gone", "newly required", "new bound"],
)
def test_a_change_that_breaks_readers_is_seen(broken: dict[str, Any]) -> None:
    assert breaks(GOLDEN["link.changed v1"], broken) != []


@pytest.mark.parametrize(
    "grown",
    [
        changed("properties", "mood", value={"type": "string", "default": ""}),
        changed(
            "$defs",
            "LinkStatus",
            "enum",
            value=[*GOLDEN["link.changed v1"]["$defs"]["LinkStatus"]["enum"], "resting"],
        ),
    ],
    ids=["optional field", "new word"],
)
def test_growth_is_allowed(grown: dict[str, Any]) -> None:
    assert breaks(GOLDEN["link.changed v1"], grown) == []
