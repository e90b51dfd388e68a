from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from modelcompose.compose.discovery import discover
from modelcompose.compose.positions import locate, position_in, text_position
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.sources import Sources

from .conftest import Write

STEP = ["services", "train", "x-ml", "step"]


def _sources(*files: str) -> Sources:
    return Sources(discover(ComposeOptions(files=files), {}))


def _place(sources: Sources, path: Sequence[str | int], *, at_key: bool = False) -> str:
    return str(locate(sources, path, at_key=at_key))


def test_a_value_is_where_its_text_is_and_a_map_where_its_key_is(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              train:
                x-ml:
                  step:
                    retries: 2
                    inputs:
                      - a
                      - b
                    outputs:
                      model:
            """
        }
    )
    sources = _sources()
    assert _place(sources, STEP) == "compose.yaml:4:7"
    assert _place(sources, [*STEP, "retries"]) == "compose.yaml:5:18"
    assert _place(sources, [*STEP, "retries"], at_key=True) == "compose.yaml:5:9"
    assert _place(sources, [*STEP, "inputs"]) == "compose.yaml:6:9"
    assert _place(sources, [*STEP, "inputs", 1]) == "compose.yaml:8:13"
    assert _place(sources, [*STEP, "outputs", "model"]) == "compose.yaml:10:11"


def test_what_is_not_there_is_at_the_nearest_thing_above_it(write: Write) -> None:
    write({"compose.yaml": "services:\n  train: {image: a}\n"})
    assert _place(_sources(), [*STEP, "outputs"]) == "compose.yaml:2:3"


def test_a_service_of_no_file_has_no_position(write: Write) -> None:
    write({"compose.yaml": "services: {}"})
    assert locate(_sources(), ["x-ml", "mask"]) is None


def test_the_last_file_that_gives_a_value_counts(write: Write) -> None:
    write(
        {
            "a.yaml": "services: {train: {x-ml: {step: {retries: 1, cache: false}}}}",
            "b.yaml": "services: {train: {x-ml: {step: {retries: 2}}}}",
        }
    )
    sources = _sources("a.yaml", "b.yaml")
    assert _place(sources, [*STEP, "retries"]) == "b.yaml:1:43"
    assert _place(sources, [*STEP, "cache"]) == "a.yaml:1:53"


def test_lists_of_several_files_are_counted_through(write: Write) -> None:
    write(
        {
            "a.yaml": "services: {train: {x-ml: {step: {inputs: [a, b]}}}}",
            "b.yaml": "services: {train: {x-ml: {step: {inputs: [c]}}}}",
        }
    )
    sources = _sources("a.yaml", "b.yaml")
    assert _place(sources, [*STEP, "inputs", 1]) == "a.yaml:1:46"
    assert _place(sources, [*STEP, "inputs", 2]) == "b.yaml:1:43"


def test_override_begins_a_list_anew(write: Write) -> None:
    write(
        {
            "a.yaml": "services: {train: {x-ml: {step: {inputs: [a, b]}}}}",
            "b.yaml": "services: {train: {x-ml: {step: {inputs: !override [c]}}}}",
        }
    )
    assert _place(_sources("a.yaml", "b.yaml"), [*STEP, "inputs", 0]) == "b.yaml:1:53"


def test_an_inherited_value_is_in_the_file_that_is_extended(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              train:
                extends: {file: common/base.yaml, service: base}
                x-ml: {step: {inputs: [mine]}}
            """,
            "common/base.yaml": """
            services:
              base:
                image: a
                x-ml: {step: {inputs: [theirs], retries: 1}}
            """,
        }
    )
    sources = _sources()
    assert _place(sources, [*STEP, "retries"]) == "common/base.yaml:4:46"
    assert _place(sources, [*STEP, "inputs", 0]) == "common/base.yaml:4:28"
    assert _place(sources, [*STEP, "inputs", 1]) == "compose.yaml:4:28"


def test_an_included_service_is_in_the_included_file(write: Write) -> None:
    write(
        {
            "compose.yaml": "include: [sub/more.yaml]",
            "sub/more.yaml": "services: {train: {x-ml: {step: {retries: 1}}}}",
        }
    )
    assert _place(_sources(), [*STEP, "retries"]) == "sub/more.yaml:1:43"


def test_what_a_merge_key_brings_is_at_its_anchor(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            x-base: &base
              x-ml: {step: {retries: 1}}
            services:
              train:
                <<: *base
                image: a
            """
        }
    )
    assert _place(_sources(), [*STEP, "retries"]) == "compose.yaml:2:26"


def test_extends_in_a_circle_ends(write: Write) -> None:
    write(
        {
            "compose.yaml": """
            services:
              train: {extends: other}
              other: {extends: train}
            """
        }
    )
    assert _place(_sources(), STEP) == "compose.yaml:2:3"


def test_a_text_is_found_outside_comments(write: Write) -> None:
    write({"compose.yaml": "# ${LR:?}\nservices:\n  a: {image: '${LR:?}'}\n"})
    assert str(text_position(_sources(), re.compile(r"\$\{LR"))) == "compose.yaml:3:15"


def test_a_file_that_is_no_yaml_has_no_positions(write: Write) -> None:
    write({"compose.yaml": "a: {b"})
    sources = _sources()
    assert locate(sources, STEP) is None
    assert position_in(sources.merged[0], ["a"]) is None


def test_a_file_outside_the_current_folder_is_named_in_full(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write({"compose.yaml": "services: {train: {image: a}}", "deep/x": ""})
    monkeypatch.chdir(folder / "deep")
    assert _place(_sources(), STEP[:2]) == f"{folder}/compose.yaml:1:12"
