from __future__ import annotations

from typing import Any

from modelcompose.cli.plan_snapshot import merged


def told(*names: str, folder: str = "/flights") -> dict[str, Any]:
    return {"folder": folder, "steps": [{"name": name, "state": "fresh"} for name in names]}


def names(document: dict[str, Any]) -> list[str]:
    return [step["name"] for step in document["steps"]]


def test_a_command_about_some_steps_keeps_what_was_known_of_others() -> None:
    known = {"folder": "/flights", "steps": [{"name": "train", "state": "stale"}]}
    assert names(merged(told("prepare"), known, is_whole=False)) == ["train", "prepare"]


def test_a_command_about_all_steps_replaces_what_was_known() -> None:
    assert names(merged(told("prepare"), told("gone"), is_whole=True)) == ["prepare"]


def test_what_a_clone_in_another_folder_told_is_not_mixed_in() -> None:
    found = merged(told("prepare"), told("train", folder="/clone"), is_whole=False)
    assert names(found) == ["prepare"]
