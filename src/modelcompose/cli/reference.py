"""The reference pages of the command line, made from the code.

`python -m modelcompose.cli.reference` writes them anew into `docs/reference`.
"""

from __future__ import annotations

from modelcompose.cli import (
    reference_api,
    reference_commands,
    reference_errors,
    reference_events,
    reference_settings,
)
from modelcompose.compose.reference import write_page

PAGES = {
    "docs/reference/api.md": reference_api.page,
    "docs/reference/commands.md": reference_commands.page,
    "docs/reference/errors.md": reference_errors.page,
    "docs/reference/events.md": reference_events.page,
    "docs/reference/settings.md": reference_settings.page,
}
"""Where each page belongs, from the repository's top, and what makes it."""

_MADE_BY = "<!-- Made from the code by `python -m modelcompose.cli.reference`. Do not edit. -->"


def text_of(path: str) -> str:
    """Give a page as Markdown, one sentence a line."""
    return f"{_MADE_BY}\n\n{PAGES[path]()}"


def main() -> None:
    """Write every page anew."""
    for path in PAGES:
        write_page(path, text_of(path))


if __name__ == "__main__":
    main()
