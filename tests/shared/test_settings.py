"""Settings: one reader of the environment, secrets from files, faults in sentences."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from shared.settings import HouseSettings, SettingsError
from shared.web import new_web_app


class Settings(HouseSettings):
    service: ClassVar[str] = "profile"

    hosts: tuple[str, ...] = Field(default=(), description="Hosts.")


def test_a_services_own_variable_wins_over_the_shared_one() -> None:
    environ = {"ANCHORWATCH_PORT": "1000", "ANCHORWATCH_PROFILE_PORT": "2000"}

    assert Settings.load(environ).port == 2000
    assert HouseSettings.load(environ).port == 1000


def test_given_fields_win_and_empty_variables_count_as_absent() -> None:
    environ = {"ANCHORWATCH_PORT": "", "ANCHORWATCH_HOST": "0.0.0.0"}

    settings = Settings.load(environ, host="127.0.0.1")

    assert (settings.port, settings.host) == (8080, "127.0.0.1")


def test_lists_are_written_with_commas() -> None:
    assert Settings.load({"ANCHORWATCH_PROFILE_HOSTS": "a, b,"}).hosts == ("a", "b")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("a secret of many characters\n")

    settings = Settings.load({"ANCHORWATCH_INTERNAL_SECRET_FILE": str(file)})

    assert settings.secret == b"a secret of many characters"
    assert "many characters" not in repr(settings)
    with pytest.raises(SettingsError, match="ANCHORWATCH_INTERNAL_SECRET_FILE names"):
        Settings.load({"ANCHORWATCH_INTERNAL_SECRET_FILE": str(tmp_path / "absent")})


def test_a_password_joins_its_url_and_the_driver_is_named() -> None:
    settings = Settings.load(
        {
            "ANCHORWATCH_DATABASE_URL": "postgresql://me@db:5432/x?ssl=require",
            "ANCHORWATCH_DATABASE_PASSWORD": "p@ss/word",
        }
    )

    assert settings.database_dsn == ("postgresql+asyncpg://me:p%40ss%2Fword@db:5432/x?ssl=require")


def test_a_wrong_value_is_named_by_its_variable_and_never_repeated() -> None:
    with pytest.raises(SettingsError) as wrong:
        Settings.load({"ANCHORWATCH_PORT": "eighty", "ANCHORWATCH_INTERNAL_SECRET": "short-secret"})

    assert "ANCHORWATCH_PORT: " in str(wrong.value)
    assert "ANCHORWATCH_INTERNAL_SECRET: " in str(wrong.value)
    assert "short-secret" not in str(wrong.value)


def test_a_service_without_the_internal_secret_refuses_to_start() -> None:
    with pytest.raises(SettingsError, match="ANCHORWATCH_INTERNAL_SECRET is not set"):
        new_web_app("profile", settings=Settings.load({}))


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in HouseSettings.model_fields.values())
