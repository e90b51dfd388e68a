"""`modelcompose schema`: the JSON Schema of a Compose file with `x-ml`."""

from __future__ import annotations

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def schema() -> None:
    """Print the JSON Schema of Compose files with x-ml.

    Editors complete and check every key with it. Save it beside compose.yaml, say as
    ml.schema.json, and begin compose.yaml with:

    \b
    # yaml-language-server: $schema=./ml.schema.json
    """  # noqa: D301 - click's mark for lines to keep
    import msgspec

    from modelcompose.compose.schema import schema as build_schema

    encoded = msgspec.json.encode(build_schema())
    click.echo(msgspec.json.format(encoded, indent=2).decode())
