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
Below stand the verbs that Model Compose adds, and the two of Compose's that it extends: `{"` and `".join(EXTENDED_VERBS)}`.
`{_PROGRAM} VERB --help` prints the same.

## Options for all of them

Compose's own options (`--file`, `--profile`, `--project-name`, `--env-file` and so on) stand before the verb.
{", ".join(f"`{flag}`" for flag in OUR_FLAGS)} may also follow one of our verbs, except that `run --quiet` is Compose's own.

"""  # noqa: E501, documentation has one sentence a line


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Give every verb of ours, and after a verb the verbs inside it: `runs`, `runs show`, ….

    They come by the words that call them.
    """
    for verb in OUR_VERBS:
        yield from _with_inner(verb, command(verb))


def options(of: click.Command) -> list[tuple[str, str]]:
    """Give each option of a verb as it is written, with what it does; `--help` is left out."""
    context = click.Context(of)
    own = [param for param in of.params if isinstance(param, click.Option) and not param.hidden]
    return [record for option in own if (record := option.get_help_record(context))]


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
            *(_section(name, verb) for name, verb in verbs()),
        ]
    )


def _with_inner(name: str, verb: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, verb
    if isinstance(verb, click.Group):
        for inner, inside in verb.commands.items():
            yield from _with_inner(f"{name} {inner}", inside)


def _section(name: str, verb: click.Command) -> str:
    level = "#" * (2 + name.count(" "))
    called = f"{_PROGRAM} {name}"
    usage = " ".join([called, *verb.collect_usage_pieces(click.Context(verb))])
    parts = [
        f"{level} `{called}`",
        f"```text\n{usage}\n```",
        *_paragraphs(verb),
        *_extended(name),
        *([_options(own).rstrip()] if (own := options(verb)) else []),
    ]
    return "\n" + "\n\n".join(parts) + "\n"


def _paragraphs(verb: click.Command) -> Iterator[str]:
    """Give what the help says; a block that click leaves as it is stays one, but for its head."""
    for paragraph in inspect.cleandoc(verb.help or "").split("\n\n"):
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
