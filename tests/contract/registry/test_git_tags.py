"""Git tags of the GTO form name versions and stages, by content or by the commit of the code."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import msgspec
import pytest

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.aliases import parse_reference, version_called
from modelcompose.registry.candidates import Candidate, register
from modelcompose.registry.git_tags import (
    GitTag,
    in_force,
    parse_git_tag,
    read_git_tags,
    write_git_tag,
)
from modelcompose.registry.git_versions import tags_of_versions
from modelcompose.registry.models import model_named
from modelcompose.registry.records import Version
from modelcompose.store.content import Content
from modelcompose.tracking.run import Code, Run

_PERSON = {
    f"GIT_{role}_{field}": "somebody"
    for role in ("AUTHOR", "COMMITTER")
    for field in ("NAME", "EMAIL")
}


def git(folder: Path, *words: str) -> str:
    environment = {**os.environ, **_PERSON}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in _PERSON.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "first")
    return tmp_path


def commit(folder: Path, lock: str) -> str:
    (folder / "ml.lock").write_text(lock)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "some change")
    return git(folder, "rev-parse", "HEAD")


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def make(connection: Connection, letter: str, code: str) -> Version:
    run = Run(
        id=uuid.uuid4().hex,
        project="flights",
        folder="/work/flights",
        step="train",
        status="succeeded",
        engine="docker",
        created_at=1.0,
        code=Code(commit=code),
    )
    content = Content("folder", digest(letter), 10, 2)
    made = register(connection, Candidate("delay", "models/delay", content, {"train": run}), 2.0)
    assert made.version is not None
    return made.version


def named(connection: Connection, reference: str, folder: Path) -> int:
    return version_called(connection, model_named(connection, "delay"), reference, folder).version


@pytest.mark.parametrize(
    ("text", "reference", "number", "is_end"),
    [
        ("delay@v1.2.0", "v1.2.0", 0, False),
        ("delay@v1.2.0-rc.1", "v1.2.0-rc.1", 0, False),
        ("delay@v1.2.0!", "v1.2.0", 0, True),
        ("delay#prod", "#prod", 0, False),
        ("delay#prod#12", "#prod", 12, False),
        ("delay#prod!#13", "#prod", 13, True),
    ],
)
def test_a_tag_is_read(text: str, reference: str, number: int, is_end: bool) -> None:  # noqa: FBT001
    assert parse_git_tag(text, "c") == GitTag(text, "delay", reference, "c", number, is_end)


@pytest.mark.parametrize("text", ["v1.2.0", "delay@1.2.0", "delay@v1", "@v1.2.0", "a@b#c", "#prod"])
def test_a_tag_of_another_form_is_none(text: str) -> None:
    assert parse_git_tag(text, "c") is None


def test_the_last_assignment_of_a_stage_counts_until_it_is_taken_back() -> None:
    tags = [
        tag
        for place, text in enumerate(("delay#prod#2", "delay#prod#1", "delay@v1.0.0", "other#prod"))
        if (tag := parse_git_tag(text, f"c{place}"))
    ]
    found = in_force(tags, "delay")
    assert {reference: tag.commit for reference, tag in found.items()} == {
        "v1.0.0": "c2",
        "#prod": "c0",
    }
    ends = [GitTag("delay#prod!#3", "delay", "#prod", "c", 3, is_end=True)]
    assert "#prod" not in in_force([*tags, *ends], "delay")


def test_a_stage_is_written_after_the_name() -> None:
    assert parse_reference("delay#prod") == ("delay", "#prod")
    with pytest.raises(UsageError, match="is written NAME@VERSION"):
        parse_reference("delay#")


def test_a_tag_names_the_version_that_was_made_from_its_commit(
    connection: Connection, folder: Path
) -> None:
    make(connection, "a", git(folder, "rev-parse", "HEAD"))
    git(folder, "tag", "delay@v1.0.0")
    make(connection, "b", commit(folder, "second"))
    git(folder, "tag", "delay#prod")
    assert named(connection, "v1.0.0", folder) == 1
    assert named(connection, "#prod", folder) == 2
    tags = read_git_tags(folder)
    model = model_named(connection, "delay")
    assert tags_of_versions(connection, model, tags, folder) == {1: ["v1.0.0"], 2: ["#prod"]}


def test_of_several_the_lock_of_the_commit_names_one(connection: Connection, folder: Path) -> None:
    code = git(folder, "rev-parse", "HEAD")
    make(connection, "a", code)
    make(connection, "b", code)
    git(folder, "tag", "delay@v1.0.0")
    with pytest.raises(UsageError, match="versions 1, 2 were made from its commit"):
        named(connection, "v1.0.0", folder)
    commit(folder, f"model: {digest('b')}")
    git(folder, "tag", "delay@v1.1.0")
    assert named(connection, "v1.1.0", folder) == 2


def test_a_tag_that_was_written_for_a_version_names_it_whatever_else_its_commit_made(
    connection: Connection, folder: Path
) -> None:
    code = git(folder, "rev-parse", "HEAD")
    for letter in "ab":
        version = make(connection, letter, code)
        text = write_git_tag(
            folder, "delay", "#prod", code, message="delay", content=digest(letter)
        )
        assert text == f"delay#prod#{version.version}"
        assert named(connection, "#prod", folder) == version.version


def test_what_no_tag_names_is_said(
    connection: Connection, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make(connection, "a", "0" * 40)
    git(folder, "tag", "delay@v1.0.0")
    with pytest.raises(NotFound, match="no version of delay was made from its commit"):
        named(connection, "v1.0.0", folder)
    with pytest.raises(NotFound, match=r"no git tag delay@v2\.0\.0 here") as told:
        named(connection, "v2.0.0", folder)
    assert told.value.hint == ("give it to a version: modelcompose tag delay@1 --git 'v2.0.0'")
    with pytest.raises(NotFound, match="no git tag"):  # without a repository there is none either
        named(connection, "v1.0.0", tmp_path_factory.mktemp("elsewhere"))


def test_a_tag_that_cannot_be_is_not_written(folder: Path) -> None:
    code = git(folder, "rev-parse", "HEAD")
    with pytest.raises(UsageError, match="names a version such as"):
        write_git_tag(folder, "delay", "newest", code, message="x", content=None)
    with pytest.raises(UsageError, match="is not in this git repository"):
        write_git_tag(folder, "delay", "v1.0.0", "0" * 40, message="x", content=None)
    write_git_tag(folder, "delay", "v1.0.0", code, message="x", content=None)
    with pytest.raises(UsageError, match="git does not take this tag"):
        write_git_tag(folder, "delay", "v1.0.0", code, message="x", content=None)
    assert [msgspec.structs.replace(tag, commit="c") for tag in read_git_tags(folder)] == [
        GitTag("delay@v1.0.0", "delay", "v1.0.0", "c")
    ]
