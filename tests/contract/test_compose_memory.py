from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from modelcompose.compose.memory import Memory
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.reader import read
from modelcompose.tracking.masking import is_secret

pytestmark = pytest.mark.docker
FILE = """
services:
  a:
    image: "img:${TAG:-1}"
    environment: {NAME: "${NAME:-x}"}
    x-ml: {step: {inputs: [], outputs: [out]}}
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return Memory(tmp_path / "memory", is_secret)


def _read(memory: Memory, text: str = FILE, variables: Mapping[str, str] | None = None) -> Project:
    Path("compose.yaml").write_text(text)
    return read(ComposeOptions(), memory=memory, extra_variables=variables)


def _entries(memory: Memory) -> int:
    return len(list(memory.folder.iterdir())) if memory.folder.exists() else 0


def test_what_is_remembered_is_the_same_project(memory: Memory) -> None:
    first = _read(memory)
    assert _entries(memory) == 1
    assert _read(memory) == first
    assert first.steps
    assert _entries(memory) == 1


@pytest.mark.parametrize(
    ("text", "variables"),
    [(FILE + "# more\n", {}), (FILE, {"TAG": "2"}), (FILE, {"UNRELATED": "1"})],
)
def test_another_file_or_environment_is_read_anew(
    memory: Memory, text: str, variables: dict[str, str]
) -> None:
    _read(memory)
    _read(memory, text, variables)
    assert _entries(memory) == 2


def test_a_changed_dotenv_is_seen(memory: Memory) -> None:
    assert _read(memory).services["a"].image == "img:1"
    Path(".env").write_text("TAG=7\n")
    assert _read(memory).services["a"].image == "img:7"


def test_a_changed_env_file_is_seen(memory: Memory) -> None:
    text = "services: {a: {image: i, env_file: a.env}}\n"
    Path("a.env").write_text("X=1\n")
    assert _read(memory, text).services["a"].environment == {"X": "1"}
    Path("a.env").write_text("X=2\n")
    assert _read(memory, text).services["a"].environment == {"X": "2"}


def test_a_changed_included_file_and_its_dotenv_are_seen(memory: Memory) -> None:
    text = "include: [sub/compose.yaml]\n"
    Path("sub").mkdir()
    Path("sub/compose.yaml").write_text("services: {b: {image: 'img:${TAG:-1}'}}\n")
    assert _read(memory, text).services["b"].image == "img:1"
    Path("sub/.env").write_text("TAG=3\n")
    assert _read(memory, text).services["b"].image == "img:3"


def test_values_of_secrets_are_never_written(memory: Memory) -> None:
    text = "services: {a: {image: i, environment: {API_KEY: '${API_KEY}'}}}\n"
    _read(memory, text, {"API_KEY": "hush"})
    assert _entries(memory) == 0


def test_a_broken_entry_is_read_anew(memory: Memory) -> None:
    first = _read(memory)
    for path in memory.folder.iterdir():
        path.write_bytes(b"\xc1")
    assert _read(memory) == first


def test_the_memory_stays_small(memory: Memory) -> None:
    for number in range(70):
        _read(memory, FILE + f"# {number}\n")
    assert _entries(memory) == 64
