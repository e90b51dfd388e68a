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


def test_a_command_about_some_steps_keeps_the_rest_of_the_picture() -> None:
    known = {
        **told("prepare"),
        "details": [{"name": "db", "state": "running"}, {"name": "api"}],
        "models": [{"name": "delay", "alias": "old"}],
        "edges": [{"source": "step:prepare", "target": "data:x", "kind": "writes"}],
    }
    now = {
        **told("train"),
        "details": [{"name": "db", "state": "exited"}],
        "models": [{"name": "delay", "alias": "new"}],
        "edges": [{"source": "data:x", "target": "step:train", "kind": "reads"}],
    }
    found = merged(now, known, is_whole=False)
    assert found["details"] == [{"name": "api"}, {"name": "db", "state": "exited"}]
    assert found["models"] == [{"name": "delay", "alias": "new"}]
    assert len(found["edges"]) == 2


def test_what_an_older_program_told_has_no_picture_to_keep() -> None:
    now = {**told("train"), "details": [{"name": "db"}], "edges": []}
    found = merged(now, told("prepare"), is_whole=False)
    assert names(found) == ["prepare", "train"]
    assert found["details"] == [{"name": "db"}]
