"""The reference page of errors: every code of the error tree, and what the program exits with."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from modelcompose import errors
from modelcompose.errors import ModelComposeError

_HEAD = """\
# Errors

A command that fails says on stderr where and what is wrong, and below it one way to mend it:

```text
error: compose.yaml:14:9: services.train.x-ml.step.retires: unknown key

hint: did you mean retries?
```

A mistake in a file or on the command line never shows a traceback; one that does is a bug of Model Compose.

## Exit codes

| exit code | meaning |
| --- | --- |
"""  # noqa: E501, documentation has one sentence a line

EXIT_CODES = {
    0: "What was asked for is done, or was done before.",
    1: "It failed: an error, or a step that did not succeed.",
    2: "The command line asks for something that cannot be.",
    130: "The user stopped it with Ctrl-C.",
    141: "What read its output went away, as `head` does.",
}
"""What the program exits with, by itself."""

_CODES = """
A verb that is handed to Compose exits with Compose's own code.

## Codes

Each kind of error has a code, which stays the same when messages are worded anew: `code` of the exception in `modelcompose.errors`.
A code that is a kind of another one may be handled as that one.

| code | kind of | exit code | meaning | exception |
| --- | --- | --- | --- | --- |
"""  # noqa: E501, documentation has one sentence a line


def kinds(above: type[ModelComposeError] = ModelComposeError) -> Iterator[type[ModelComposeError]]:
    """Give every class of the error tree, each before the kinds of it."""
    for kind in above.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
            yield from kinds(kind)


def page() -> str:
    """Give the page as Markdown."""
    exits = [f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items()]
    return "".join([_HEAD, *exits, _CODES, *map(_row, kinds())])


def _row(kind: type[ModelComposeError]) -> str:
    above = kind.__mro__[1]
    of = "" if above is ModelComposeError else f"`{getattr(above, 'code', '')}`"
    meaning, *_ = inspect.cleandoc(kind.__doc__ or "").splitlines()
    return f"| `{kind.code}` | {of} | {kind.exit_code} | {meaning} | `{kind.__name__}` |\n"
