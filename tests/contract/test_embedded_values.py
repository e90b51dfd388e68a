"""Generated values read as `docker compose config` prints them: many in each call, to be quick."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from modelcompose.compose.project import ComposeOptions
from tests.contract.compose_config import comparable, printed, read

pytestmark = pytest.mark.docker

BATCH = 60
together = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Project = Callable[[Sequence[Any]], dict[str, str]]
"""Makes a project's files from several values, each in a place of its own."""


def assert_same(values: Sequence[Any], project: Project) -> None:
    """Hold the reader to Compose: on all values that it takes at once, and on one it refuses."""
    taken = [value for value in values if _read(project([value])) is not None]
    refused = [value for value in values if value not in taken]
    for several in [taken, *([value] for value in refused[:2])]:
        with _written(project(several)) as folder:
            expected = printed(folder=folder)
            found = read(ComposeOptions(), folder=folder)
        assert comparable(found) == comparable(expected), several


def _read(files: dict[str, str]) -> dict[str, Any] | None:
    with _written(files) as folder:
        return read(ComposeOptions(), folder=folder)


@contextmanager
def _written(files: dict[str, str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "project")
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
        yield folder


def _texts(values: Sequence[str]) -> dict[str, str]:
    return {"compose.yaml": json.dumps({"services": {}, "x-values": values})}


def _commands(values: Sequence[str]) -> dict[str, str]:
    services = {f"s{number}": {"image": "x", "command": v} for number, v in enumerate(values)}
    return {"compose.yaml": json.dumps({"services": services})}


def _environment_files(values: Sequence[str]) -> dict[str, str]:
    services = {
        f"s{number}": {"image": "x", "env_file": f"{number}.env"} for number in range(len(values))
    }
    files = {f"{number}.env": text for number, text in enumerate(values)}
    return {"compose.yaml": json.dumps({"services": services}), **files}


def _scalars(values: Sequence[str]) -> dict[str, str]:
    lines = "".join(f"  - {value}\n" for value in values)
    return {"compose.yaml": f"services: {{}}\nx-values:\n  -\n{lines}"}


def _field(name: str) -> Project:
    def project(values: Sequence[Any]) -> dict[str, str]:
        services = {f"s{number}": {"image": "x", name: v} for number, v in enumerate(values)}
        return {"compose.yaml": json.dumps({"services": services})}

    return project


def _from(pieces: Sequence[str], *, most: int) -> st.SearchStrategy[list[str]]:
    value = st.lists(st.sampled_from(pieces), max_size=most).map("".join)
    return st.lists(value, min_size=BATCH, max_size=BATCH)


SUBSTITUTIONS = [
    *("$", "$$", "${", "}", "{", ":", "-", "?", "+", ":-", ":+", ":?", "\n", " ", "x", "5", "_"),
    *("A_VALUE", "EMPTY_VALUE", "UNSET", "$A_VALUE", "${A_VALUE}", "${EMPTY_VALUE:-", "${UNSET-"),
    *("${UNSET:?", "${A_VALUE:+", "${EMPTY_VALUE+", "${EMPTY_VALUE?"),
]


@given(_from(SUBSTITUTIONS, most=8))
@together
def test_interpolated_texts_are_those_of_compose(values: list[str]) -> None:
    assert_same(values, _texts)


ENVIRONMENT_LINES = [
    *(
        "A=1",
        "B = 2",
        "export C=3",
        "D: 4",
        "A_VALUE",
        "UNSET",
        "E=$A",
        "F='$A'",
        'G="$A"',
        "=",
        ":",
    ),
    *(
        "\n",
        "\n",
        "\n",
        " ",
        "\t",
        "#",
        " # c",
        "'",
        '"',
        "\\",
        "\\n",
        "\\$",
        '\\"',
        "\\0101",
        "$$",
    ),
    *("${A}", "${UNSET:-d}", "H=a b", "I.j-k[0]=x", "é=ü", "\r\n", "export", "x", "12=3", "\ufeff"),
]


@given(_from(ENVIRONMENT_LINES, most=10))
@together
def test_environment_files_say_what_they_say_to_compose(values: list[str]) -> None:
    assert_same(values, _environment_files)


WORDS = [
    "a",
    "b c",
    " ",
    "\t",
    "\n",
    "'",
    '"',
    "\\",
    "`",
    "(",
    ")",
    "$$(",
    ";",
    "&",
    "|",
    ">",
    "2>",
    "#",
]


@given(_from(WORDS, most=8))
@together
def test_commands_are_split_as_compose_splits_them(values: list[str]) -> None:
    assert_same(values, _commands)


SCALARS = [
    *("0", "1", "7", "9", ".", "-", "+", "e", "E", "_", "x", "0x", "0o", "0b", "f", ":", "T", "Z"),
    *("2024-01-02", "10:00:00", "true", "null", "~", "yes", "off", ".inf", ".nan", "NaN", "08"),
]


@given(_from(SCALARS, most=4))
@together
def test_plain_scalars_have_the_type_that_compose_gives_them(values: list[str]) -> None:
    assert_same(values, _scalars)


@given(_from(["1", "20", "0", ".5", ".", "ns", "us", "ms", "s", "m", "h", "d", "w", "-"], most=6))
@together
def test_durations_are_written_as_compose_writes_them(values: list[str]) -> None:
    assert_same(values, _field("stop_grace_period"))


@given(_from(["1", "20", "0", ".5", ".", " ", "b", "k", "K", "m", "g", "i", "B", "t", "-"], most=5))
@together
def test_sizes_are_the_bytes_that_compose_finds(values: list[str]) -> None:
    assert_same(values, _field("mem_limit"))


PORTS = [
    "80",
    "8080",
    "1",
    ":",
    ":",
    "-",
    "/",
    "/tcp",
    "/udp",
    "127.0.0.1:",
    "[::1]:",
    "9-11",
    "99999",
]


@given(_from(PORTS, most=5))
@together
def test_ports_are_spread_as_compose_spreads_them(values: list[str]) -> None:
    assert_same([[value] for value in values], _field("ports"))


MOUNTS = [
    "./",
    "/",
    "/a",
    "a",
    "b",
    ":",
    ":",
    "..",
    "~",
    "ro",
    "rw",
    "z",
    ",",
    "nocopy",
    "rshared",
    "//",
    "é",
]


@given(_from(MOUNTS, most=7))
@together
def test_mounts_are_understood_as_compose_understands_them(values: list[str]) -> None:
    assert_same([[value] for value in values], _field("volumes"))


NUMBERS = st.lists(
    st.one_of(st.floats(), st.floats(0, 4, width=32), st.integers(-(2**63), 2**64 - 1)),
    min_size=BATCH,
    max_size=BATCH,
)


@given(NUMBERS)
@together
def test_numbers_are_written_as_compose_writes_them(values: list[float]) -> None:
    assert_same([{"N": value} for value in values], _field("environment"))
