from __future__ import annotations

import stat
from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.sending.tokens import store_token, stored_tokens, token_for

SHARED = "https://hub.example.org"


def test_a_token_is_kept_for_its_hub_alone_and_only_its_user_reads_it(tmp_path: Path) -> None:
    store_token(tmp_path, SHARED, "mc_one")
    store_token(tmp_path, "https://other", "mc_two")
    assert token_for(tmp_path, SHARED, {}) == "mc_one"
    assert token_for(tmp_path, "https://third", {}) is None
    [file] = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_environment_goes_before_what_is_kept(tmp_path: Path) -> None:
    store_token(tmp_path, SHARED, "mc_one")
    assert token_for(tmp_path, SHARED, {"MODELCOMPOSE_HUB_TOKEN": "mc_two"}) == "mc_two"


def test_a_token_that_is_forgotten_is_gone(tmp_path: Path) -> None:
    store_token(tmp_path, SHARED, "mc_one")
    store_token(tmp_path, SHARED, None)
    assert stored_tokens(tmp_path) == {}


def test_a_damaged_file_says_how_to_mend_it_and_nothing_of_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "hub-tokens.json").write_text("mc_secret")
    with pytest.raises(UsageError) as error:
        stored_tokens(tmp_path)
    assert "mc_secret" not in error.value.message
    assert "hub login" in (error.value.hint or "")
