"""The command line before its verb."""

from __future__ import annotations

import pytest

from modelcompose.cli.arguments import Invocation, split_arguments
from modelcompose.errors import UsageError


@pytest.mark.parametrize(
    ("line", "flags", "verb", "rest"),
    [
        ("ps -a", [], "ps", ["-a"]),
        ("-f a.yaml ps", [("--file", "a.yaml")], "ps", []),
        ("-fa.yaml -f=b.yaml ps", [("--file", "a.yaml"), ("--file", "b.yaml")], "ps", []),
        ("--file a.yaml --file=b ps", [("--file", "a.yaml"), ("--file", "b")], "ps", []),
        ("--env-file= ps", [("--env-file", "")], "ps", []),
        ("-p x --profile * up -d", [("--project-name", "x"), ("--profile", "*")], "up", ["-d"]),
        ("--dry-run --all-resources=false up", [], "up", []),
        ("--progress plain --ansi=never logs", [], "logs", []),
        ("exec -T web --jobs 3", [], "exec", ["-T", "web", "--jobs", "3"]),
        ("", [], None, []),
        ("--unknown ps", [], None, ["--unknown", "ps"]),
        ("-x ps", [], None, ["-x", "ps"]),
        ("-f", [], None, ["-f"]),
        ("-- ps", [], None, ["--", "ps"]),
    ],
)
def test_a_line_is_split_at_its_verb(
    line: str, flags: list[tuple[str, str]], verb: str | None, rest: list[str]
) -> None:
    found = split_arguments(line.split())

    assert (found.verb, list(found.rest)) == (verb, rest)
    if flags:
        assert list(found.flags) == flags


@pytest.mark.parametrize(
    "line",
    [
        "--engine process --jobs 3 --quiet status",
        "--engine=process -j3 --quiet status",
        "status --engine process -j 3 --quiet",
        "-j=3 status --quiet --engine=process",
    ],
)
def test_our_flags_stand_before_or_after_our_verbs(line: str) -> None:
    found = split_arguments(line.split())

    assert (found.engine, found.jobs, found.quiet) == ("process", 3, True)
    assert found.rest == ()


@pytest.mark.parametrize(
    ("line", "rest", "jobs"),
    [
        ("run --jobs 2 train", ["train"], 2),
        ("run train --jobs 2", ["train"], 2),
        ("run -e A=1 --jobs 2 train", ["-e", "A=1", "train"], 2),
        ("run web make --jobs 2", ["web", "make", "--jobs", "2"], None),
        ("run web make -j2", ["web", "make", "-j2"], None),
        ("run -e --jobs web", ["-e", "--jobs", "web"], None),
        ("run --quiet web", ["--quiet", "web"], None),
        ("run -- web --jobs 2", ["--", "web", "--jobs", "2"], None),
        ("up --jobs 2 web", ["web"], 2),
        ("why --jobs 2 train", ["train"], 2),
    ],
)
def test_what_belongs_to_a_command_is_left_to_it(
    line: str, rest: list[str], jobs: int | None
) -> None:
    found = split_arguments(line.split())

    assert list(found.rest) == rest
    assert found.jobs == jobs


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--engine podman status", "--engine podman: no such engine"),
        ("--jobs 0 status", "--jobs 0: expected how many steps may run at once, from 1"),
        ("-j many status", "--jobs many: expected how many"),
        ("--engine", "--engine: needs a value"),
        ("status --jobs", "--jobs: needs a value"),
    ],
)
def test_a_wrong_value_of_ours_is_an_error_with_a_hint(line: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        split_arguments(line.split())

    assert error.value.message.startswith(message)
    assert error.value.hint


@pytest.mark.parametrize(
    ("line", "asks", "rest"),
    [
        ("--help", "help", []),
        ("-h", "help", []),
        ("help ps", "help", ["ps"]),
        ("-f x.yaml --help", "help", []),
        ("--version", "version", []),
        ("-v", "version", []),
        ("ps --help", None, ["--help"]),
    ],
)
def test_help_and_version_stand_in_place_of_a_verb(
    line: str, asks: str | None, rest: list[str]
) -> None:
    found = split_arguments(line.split())

    assert (found.asks, list(found.rest)) == (asks, rest)


def test_compose_gets_its_line_without_our_flags() -> None:
    line = "--jobs 2 -f a.yaml --dry-run --engine docker ps -q --quiet"

    found = split_arguments(line.split())

    assert found.compose_arguments == ["--file=a.yaml", "--dry-run", "ps", "-q", "--quiet"]


def test_a_line_that_compose_is_to_judge_arrives_whole() -> None:
    assert split_arguments(["-p", "x", "--what", "ps"]).compose_arguments == [
        "--project-name=x",
        "--what",
        "ps",
    ]


def test_the_options_of_compose_are_values_for_the_reader() -> None:
    line = (
        "-f a -f b --profile p --env-file e -p one -p two --project-directory d "
        "--ansi never --dry-run up"
    )

    options = split_arguments(line.split()).compose_options()

    assert options.files == ("a", "b")
    assert options.profiles == ("p",)
    assert options.env_files == ("e",)
    assert options.project_name == "two"
    assert options.project_directory == "d"
    assert options.arguments == ("--ansi=never", "--dry-run")


def test_nothing_given_is_nothing_set() -> None:
    options = Invocation().compose_options()

    assert options.files == ()
    assert options.project_name is None
