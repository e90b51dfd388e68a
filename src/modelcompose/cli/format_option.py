"""The option `--format` of verbs that print data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., object])


def format_option(*forms: str, what: str = "How to print it.") -> Callable[[Decorated], Decorated]:
    """Give the option, handed to the verb as `form`.

    Args:
        forms: what it may be, the usual one first; by default `table` and `json`.
        what: what help says of it.
    """
    known = forms or ("table", "json")
    return click.option(
        "--format",
        "form",
        type=click.Choice(known),
        default=known[0],
        show_default=True,
        help=what,
    )
