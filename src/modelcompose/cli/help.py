"""`modelcompose --help`: what this is, our verbs, and Compose's own as Compose tells them."""

from __future__ import annotations

import re
import subprocess
import sys

from modelcompose.cli.arguments import OUR_VERBS
from modelcompose.cli.passthrough import COMPOSE_DOCUMENTATION

_INTRODUCTION = """\
Usage:  {program} [OPTIONS] VERB

Docker Compose for machine learning. Mark services of your compose.yaml as steps,
with their inputs and outputs, under `x-ml`: they run when something they depend on
has changed, and every run is recorded. Plain `docker compose` accepts the same file.
"""

OUR_OPTIONS = (
    ("    --engine string", 'What runs the steps ("docker"|"process")'),
    ("-j, --jobs int", "How many steps may run at once"),
    ("    --quiet", "Print results only, no progress"),
    ("-v, --version", "Show the version"),
    ("-h, --help", "Show this help"),
)
"""Our global options, each as it is written with what it does."""

_WITHOUT_COMPOSE = f"""\
Verbs of Compose:
  Every verb and option of `docker compose` works here too, once Docker and its
  Compose plugin are installed: {COMPOSE_DOCUMENTATION}
"""

_LAST = """\
First steps:
  {program} demo          an example project at work, on real data
  {program} status        what would run here, and why
  {program} run           run it; what is up to date is left alone
  {program} VERB --help   more about a verb
"""

_COMMAND = re.compile(r"  ([a-z][a-z-]*)\s+(.*\S)\s*")


def print_help() -> int:
    """Print the help and give the exit code."""
    sys.stdout.write(help_text(program_name(), compose_help()))
    return 0


def program_name() -> str:
    """Give how the user calls this program."""
    return "docker ml" if sys.argv[0] == "docker ml" else "modelcompose"


def compose_help() -> str:
    """Give what `docker compose --help` prints, empty when there is no Compose."""
    command = ["docker", "compose", "--help"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.stdout.startswith("Usage:  docker compose") else ""


def help_text(program: str, compose: str) -> str:
    """Give the whole help.

    Args:
        program: how the user calls this program.
        compose: what `docker compose --help` prints, empty when it is not there.
    """
    commands = {name: text for name, text in compose_verbs(compose) if name not in OUR_VERBS}
    parts = [_INTRODUCTION, _table("Verbs:", OUR_VERBS)]
    parts += [_table("Verbs of Compose, as they are there:", commands)] if commands else []
    parts += [_table("Options:", dict(OUR_OPTIONS))]
    parts += [_compose_options(compose)] if compose else [_WITHOUT_COMPOSE]
    return "\n".join([*parts, _LAST]).replace("{program}", program)


def compose_verbs(compose: str) -> list[tuple[str, str]]:
    """Give the verbs that Compose's help lists, with what each does."""
    _, _, commands = compose.partition("Commands:\n")
    matches = (_COMMAND.fullmatch(line) for line in commands.splitlines())
    return [(match[1], match[2]) for match in matches if match]


def _table(heading: str, rows: dict[str, str]) -> str:
    width = max(len(name) for name in rows)
    return "\n".join([heading, *(f"  {name:{width}}  {text}" for name, text in rows.items()), ""])


def _compose_options(compose: str) -> str:
    """Give the options' section of Compose's help as it stands."""
    _, _, options = compose.partition("Options:\n")
    section, _, _ = options.partition("\n\n")
    return f"Options of Compose:\n{section}\n"
