"""`modelcompose --help`."""

from __future__ import annotations

from modelcompose.cli.arguments import OUR_VERBS
from modelcompose.cli.help import compose_verbs, help_text

COMPOSE = """\
Usage:  docker compose [OPTIONS] COMMAND

Options:
      --dry-run              Execute command in dry run mode
  -p, --project-name string  Project name

Management Commands:
  bridge      Convert compose files into another model

Commands:
  ps          List containers
  up          Create and start containers

Run 'docker compose COMMAND --help' for more information on a command.
"""


def test_our_verbs_come_first_then_those_of_compose_then_the_options() -> None:
    text = help_text("modelcompose", COMPOSE)

    places = [
        text.index(f"\n  {words}")
        for words in ("status ", "completion ", "bridge ", "ps ", "-j, --jobs ", "-p, --project")
    ]
    assert places == sorted(places)


def test_a_verb_that_we_extend_is_listed_once() -> None:
    assert help_text("modelcompose", COMPOSE).count("\n  up ") == 1


def test_every_verb_of_ours_is_there_with_a_line_that_fits() -> None:
    text = help_text("modelcompose", "")

    for verb in OUR_VERBS:
        assert f"\n  {verb} " in text
    assert max(map(len, text.splitlines())) <= 100


def test_without_compose_the_help_says_how_to_get_its_verbs() -> None:
    assert "https://docs.docker.com/compose/install" in help_text("modelcompose", "")


def test_the_help_names_the_program_as_it_was_called() -> None:
    text = help_text("docker ml", COMPOSE)

    assert text.startswith("Usage:  docker ml [OPTIONS] VERB\n")
    assert "modelcompose" not in text


def test_verbs_are_read_from_every_section_of_commands() -> None:
    assert [verb for verb, _ in compose_verbs(COMPOSE)] == ["bridge", "ps", "up"]
