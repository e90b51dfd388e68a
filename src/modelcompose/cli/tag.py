"""`modelcompose tag`: set tags of a model or a version, or remove them."""

from __future__ import annotations

import time
from pathlib import Path

import click

from modelcompose.errors import UsageError


@click.command("tag", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", metavar="NAME[@VERSION]")
@click.argument("tags", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--rm", "removed", multiple=True, metavar="KEY", help="Remove a tag.")
@click.option(
    "--git",
    "reference",
    metavar="NAME",
    help="Write a git tag for the version: v1.2.0, or #prod for a stage.",
)
def tag(what: str, tags: tuple[str, ...], removed: tuple[str, ...], reference: str | None) -> None:
    """Set tags of a model, or of one of its versions.

    \b
      modelcompose tag delay team=flights
      modelcompose tag delay@3 reviewed=yes

    With --git, a tag of the git repository that this folder lies in names the version, wherever
    the repository goes: `delay@v1.2.0`, or `delay#prod`. Push it as any other tag.

    \b
      modelcompose tag delay@3 --git v1.2.0
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.registry import find, find_named, opened
    from modelcompose.registry import models, versions

    pairs = [_pair(text) for text in tags]
    if not pairs and not removed and reference is None:
        raise UsageError("tag: nothing to set", hint=f"modelcompose tag {what} KEY=VALUE")
    if reference is not None:
        _write_git_tag(what, reference)
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


def _write_git_tag(what: str, reference: str) -> None:
    from modelcompose.cli.registry import find, opened
    from modelcompose.registry.git_tags import write_git_tag
    from modelcompose.registry.git_versions import commit_of

    if "@" not in what:
        raise UsageError(
            f"{what}: a git tag is of one version", hint=f"try: {what}@latest --git {reference}"
        )
    with opened() as database, database.read() as connection:
        model, version = find(connection, what)
        commit = commit_of(connection, version)
    if commit is None:
        raise UsageError(
            f"{version.label}: the commit of its code is not known",
            hint="only versions that were made in a git repository can have a git tag",
        )
    content = None if version.origin is None else version.origin.content.digest
    message = f"{model.name}, version {version.version}"
    text = write_git_tag(
        Path.cwd(), model.name, reference, commit, message=message, content=content
    )
    click.echo(f"{text} names version {version.version}, at commit {commit[:12]}")
    click.echo(f"to share it: git push origin '{text}'", err=True)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"{text}: a tag is written KEY=VALUE")
    return key, value
