"""What Docker Compose says when it refuses a file, in our words where we can say more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from modelcompose.compose.positions import broken_position, text_position
from modelcompose.compose.sources import Sources
from modelcompose.errors import ComposeError, NotFound, ProjectError, VariableError

_LOG_LINE = re.compile(r'time="[^"]*" level=(?P<level>\w+) msg=(?P<message>"(?:[^"\\]|\\.)*"|\S+)')
_REQUIRED = re.compile(
    r"(?:error while interpolating (?P<path>\S+): )?"
    r"required variable (?P<name>\w+) is missing a value(?:: (?P<reason>.*))?"
)
_NO_FILE = re.compile(r"no configuration file provided: not found|no such compose file")
_MISSING_FILE = re.compile(r"(?:open|stat) (?P<file>.+?): no such file or directory")
_MISSING_ENV_FILE = re.compile(
    r"(?:env file (?P<service>.+?) not found|couldn't find env file: (?P<option>.+))"
)
_OTHER_KIND = re.compile(r"cannot override \S*x-ml(?:\.(?P<key>\S+))?")
_UNDEFINED = re.compile(r'depends on undefined service "?(?P<depended>[\w.-]+)"?')
_UNKNOWN_SERVICE = re.compile(r"no such service: (?P<service>[\w.-]+)")
_NOT_YAML = re.compile(r"^(?:failed to parse \S+: )?yaml: ")
_INTERPOLATION = re.compile(r"invalid interpolation format")

Complaint = Callable[["re.Match[str]", str, Sources], ProjectError | NotFound]


def split_warnings(stderr: str) -> tuple[str, tuple[str, ...]]:
    """Take Compose's log lines out of what it wrote to its standard error.

    Returns:
        What is left, which is the error if there is one; and the warnings, without repeats.
    """
    rest: list[str] = []
    warnings: dict[str, None] = {}
    for line in stderr.splitlines():
        found = _LOG_LINE.match(line)
        if found is None:
            rest.append(line)
        elif found["level"] in {"warning", "error", "fatal"}:
            warnings[_unquoted(found["message"])] = None
    return "\n".join(rest).strip(), tuple(warnings)


def translate(
    message: str, sources: Sources, warnings: Sequence[str] = ()
) -> ProjectError | NotFound:
    """Give the error that stands for a message of Docker Compose.

    Args:
        message: as Compose wrote it, without log lines.
        sources: the files that it read, for positions.
        warnings: what it warned of before; an unset variable is often the cause.
    """
    for pattern, complaint in _COMPLAINTS:
        found = pattern.search(message)
        if found:
            return complaint(found, message, sources)
    unset = next((warning for warning in warnings if "variable is not set" in warning), None)
    return ComposeError(
        message or "docker compose refused the project without saying why", hint=unset
    )


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text


def _required(found: re.Match[str], _message: str, sources: Sources) -> ProjectError:
    name, path, reason = found["name"], found["path"], found["reason"]
    position = text_position(sources, re.compile(rf"\$\{{{re.escape(name)}:?\?"))
    place = [str(position)] if position else []
    place += [path] if path else []
    problem = f"the variable {name} is required and not set" + (f": {reason}" if reason else "")
    return VariableError(
        ": ".join([*place, problem]),
        hint=f"set it for one command, {name}=… modelcompose …, or for all in .env: {name}=…",
    )


def _no_file(_found: re.Match[str], _message: str, _sources: Sources) -> ProjectError:
    return ProjectError(
        "no Compose file in this folder, nor in those above it",
        hint="write a compose.yaml, or name the file: modelcompose --file FILE …",
    )


def _missing_file(found: re.Match[str], message: str, sources: Sources) -> ProjectError:
    file = found["file"]
    name = file.rsplit("/", 1)[-1]
    position = text_position(sources, re.compile(re.escape(name)))
    if position is None:
        return ProjectError(f"{file}: no such file", hint="check the path given to --file")
    return ProjectError(f"{position}: {message}", hint=f"create {file}, or mend the path there")


def _missing_env_file(found: re.Match[str], message: str, sources: Sources) -> ProjectError:
    file = found["service"] or found["option"]
    name = file.rsplit("/", 1)[-1]
    position = text_position(sources, re.compile(re.escape(name))) if found["service"] else None
    place = f"{position}: " if position else ""
    return ProjectError(
        f"{place}{message.splitlines()[0]}",
        hint=f"create it: touch {file}"
        + (", or write it as {path: …, required: false}" if found["service"] else ""),
    )


def _other_kind(found: re.Match[str], message: str, sources: Sources) -> ProjectError:
    key = (found["key"] or "x-ml").rsplit(".", 1)[-1]
    if key != "step":
        return ComposeError(message, hint=f"to replace what is inherited write {key}: !override …")
    position = text_position(sources, re.compile(r"\bstep: *(?=\S)(?![{!])"))
    return ComposeError(
        f"{position}: {message}" if position else message,
        hint="to undo an inherited step write step: !override false",
    )


def _undefined(found: re.Match[str], message: str, sources: Sources) -> ProjectError:
    profiles = sorted(sources.profiles(found["depended"]) or ())
    hint = f"it is in another profile: add --profile {profiles[0]}" if profiles else None
    return ComposeError(message, hint=hint)


def _unknown_service(found: re.Match[str], _message: str, sources: Sources) -> NotFound:
    return unknown_service(found["service"], sources.service_names())


def unknown_service(name: str, known: set[str]) -> NotFound:
    """Give the error for a name that no service has."""
    from modelcompose.compose.fault import nearest

    return NotFound(f"no such service or step: {name}", hint=nearest(name, sorted(known)))


def _not_yaml(_found: re.Match[str], message: str, sources: Sources) -> ProjectError:
    position = broken_position(sources)
    return ComposeError(f"{position}: {message}" if position else message)


def _interpolation(_found: re.Match[str], message: str, _sources: Sources) -> ProjectError:
    return ComposeError(message, hint="write a dollar sign that begins no variable twice: $$")


_COMPLAINTS: tuple[tuple[re.Pattern[str], Complaint], ...] = (
    (_REQUIRED, _required),
    (_NO_FILE, _no_file),
    (_MISSING_ENV_FILE, _missing_env_file),
    (_MISSING_FILE, _missing_file),
    (_OTHER_KIND, _other_kind),
    (_UNDEFINED, _undefined),
    (_UNKNOWN_SERVICE, _unknown_service),
    (_NOT_YAML, _not_yaml),
    (_INTERPOLATION, _interpolation),
)
