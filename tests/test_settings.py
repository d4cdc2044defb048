"""Settings come from the environment; what is wrong is listed at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import SettingsError, read_settings


def test_defaults() -> None:
    """Without variables: the platform's data folder, no local mode, no secret."""
    settings = read_settings({})
    assert settings.state.name == "clausebot"
    assert not settings.local
    assert settings.secret == b""


def test_all_variables(tmp_path: Path) -> None:
    """And an own directory of roles once the file is there."""
    settings = read_settings({"CLAUSEBOT_ENV": "local", "CLAUSEBOT_DATA_DIR": str(tmp_path), "CLAUSEBOT_SECRET": "s"})
    assert (settings.local, settings.state, settings.secret, settings.directory) == (True, tmp_path, b"s", None)
    (tmp_path / "directory.toml").touch()
    assert settings.directory == tmp_path / "directory.toml"
    assert "s'" not in repr(settings)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Each with the variable's name."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError) as raised:
        read_settings({"CLAUSEBOT_ENV": "test", "CLAUSEBOT_DATA_DIR": str(file)})
    assert "CLAUSEBOT_ENV" in str(raised.value)
    assert "CLAUSEBOT_DATA_DIR" in str(raised.value)
