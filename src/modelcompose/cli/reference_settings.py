"""The reference page of settings: the environment variables, from their one list."""

from __future__ import annotations

from modelcompose.cli.settings import GROUPS, Group
from modelcompose.compose.reference import one_sentence_a_line
from modelcompose.engine.process.variables import INHERITED

_HEAD = """\
# Settings

What belongs to a project stands in its Compose file, under [`x-ml`](x-ml.md).
What belongs to a user or a machine stands in environment variables: there is no settings file.
A variable in a `.env` file is for the Compose file's interpolation, and for Compose's own variables; ours are read from the environment alone.
"""  # noqa: E501, documentation has one sentence a line

_INHERITED = """
## What a step sees of them

A step of the docker engine sees the variables of its container: those of the image and of its service's `environment`.
A step of the process engine sees those of `environment`, and of the caller's only what programs need to start:

"""  # noqa: E501, documentation has one sentence a line


def page() -> str:
    """Give the page as Markdown."""
    names = ", ".join(f"`{name}`" for name in INHERITED)
    return "".join([_HEAD, *map(_section, GROUPS), _INHERITED, names, ".\n"])


def _section(group: Group) -> str:
    introduction = f"{one_sentence_a_line(group.introduction)}\n\n" if group.introduction else ""
    rows = [f"| `{s.name}` | {s.description} | {s.default} |\n" for s in group.settings]
    head = "| variable | what it does | when it is not set |\n| --- | --- | --- |\n"
    return "".join([f"\n## {group.title}\n\n", introduction, head, *rows])
