"""The vault: what it sealed opens with the right key, in the right place, and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import vault
from shared.errors import UnavailableError
from shared.settings import HouseSettings
from shared.vault import UnreadableError, Vault

ONE, TWO = "1" * 32, "2" * 32


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200), place=st.text(max_size=50))
def test_what_was_sealed_opens_and_is_never_the_same_twice(text: str, place: str) -> None:
    mine = Vault(lambda: [ONE])
    sealed = mine.seal(text, bound_to=place)
    assert mine.open(sealed, bound_to=place) == text
    assert mine.seal(text, bound_to=place) != sealed
    assert ONE not in sealed


@settings(max_examples=50, deadline=None)
@given(sealed=st.text(max_size=120), at=st.integers(0, 60))
def test_nothing_else_opens(sealed: str, at: int) -> None:
    mine = Vault(lambda: [ONE])
    with pytest.raises(UnreadableError):
        mine.open(sealed, bound_to="a")
    right = mine.seal("a secret", bound_to="a")
    place = at % len(right)
    flipped = "A" if right[place] != "A" else "B"
    with pytest.raises(UnreadableError):
        mine.open(f"{right[:place]}{flipped}{right[place + 1 :]}", bound_to="a")


def test_a_text_opens_only_where_it_belongs_and_with_its_key() -> None:
    sealed = Vault(lambda: [ONE]).seal("a secret", bound_to="a")
    with pytest.raises(UnreadableError):
        Vault(lambda: [ONE]).open(sealed, bound_to="b")
    with pytest.raises(UnreadableError) as error:
        Vault(lambda: [TWO]).open(sealed, bound_to="a")
    assert "secret" not in error.value.detail


def test_keys_are_changed_by_a_new_one_before_the_old() -> None:
    sealed = Vault(lambda: [ONE]).seal("a secret", bound_to="a")
    both = Vault(lambda: [TWO, ONE])
    assert both.open(sealed, bound_to="a") == "a secret"
    assert not both.is_newest(sealed)
    assert both.is_newest(both.seal("a secret", bound_to="a"))


def test_the_file_is_made_once_private_and_read_again_when_it_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mine = Vault.of(HouseSettings(home=home))
    mine.prepare()
    file = home / vault.KEY_FILE
    assert file.stat().st_mode & 0o777 == 0o600
    [first] = file.read_text().split()
    assert vault.keys_of(home) == [first]
    running = Vault.of(HouseSettings(home=home))
    sealed = running.seal("a secret", bound_to="a")
    vault.add_key(home)
    second, still = file.read_text().split()
    assert (still, second != first) == (first, True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert mine.open(sealed, bound_to="a") == "a secret"
    fresh = mine.seal("a secret", bound_to="a")
    assert mine.is_newest(fresh)
    assert running.open(fresh, bound_to="a") == "a secret"  # it has never seen the new key
    vault.add_key(home)
    assert file.read_text().split()[1:] == [second]
    assert [one.name for one in home.iterdir()] == [vault.KEY_FILE]


def test_the_setting_wins_and_a_short_key_is_refused(tmp_path: Path) -> None:
    given = HouseSettings.load({"ANCHORWATCH_MASTER_KEY": f"{TWO}, {ONE}"}, home=tmp_path)
    sealed = Vault(lambda: [ONE]).seal("a secret", bound_to="a")
    assert Vault.of(given).open(sealed, bound_to="a") == "a secret"
    assert list(tmp_path.iterdir()) == []
    assert TWO not in repr(given)
    short = HouseSettings.load({"ANCHORWATCH_MASTER_KEY": "short"}, home=tmp_path)
    with pytest.raises(UnavailableError, match="less than 32 characters"):
        Vault.of(short)


def test_a_home_that_cannot_be_written_is_told_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="set ANCHORWATCH_MASTER_KEY"):
        Vault.of(HouseSettings(home=tmp_path / "file" / "home")).prepare()
