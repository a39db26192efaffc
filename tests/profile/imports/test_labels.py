"""Every file format has a name for people."""

from services.profile.domain.imports.labels import DIALECT_LABELS, source_label
from services.profile.domain.imports.rows import Dialect


def test_every_dialect_has_a_name_for_people() -> None:
    assert set(DIALECT_LABELS) == set(Dialect)
    assert not [label for label in DIALECT_LABELS.values() if "_" in label]


def test_a_tool_we_do_not_know_is_named_by_its_own_word() -> None:
    assert source_label("gsc") == "Search Console"
    assert source_label("my_tool") == "My tool"
