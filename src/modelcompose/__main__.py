"""The command `modelcompose`, and the same program as Docker's plugin `docker ml`.

What needs no project is answered here, before anything heavy is imported.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from modelcompose import __version__
from modelcompose.errors import ModelComposeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelcompose.cli.arguments import Invocation

PLUGIN = "ml"
"""The name after `docker`."""

AS_PLUGIN = f"docker {PLUGIN}"
"""How help and messages name the program then."""

_METADATA = f"""\
{{
  "SchemaVersion": "0.1.0",
  "Vendor": "Model Compose",
  "Version": "{__version__}",
  "ShortDescription": "Docker Compose for machine learning"
}}
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code; a verb of Compose's replaces the process.

    Args:
        argv: the arguments without the program's name; those of this process when None.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    return _report(lambda: _dispatch(arguments))


def plugin() -> int:
    """Answer as the Docker CLI plugin `docker-ml`."""
    return _report(lambda: _answer_docker(sys.argv[1:]))


def _answer_docker(arguments: list[str]) -> int:
    if arguments[:1] == ["docker-cli-plugin-metadata"]:
        sys.stdout.write(_METADATA)
        return 0
    from modelcompose.cli.docker_options import adopt_docker_options

    sys.argv[0] = AS_PLUGIN
    return _dispatch(adopt_docker_options(arguments, PLUGIN))


def _dispatch(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        sys.stdout.write(f"modelcompose {__version__}\n")
        return 0
    if arguments[:1] == ["__complete"]:
        from modelcompose.cli.candidates import complete

        return complete(arguments[1:])
    from modelcompose.cli.arguments import split_arguments

    invocation = split_arguments(arguments)
    if invocation.asks == "version":
        return _dispatch(["--version"])
    if invocation.asks == "help" and invocation.names_verb:
        return _dispatch([*invocation.global_arguments, *invocation.rest, "--help"])
    if invocation.asks == "help" or not (invocation.verb or invocation.rest):
        from modelcompose.cli.help import print_help

        return print_help()
    return _perform(invocation)


def _perform(invocation: Invocation) -> int:
    if not invocation.is_ours:
        from modelcompose.cli.passthrough import replace_process

        replace_process(invocation.compose_arguments)
    if sys.argv[0] == AS_PLUGIN:
        from modelcompose.cli.docker_options import follow_docker

        follow_docker()
    from modelcompose.cli import app

    return app.main(invocation)


def _report(command: Callable[[], int]) -> int:
    """Run a command; a user's mistake is a message, never a traceback."""
    try:
        code = command()
        sys.stdout.flush()
    except ModelComposeError as error:
        hint = f"\n\nhint: {error.hint}" if error.hint else ""
        sys.stderr.write(f"error: {error.message}{hint}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


if __name__ == "__main__":
    sys.exit(main())
