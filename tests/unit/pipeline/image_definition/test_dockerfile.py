"""The grammar of Dockerfiles."""

from __future__ import annotations

import pytest

from modelcompose.pipeline.image_definition.dockerfile import Instruction, parse


def instructions(text: str) -> list[tuple[str, str]]:
    return [(found.name, found.rest) for found in parse(text).instructions]


def only(text: str) -> Instruction:
    (found,) = parse(text).instructions
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("run echo \\\n  hi", [("RUN", "echo   hi")]),
        ("RUN a \\ \t\n b", [("RUN", "a  b")]),
        ("RUN a \\\n# comment\n\n b", [("RUN", "a  b")]),
        ("RUN a\\\\\nCOPY b c", [("RUN", "a\\\\"), ("COPY", "b c")]),
        ("RUN a \\", [("RUN", "a")]),
        ("# a\n  # b\n\nFROM x", [("FROM", "x")]),
        ("FROM x\r\nCOPY a b\r\n", [("FROM", "x"), ("COPY", "a b")]),
        ("\ufeffFROM x", [("FROM", "x")]),
        ("", []),
    ],
)
def test_lines_are_joined_and_comments_left_out(text: str, expected: list[tuple[str, str]]) -> None:
    assert instructions(text) == expected


def test_the_escape_directive_changes_what_continues_a_line() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nRUN a `\nb\nRUN c \\\nRUN d"

    assert instructions(text) == [("RUN", "a b"), ("RUN", "c \\"), ("RUN", "d")]
    assert parse(text).syntax == "docker/dockerfile:1"


def test_a_directive_after_anything_else_is_a_comment() -> None:
    assert parse("\n# escape=`\nFROM x").escape == "\\"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN cat <<EOF\nCOPY a b\nEOF\nUSER x", ["RUN", "USER"]),
        ("RUN cat << EOF\nCOPY a b\nEOF\nUSER x", ["RUN", "USER"]),
        ("RUN cat <<'E O' > f\nCOPY a b\nE O\nUSER x", ["RUN", "USER"]),
        ('COPY <<a <<-"b" /x/\na\nCOPY c d\n\tb\nUSER x', ["COPY", "USER"]),
        ("ONBUILD RUN cat <<EOF\nCOPY a b\nEOF\nUSER x", ["ONBUILD", "USER"]),
        ('RUN ["cat", "<<EOF"]\nUSER x', ["RUN", "USER"]),
        ("RUN echo $((1 << 2))\nUSER x", ["RUN", "USER"]),
        ("RUN cat <<< x\nUSER x", ["RUN", "USER"]),
        ("ENV A=<<EOF\nUSER x", ["ENV", "USER"]),
    ],
)
def test_the_body_of_a_heredoc_is_no_instruction(text: str, expected: list[str]) -> None:
    assert [name for name, _ in instructions(text)] == expected


def test_flags_stand_before_the_arguments() -> None:
    found = only('COPY --from=a --exclude="*.a b" --exclude=*.c --link src --dest')

    assert found.rest == "src --dest"
    assert found.flag("from") == "a"
    assert found.flag("link") == ""
    assert found.flag("chown") is None
    assert found.all_flags("exclude") == ['"*.a b"', "*.c"]


def test_an_open_quote_after_the_flags_does_not_reach_them() -> None:
    assert only("RUN --mount=type=cache,target=/c echo it's").rest == "echo it's"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ('["a b", "c"]', ["a b", "c"]),
        ("[a] b", None),
        ('["a", 1]', None),
        ("a b", None),
    ],
)
def test_the_json_form_is_a_list_of_texts(rest: str, expected: list[str] | None) -> None:
    assert only(f"COPY {rest}").json == expected
