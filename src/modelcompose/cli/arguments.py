"""The command line before its verb: the global options of Compose, and those of ours.

Nothing heavy is imported here: verbs that pass through to Compose pay for this module alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcompose.compose.project import ComposeOptions

OUR_VERBS = {
    "status": "Show which steps are fresh, stale, missing, modified or failed, and why",
    "why": "Explain what changed since a step last ran",
    "run": "Bring steps up to date; on any other service, Compose's run",
    "up": "Bring the steps that services need up to date; then Compose's up",
    "data": "Version data: add, compare, check out",
    "push": "Push data, outputs and models to the remote; then Compose's push",
    "pull": "Bring them from the remote into place; then Compose's pull",
    "fetch": "Bring them into the store, without touching a file",
    "runs": "List, show and compare recorded runs",
    "models": "List, show, compare and fetch registered models",
    "alias": "Point an alias to a version of a model, or remove one",
    "promote": "Point one alias to where another points",
    "tag": "Set tags of a model or a version",
    "reproduce": "Make a run, or a whole ml.lock, again and compare",
    "report": "Write reports with live charts, and make one HTML file of each",
    "init": "Propose the steps of a Compose file; in an empty folder, begin a project",
    "doctor": "Find what is wrong with the machine, the project and the store, and mend it",
    "ui": "Open the web UI: explore, compare and report",
    "hub": "Serve runs, models and artifacts, to MLflow's clients too",
    "render": "Print the plain Compose file that this project expands to",
    "schema": "Print the JSON Schema of Compose files with x-ml, for editors",
    "demo": "Run an example project on real data",
    "lock": "Work with ml.lock",
    "plugin": "Make `docker ml` work",
    "completion": "Print the completion script of a shell",
}
"""Our verbs with what each does, in the order that help shows them."""

EXTENDED_VERBS = ("run", "up", "push", "pull")
"""Those of our verbs that Compose has too."""

_QUIET_THERE = ("run", "push", "pull")
"""Verbs of Compose's whose `--quiet` is its own."""

ENGINES = ("docker", "process")

COMPOSE_FLAGS = {
    "--all-resources": False,
    "--ansi": True,
    "--compatibility": False,
    "--dry-run": False,
    "--env-file": True,
    "--file": True,
    "--insecure-registry": True,
    "--no-ansi": False,
    "--parallel": True,
    "--profile": True,
    "--progress": True,
    "--project-directory": True,
    "--project-name": True,
    "--verbose": False,
    "--workdir": True,
}
"""Global flags of `docker compose`, those it hides among them, and whether each takes a value."""

OUR_FLAGS = {"--engine": True, "--jobs": True, "--quiet": False}
"""Global flags of ours, and whether each takes a value."""

_SHORT = {"f": "--file", "p": "--project-name", "j": "--jobs"}
_HELP = ("-h", "--help", "help")
_VERSION = ("-v", "--version")
_ASKS = {**dict.fromkeys(_HELP, "help"), **dict.fromkeys(_VERSION, "version")}

_RUN_FLAGS_WITH_VALUE = frozenset(
    {
        *("--cap-add", "--cap-drop", "--entrypoint", "-e", "--env", "--env-from-file", "-l"),
        *("--label", "--name", "-p", "--publish", "--pull", "--set", "-u", "--user", "-v"),
        *("--volume", "-w", "--workdir"),
    }
)


class Invocation(NamedTuple):
    """A command line, split at its verb."""

    flags: tuple[tuple[str, str | None], ...] = ()
    """Compose's global flags in order, by their long names; None for those without a value."""
    engine: str | None = None
    jobs: int | None = None
    quiet: bool = False
    verb: str | None = None
    rest: tuple[str, ...] = ()
    """What follows the verb, without our global flags."""
    asks: str | None = None
    """`help` or `version`, where a flag in place of a verb asks for it."""

    @property
    def is_ours(self) -> bool:
        """Whether the verb is one of ours, extended ones among them."""
        return self.verb in OUR_VERBS

    @property
    def names_verb(self) -> bool:
        """Whether a verb follows `help`."""
        return bool(self.rest) and self.rest[0] not in _ASKS and not self.rest[0].startswith("-")

    @property
    def global_arguments(self) -> list[str]:
        """Give Compose's global flags as a command line."""
        return [name if value is None else f"{name}={value}" for name, value in self.flags]

    @property
    def compose_arguments(self) -> list[str]:
        """Give the whole command line for `docker compose`, without our global flags."""
        verb = [] if self.verb is None else [self.verb]
        return [*self.global_arguments, *verb, *self.rest]

    def compose_options(self) -> ComposeOptions:
        """Give Compose's global options as the reader of projects takes them."""
        from modelcompose.compose.project import ComposeOptions

        def values(name: str) -> tuple[str, ...]:
            return tuple(value for flag, value in self.flags if flag == name and value is not None)

        named = ("--file", "--profile", "--env-file", "--project-name", "--project-directory")
        others = (flag for flag in self.flags if flag[0] not in named)
        return ComposeOptions(
            files=values("--file"),
            profiles=values("--profile"),
            env_files=values("--env-file"),
            project_name=(values("--project-name") or (None,))[-1],
            project_directory=(values("--project-directory") or (None,))[-1],
            arguments=tuple(Invocation(flags=tuple(others)).global_arguments),
        )


def split_arguments(argv: Sequence[str]) -> Invocation:
    """Split a command line, without the program's name, at its verb.

    A flag that neither Compose nor we know ends the split: it and all after it are `rest`, for
    Compose to judge.

    Raises:
        UsageError: a flag of ours has no value, or a wrong one.
    """
    compose: list[tuple[str, str | None]] = []
    ours: dict[str, str | None] = {}
    waiting = list(argv)
    while waiting and waiting[0].startswith("-"):
        if waiting[0] in _ASKS:
            break
        taken = _take_flags(waiting)
        if taken is None:
            return _invocation(compose, ours, None, waiting)
        for name, value in taken:
            if name in OUR_FLAGS:
                ours[name] = value
            else:
                compose.append((name, value))
    if not waiting:
        return _invocation(compose, ours, None, [])
    verb, *rest = waiting
    if verb in _ASKS:
        return _invocation(compose, ours, None, rest)._replace(asks=_ASKS[verb])
    if verb in OUR_VERBS:
        rest = _hoist(verb, rest, ours)
    return _invocation(compose, ours, verb, rest)


def _invocation(
    compose: list[tuple[str, str | None]],
    ours: dict[str, str | None],
    verb: str | None,
    rest: list[str],
) -> Invocation:
    return Invocation(
        flags=tuple(compose),
        engine=_engine(ours.get("--engine")),
        jobs=_jobs(ours.get("--jobs")),
        quiet="--quiet" in ours,
        verb=verb,
        rest=tuple(rest),
    )


def _take_flags(waiting: list[str]) -> list[tuple[str, str | None]] | None:
    """Take the flag, or bundle of short flags, that comes first; None when it is not known."""
    text = waiting[0]
    name, equals, value = text.partition("=")
    if not text.startswith("--"):
        name, equals, value = _SHORT.get(text[1:2], ""), text[2:], text[2:].removeprefix("=")
    takes_value = {**COMPOSE_FLAGS, **OUR_FLAGS}.get(name)
    if takes_value is None:
        return None
    if not takes_value:
        del waiting[0]
        return [(name, value if equals else None)]
    if equals:
        del waiting[0]
        return [(name, value)]
    if len(waiting) == 1:
        if name in OUR_FLAGS:
            raise UsageError(f"{text}: needs a value", hint=f"write `{text} VALUE`")
        return None
    value = waiting[1]
    del waiting[:2]
    return [(name, value)]


def _hoist(verb: str, rest: list[str], ours: dict[str, str | None]) -> list[str]:
    """Take our global flags out of what follows one of our verbs.

    After `run SERVICE` a second word begins a command, to which all the rest belongs; and
    `run --quiet` is Compose's own, as are those of `push` and `pull`.
    """
    kept: list[str] = []
    words = 0
    waiting = list(rest)
    while waiting and waiting[0] != "--":
        text = waiting[0]
        name = text.partition("=")[0]
        if name in (*OUR_FLAGS, "-j") and not (verb in _QUIET_THERE and name == "--quiet"):
            ours.update(_take_flags(waiting) or [])
            continue
        words += not text.startswith("-")
        if verb == "run" and words > 1:
            break
        takes_value = verb == "run" and text in _RUN_FLAGS_WITH_VALUE
        kept += waiting[: 1 + takes_value]
        del waiting[: 1 + takes_value]
    return kept + waiting


def _engine(value: str | None) -> str | None:
    if value is None or value in ENGINES:
        return value
    raise UsageError(
        f"--engine {value}: no such engine", hint=f"the engines are {' and '.join(ENGINES)}"
    )


def _jobs(value: str | None) -> int | None:
    if value is None:
        return None
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise UsageError(
        f"--jobs {value}: expected how many steps may run at once, from 1",
        hint="write `--jobs 2` for two",
    )
