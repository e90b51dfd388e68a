"""Lines are put into a Compose file; every other byte stays."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from modelcompose.adoption.editing import Editor
from modelcompose.adoption.writing import Flow, Written, flow_list
from modelcompose.errors import ProjectError

CORPUS = Path(__file__).parents[2] / "contract" / "compose_corpus"
STEP = {"x-ml": {"step": {"inputs": ["a.py"]}}}


def edited(text: str, service: str = "a", values: dict[str, Any] | None = None) -> str:
    editor = Editor(text, "compose.yaml")
    editor.add_to_service(service, STEP if values is None else values)
    return editor.text


def block(text: str) -> str:
    return dedent(text).lstrip("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """
            services:
              a:
                image: x  # why

              # about b
              b: {image: y}
            """,
            """
            services:
              a:
                image: x  # why
                x-ml:
                  step:
                    inputs: [a.py]

              # about b
              b: {image: y}
            """,
            id="comments stay where they are",
        ),
        pytest.param(
            """
            services:
                a:
                    image: x
            """,
            """
            services:
                a:
                    image: x
                    x-ml:
                        step:
                            inputs: [a.py]
            """,
            id="the file's own indent is kept",
        ),
        pytest.param(
            "services: {a: {image: x}}\n",
            "services: {a: {image: x, x-ml: {step: {inputs: [a.py]}}}}\n",
            id="a map on one line stays on it",
        ),
        pytest.param(
            "services: {a: {}}\n",
            "services: {a: {x-ml: {step: {inputs: [a.py]}}}}\n",
            id="an empty map",
        ),
        pytest.param(
            """
            services:
              a: {
                image: x,  # why
              }
            """,
            """
            services:
              a: {
                image: x, x-ml: {step: {inputs: [a.py]}},  # why
              }
            """,
            id="a comma and a comment at the end of a map in braces",
        ),
        pytest.param(
            """
            services:
              a:
                image: x
                x-ml:
                  record: true
            """,
            """
            services:
              a:
                image: x
                x-ml:
                  record: true
                  step:
                    inputs: [a.py]
            """,
            id="a key that is there is added to",
        ),
        pytest.param(
            """
            services:
              a:
              b:
                image: y
            """,
            """
            services:
              a:
                x-ml:
                  step:
                    inputs: [a.py]
              b:
                image: y
            """,
            id="a service without anything",
        ),
        pytest.param(
            """
            services:
              a:
                command: >
                  python
                  train.py
                volumes:
                - .:/app

            volumes: {}
            """,
            """
            services:
              a:
                command: >
                  python
                  train.py
                volumes:
                - .:/app
                x-ml:
                  step:
                    inputs: [a.py]

            volumes: {}
            """,
            id="behind a list that is not indented",
        ),
    ],
)
def test_keys_are_put_on_a_service(before: str, after: str) -> None:
    assert edited(block(before)) == block(after)


def test_a_block_scalar_at_the_end_does_not_take_the_keys_in() -> None:
    text = "services:\n  a:\n    image: x\n    command: |\n      one\n      two\n"
    read = yaml.safe_load(edited(text))["services"]["a"]
    assert read == {"image": "x", "command": "one\ntwo\n", **STEP}


def test_a_file_without_a_last_line_end_is_continued() -> None:
    assert yaml.safe_load(edited("services:\n  a:\n    image: x"))["services"]["a"]["x-ml"]


def test_line_ends_of_windows_stay() -> None:
    text = edited("services:\r\n  a:\r\n    image: x\r\n")
    assert text.count("\n") == text.count("\r\n") == 6


def test_characters_beyond_the_first_plane_do_not_shift_anything() -> None:
    text = "# 🚀 ünï\nservices:\n  a:\n    image: x  # 🎉\n  b: {image: y}\n"
    assert edited(text).splitlines()[3:5] == ["    image: x  # 🎉", "    x-ml:"]


def test_an_alias_has_no_place_for_keys() -> None:
    editor = Editor("x: &x {image: y}\nservices:\n  a: *x\n  b: {image: z}\n", "f")
    assert [editor.can_add(name) for name in ("a", "b", "c")] == [False, True, False]


def test_what_is_put_at_one_place_stands_inner_first() -> None:
    editor = Editor("services:\n  a:\n    image: x\n", "f")
    editor.add_at_top({"x-ml": {"mask": ["A"]}})
    editor.add_service("b", {"image": "y"})
    editor.add_to_service("a", STEP)
    assert yaml.safe_load(editor.text) == {
        "services": {"a": {"image": "x", **STEP}, "b": {"image": "y"}},
        "x-ml": {"mask": ["A"]},
    }


def test_top_keys_stand_behind_the_name() -> None:
    editor = Editor("name: n\nservices: {}\n", "f")
    editor.add_at_top({"x-ml": {"mask": ["A"]}})
    assert editor.text == "name: n\n\nx-ml:\n  mask: [A]\nservices: {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x-ml: {mask: [A]}\n", "x-ml: {mask: [A, B]}\n"),
        ("x-ml: {mask: []}\n", "x-ml: {mask: [A, B]}\n"),
        ("x-ml:\n  mask:\n  - A  # mine\n", "x-ml:\n  mask:\n  - A  # mine\n  - B\n"),
    ],
)
def test_a_list_gets_what_it_has_not_yet(before: str, after: str) -> None:
    editor = Editor(before, "f")
    editor.add_at_top({"x-ml": {"mask": ["A", "B"]}})
    assert editor.text == after


def test_a_plain_value_is_replaced() -> None:
    text = edited("services:\n  a:\n    x-ml: {step: false}\n", values={"x-ml": {"step": "new"}})
    assert yaml.safe_load(text)["services"]["a"] == {"x-ml": {"step": "new"}}


def test_a_file_in_json_can_be_added_to() -> None:
    editor = Editor('{"services": {"a": {"image": "x"}}}', "f")
    editor.add_service("b", {"command": Written("x ${N:-1}"), "ports": Written("!reset null")})
    editor.add_at_top({"x-ml": {"mask": ["A"]}})
    read = yaml.safe_load(editor.text.replace("!reset ", ""))
    assert read["services"]["b"] == {"command": "x ${N:-1}", "ports": None}
    assert read["x-ml"] == {"mask": ["A"]}


FILES = [file for file in sorted(CORPUS.glob("*.yaml")) if file.stem != "scalars"]
"""Of that one file, PyYAML's own loader cannot make values."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files_of_every_kind_can_be_added_to(file: Path) -> None:
    before = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name in before.get("services") or {}:
        editor = Editor(file.read_text(encoding="utf-8"), file.name)
        if not editor.can_add(name) or "x-ml" in (before["services"][name] or {}):
            continue
        editor.add_at_top({"x-ml": {"mask": ["A_NAME"]}})
        editor.add_service("new", {"image": "x"})
        editor.add_to_service(name, STEP)
        after = yaml.safe_load(editor.text)
        assert "A_NAME" in after.pop("x-ml")["mask"]
        assert after["services"].pop("new") == {"image": "x"}
        assert after["services"][name].pop("x-ml") == STEP["x-ml"]
        rest = {key: value for key, value in before.items() if key not in {"services", "x-ml"}}
        assert {key: value for key, value in after.items() if key != "services"} == rest


@pytest.mark.parametrize("text", ["- a\n", "", "a: [\n"])
def test_what_is_no_compose_file_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match=r"compose\.yaml: is no"):
        Editor(text, "compose.yaml")


def test_services_are_put_into_an_empty_map_on_one_line_one_after_the_other() -> None:
    editor = Editor("services: {}\n", "f")
    command = Flow(flow_list(["sh", "-c", "a {b}, c"]))
    editor.add_service("a", {"image": "x", "command": command})
    editor.add_service("b", {"image": "z"})

    assert editor.text == (
        'services: {a: {image: x, command: [sh, "-c", "a {b}, c"]}, b: {image: z}}\n'
    )
