"""The reference page of commands: our verbs as click knows them."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator

import click

from modelcompose.cli.app import command
from modelcompose.cli.arguments import EXTENDED_VERBS, OUR_FLAGS, OUR_VERBS
from modelcompose.cli.help import OUR_OPTIONS
from modelcompose.compose.reference import anchor, one_sentence_a_line

_PROGRAM = "modelcompose"
_KEPT_AS_IT_IS = "\b"
_COMPOSE_REFERENCE = "https://docs.docker.com/reference/cli/docker/compose"

_HEAD = f"""\
# Commands

`{_PROGRAM} [OPTIONS] VERB`, or the same as `docker ml [OPTIONS] VERB` after `{_PROGRAM} plugin install`.

Every verb and every option of [`docker compose`]({_COMPOSE_REFERENCE}/) works here as it does there.
Below stand the verbs that Model Compose adds, and those of Compose's that it extends: `{"` and `".join(EXTENDED_VERBS)}`.
`{_PROGRAM} VERB --help` prints the same.

## Options for all of them

Compose's own options (`--file`, `--profile`, `--project-name`, `--env-file` and so on) stand before the verb.
{", ".join(f"`{flag}`" for flag in OUR_FLAGS)} may also follow one of our verbs, except that `--quiet` after `run`, `push` and `pull` is Compose's own.

"""  # noqa: E501, documentation has one sentence a line


def verbs() -> Iterator[tuple[str, click.Context]]:
    """Give every verb of ours, and after a verb the verbs inside it: `runs`, `runs show`, ….

    Each comes by the words that call it, in the context in which it would be called.
    """
    for verb in OUR_VERBS:
        yield from _with_inner(verb, _context(command(verb), f"{_PROGRAM} {verb}"))


def options(context: click.Context) -> list[tuple[str, str]]:
    """Give each option of a verb as it is written, with what it does; `--help` is left out."""
    options = [each for each in context.command.params if isinstance(each, click.Option)]
    return [record for each in options if (record := each.get_help_record(context))]


def page() -> str:
    """Give the page as Markdown, one sentence a line."""
    listed = [
        f"| [`{verb}`](#{anchor(f'{_PROGRAM} {verb}')}) | {text} |\n"
        for verb, text in OUR_VERBS.items()
    ]
    return "".join(
        [
            _HEAD,
            _options([(" ".join(name.split()), text) for name, text in OUR_OPTIONS]),
            "\n## Verbs\n\n| verb | what it does |\n| --- | --- |\n",
            *listed,
            *(_section(name, context) for name, context in verbs()),
        ]
    )


def _context(verb: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return click.Context(verb, info_name=name, parent=parent, **verb.context_settings)


def _with_inner(name: str, context: click.Context) -> Iterator[tuple[str, click.Context]]:
    yield name, context
    if isinstance(context.command, click.Group):
        shown = {name: verb for name, verb in context.command.commands.items() if not verb.hidden}
        for inner, verb in shown.items():
            yield from _with_inner(f"{name} {inner}", _context(verb, inner, context))


def _section(name: str, context: click.Context) -> str:
    level = "#" * (2 + name.count(" "))
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    parts = [
        f"{level} `{context.command_path}`",
        f"```text\n{usage}\n```",
        *_paragraphs(context.command.help or ""),
        *_extended(name),
        *([_options(own).rstrip()] if (own := options(context)) else []),
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def _paragraphs(text: str) -> Iterator[str]:
    """Give what the help says; a block that click leaves as it is stays one, but for its head."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        first, *lines = paragraph.splitlines()
        if first != _KEPT_AS_IT_IS:
            yield one_sentence_a_line(" ".join([first, *lines]))
            continue
        if lines and not lines[0].startswith(" ") and any(x.startswith(" ") for x in lines):
            yield lines.pop(0)
        block = textwrap.dedent("\n".join(lines))
        yield f"```text\n{block}\n```"


def _extended(name: str) -> list[str]:
    if name not in EXTENDED_VERBS:
        return []
    theirs = f"[`docker compose {name}`]({_COMPOSE_REFERENCE}/{name}/)"
    return [f"Every other option is that of {theirs}, and works as it does there."]


def _options(rows: list[tuple[str, str]]) -> str:
    cells = [f"| `{_cell(name)}` | {_cell(text)} |\n" for name, text in rows]
    return "".join(["| option | what it does |\n| --- | --- |\n", *cells])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())
