"""Calm tables and sections on standard output; plain text where it is no terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_LIMIT = 100_000
"""Columns of a page that nobody looks at: nothing is cut."""

_GAP = 2
_LEAST_WIDTH = 12

STATUS_STYLES: Mapping[str, str] = {
    "succeeded": "green",
    "failed": "red",
    "killed": "yellow",
    "running": "cyan",
}


class Cell(Struct, frozen=True):
    """A text with a style of rich's."""

    text: str
    style: str = ""

    @property
    def shown(self) -> str:
        """Give the text without signs that a terminal obeys: others wrote it, and hubs tell it."""
        return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", self.text)


class Column(Struct, frozen=True):
    """A column of a table."""

    title: str
    is_number: bool = False
    may_be_cut: bool = False
    """Whether its texts are cut where the terminal is narrow."""
    may_go: bool = False
    """Whether it is left out where that is not enough."""


class Section(Struct, frozen=True):
    """Lines under a title; each line is the cells of one row."""

    title: str
    rows: Sequence[Sequence[Cell]]


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a table; where the terminal is narrow, columns are cut or go, as they may."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    widths = fitted(columns, rows, _console().width)
    for i, width in widths.items():
        table.add_column(
            columns[i].title,
            justify="right" if columns[i].is_number else "left",
            no_wrap=True,
            overflow="ellipsis",
            width=width,
        )
    for row in rows:
        table.add_row(*(Text(row[i].shown, row[i].style) for i in widths))
    _print(table)


def fitted(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], available: int
) -> dict[int, int]:
    """Give the columns that stay, by index, with their widths."""
    from rich.cells import cell_len

    widths = {
        i: max(map(cell_len, (column.title, *(row[i].shown for row in rows))))
        for i, column in enumerate(columns)
    }
    for i in [i for i, column in enumerate(columns) if column.may_be_cut]:
        widths[i] -= min(max(0, _missing(widths, available)), max(0, widths[i] - _LEAST_WIDTH))
    for i in reversed([i for i, column in enumerate(columns) if column.may_go]):
        if _missing(widths, available) > 0:
            del widths[i]
    return widths


def _missing(widths: Mapping[int, int], available: int) -> int:
    return sum(widths.values()) + _GAP * (len(widths) - 1) - available


def print_sections(head: Sequence[Cell], sections: Sequence[Section]) -> None:
    """Print a headline, then each section that has rows."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = [Text.assemble(*((c.text, c.style) for c in head))]
    for section in sections:
        if not section.rows:
            continue
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        width = max(map(len, section.rows))
        for _ in range(width):
            grid.add_column(overflow="fold")
        for row in section.rows:
            texts = [Text(cell.shown, cell.style) for cell in row]
            grid.add_row(Text("  ") + texts[0], *texts[1:])
        parts += [Text(""), Text(section.title, "bold"), grid]
    _print(Group(*parts))


def print_json(value: Any) -> None:
    """Print a value as JSON that people can read too."""
    data = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    click.echo(data.decode())


def _print(renderable: RenderableType) -> None:
    console = _console()
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as captured:
        console.print(renderable)
    # rich fills the last column with blanks, which no program that reads this wants.
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _console() -> Console:
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _NO_LIMIT
    return console
