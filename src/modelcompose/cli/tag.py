"""`modelcompose tag`: set tags of a model or a version, or remove them."""

from __future__ import annotations

import time

import click

from modelcompose.errors import UsageError


@click.command("tag", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", metavar="NAME[@VERSION]")
@click.argument("tags", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--rm", "removed", multiple=True, metavar="KEY", help="Remove a tag.")
def tag(what: str, tags: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Set tags of a model, or of one of its versions.

    \b
      modelcompose tag delay team=flights
      modelcompose tag delay@3 reviewed=yes
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.registry import find, find_named, opened
    from modelcompose.registry import models, versions

    pairs = [_pair(text) for text in tags]
    if not pairs and not removed:
        raise UsageError("tag: nothing to set", hint=f"modelcompose tag {what} KEY=VALUE")
    now = time.time()
    with opened() as database, database.write() as connection:
        if "@" in what:
            _, version = find(connection, what)
            for key, value in pairs:
                versions.set_version_tag(connection, version, key, value, now)
            for key in removed:
                versions.delete_version_tag(connection, version, key, now)
            return
        model = find_named(connection, what)
        for key, value in pairs:
            models.set_model_tag(connection, model, key, value, now)
        for key in removed:
            models.delete_model_tag(connection, model, key, now)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"{text}: a tag is written KEY=VALUE")
    return key, value
