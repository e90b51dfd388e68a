"""`modelcompose render`: the plain Compose file that the project expands to."""

from __future__ import annotations

from pathlib import Path

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@format_option("yaml", "json")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file.",
)
@click.pass_obj
def render(context: Context, form: str, output: Path | None) -> None:
    """Print the plain Compose file that this project expands to.

    It holds nothing of ours: with it, `docker compose` alone does what this project does.
    """
    from modelcompose.compose.render import render as render_project

    text = render_project(context.read_project())
    if form == "json":
        text = _as_json(text)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _as_json(text: str) -> str:
    import msgspec

    encoded = msgspec.json.encode(msgspec.yaml.decode(text))
    return msgspec.json.format(encoded, indent=2).decode() + "\n"
