"""What came of a push, a pull or a fetch, in words or as JSON."""

from __future__ import annotations

import click

from modelcompose.cli.data_view import short
from modelcompose.cli.transfer_work import Asked, Outcome, Told
from modelcompose.diagnosis.sizes import count, in_words


def tell(asked: Asked, outcome: Outcome) -> None:
    """Print an outcome: what was moved on stdout, what could not be on stderr."""
    if asked.form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(outcome)
    else:
        _tell(asked, outcome)


def _tell(asked: Asked, outcome: Outcome) -> None:
    for each in outcome.paths:
        if each.state != "missing":
            click.echo(_line(asked, each))
    for each in outcome.paths:
        if each.placed:
            click.echo(f"{each.path}: {count(each.placed, 'file')} put into place")
    for model in outcome.models:
        click.echo(model.text, err=not model.is_new)
    if outcome.results:
        where = "now on the remote" if asked.verb == "push" else "now known here"
        many = count(len(outcome.results), "step result")
        click.echo(f"{many} {where}: {', '.join(outcome.results)}")
    _complain(outcome)
    if not outcome.paths and not asked.names:
        click.echo("ml.lock names nothing: modelcompose data add PATH", err=True)


def _line(asked: Asked, told: Told) -> str:
    if told.state == "wanted":
        return f"{told.path}: would be {asked.verb}ed, {in_words(told.size_bytes)}"
    words = "there already"
    if told.state in {"pushed", "fetched", "changed"} and told.size_bytes:
        words = f"{in_words(told.size_bytes)} {'pushed' if asked.verb == 'push' else 'fetched'}"
    return f"{told.path}  {short(told.digest)}  {words}"


def _complain(outcome: Outcome) -> None:
    hints: dict[str, None] = {}
    for note in outcome.notes:
        click.echo(note, err=True)
    for each in outcome.paths:
        if each.state == "changed":
            click.echo(
                f"{each.path}: was changed here, and is left as it is; "
                f"the version of {each.tracker or 'ml.lock'}: "
                f"modelcompose data checkout {each.path}",
                err=True,
            )
        elif each.state == "missing":
            click.echo(f"{each.path}: {each.reason}", err=True)
            if each.hint:
                hints[each.hint] = None
    for hint in hints:
        click.echo(f"\nhint: {hint}", err=True)
