from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.database.home import home_folder


def test_the_home_is_where_the_variable_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path / "home"))
    assert home_folder() == tmp_path / "home"


def test_a_relative_home_counts_from_the_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELCOMPOSE_HOME", "here")
    assert home_folder() == tmp_path / "here"


def test_a_tilde_is_the_users_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MODELCOMPOSE_HOME", "~/hub")
    assert home_folder() == tmp_path / "hub"


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_it_is_the_platforms_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str | None
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MODELCOMPOSE_HOME", raising=False)
    if value is not None:
        monkeypatch.setenv("MODELCOMPOSE_HOME", value)
    home = home_folder()
    assert home.name == "modelcompose"
    assert tmp_path in home.parents
