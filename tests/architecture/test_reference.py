"""The reference is whole and fresh: every verb, option, error code and setting stands in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose import errors
from modelcompose.cli import app
from modelcompose.cli.arguments import OUR_FLAGS, OUR_VERBS, split_arguments
from modelcompose.cli.reference import PAGES, text_of
from modelcompose.cli.reference_commands import options, verbs
from modelcompose.cli.reference_errors import EXIT_CODES, kinds
from modelcompose.cli.settings import SETTINGS, Setting
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.events import EVENTS, Event

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "modelcompose"
VERBS = dict(verbs())
KINDS = list(kinds())

OWN_NAME = re.compile(r"(MODELCOMPOSE|COMPOSE|DOCKER)_[A-Z_]+|NO_COLOR")
VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
READ_FROM = frozenset({"environ", "environment", "variables"})
"""What a mapping of environment variables is called in the source."""


def page(name: str) -> str:
    return (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_what_the_code_gives(path: str) -> None:
    written = (ROOT / path).read_text(encoding="utf-8")

    assert written == text_of(path), "run: python -m modelcompose.cli.reference"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_found_from_the_front_page_of_the_documentation(path: str) -> None:
    front = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")

    assert f"({path.removeprefix('docs/')})" in front


def test_every_verb_has_a_command_and_every_command_is_listed() -> None:
    assert list(app._COMMANDS) == list(OUR_VERBS)  # noqa: SLF001 - the list is nobody else's


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_documented(name: str) -> None:
    assert VERBS[name].command.help, "a verb says what it does"
    assert f"# `modelcompose {name}`\n" in page("commands")


@pytest.mark.parametrize("name", VERBS)
def test_every_option_is_documented(name: str) -> None:
    section = page("commands").partition(f"# `modelcompose {name}`\n")[2].partition("\n#")[0]

    for written, text in options(VERBS[name]):
        assert text, f"{written} says what it does"
        in_a_table = written.replace("|", r"\|")
        assert f"| `{in_a_table}` | " in section


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", VERBS)
def test_every_verb_answers_to_both_flags_that_ask_for_help(
    name: str, flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, *inner = name.split()

    assert app.main(split_arguments([verb, *inner, flag])) == 0
    assert capsys.readouterr().out.startswith(f"Usage: modelcompose {name} ")


def test_every_global_flag_is_documented() -> None:
    listed = page("commands").partition("## Verbs")[0]

    for flag in OUR_FLAGS:
        assert re.search(rf"^\| `[^`]*{flag}\b[^`]*` \| .+ \|$", listed, re.MULTILINE), flag


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_documented(kind: type[ModelComposeError]) -> None:
    assert kind.__doc__, "an error says what it means"
    assert "code" in vars(kind), "an error has a code of its own"
    assert kind.exit_code in EXIT_CODES
    assert f"| `{kind.code}` | " in page("errors")


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in KINDS]

    assert sorted(codes) == sorted(set(codes))


def test_the_tree_at_the_top_of_the_errors_is_the_tree() -> None:
    drawn = re.findall(r"(?:├──|└──) (\w+)", errors.__doc__ or "")

    assert drawn == [kind.__name__ for kind in KINDS]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_is_documented_with_its_keys(event: type[Event]) -> None:
    section = (
        page("events").partition(f"## `{event.__struct_config__.tag}`\n")[2].partition("\n#")[0]
    )

    for key in set(event.__struct_fields__) - {"time"}:
        assert re.search(rf"^\| `{key}` \| .+ \| .+ \|$", section, re.MULTILINE), key


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: Setting) -> None:
    assert setting.default
    assert setting.description.endswith(".")
    assert f"| `{setting.name}` | " in page("settings")


def test_every_variable_that_the_code_names_is_a_setting() -> None:
    named = {name: path for path in sources() for name in variables_of(path)}
    known = {setting.name for setting in SETTINGS}

    assert named.keys() - known == set(), named
    assert known - named.keys() == set(), "no code names these any more"


def sources() -> Iterator[Path]:
    """Give the modules that users run: neither the list of settings nor the kits for tests."""
    for path in SOURCE.rglob("*.py"):
        if path.name != "settings.py" and "testing" not in path.parts:
            yield path


def variables_of(path: Path) -> set[str]:
    """Give the environment variables that a module names: ours anywhere, others where read."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)) if OWN_NAME.fullmatch(text):
                found.add(text)
            case (
                ast.Call(
                    func=ast.Attribute(value=source, attr="get"), args=[ast.Constant(name), *_]
                )
                | ast.Subscript(value=source, slice=ast.Constant(name))
            ) if last_word(source) in READ_FROM and VARIABLE_NAME.fullmatch(str(name)):
                found.add(str(name))
    return found


def last_word(node: ast.expr) -> str:
    """Give `environ` for `os.environ`, `variables` for `self.variables`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
