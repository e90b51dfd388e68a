"""From the keys under `x-ml` to the values that the rest of the program takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from posixpath import normpath

from msgspec import UNSET

from modelcompose.compose.data_grammar import DataKeys
from modelcompose.compose.duration import parse_duration
from modelcompose.compose.fault import Fault, Path
from modelcompose.compose.grammar import StepKeys
from modelcompose.compose.kept_outputs import refuse_impossible, refuse_nested
from modelcompose.compose.model_grammar import ModelKeys
from modelcompose.compose.notify_grammar import NotifyKeys
from modelcompose.compose.project import DataSource, ModelRule, Notify, Output, Param, Step
from modelcompose.compose.step_inputs import StepInputs, build_inputs, refuse_impossible_places

_NAME_OF_MODEL = re.compile(r"\w[\w.\-]{0,127}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_FILE_SUFFIXES = (".yaml", ".yml", ".json", ".toml")
_WEB_ADDRESS = re.compile(r"https?://[^/\s]")
_WILDCARDS = re.compile(r"[*?\[]")
_KEPT_BY_US = frozenset({".ml", ".git"})


def build_step(keys: StepKeys, directory: PurePosixPath, path: Path) -> Step:
    """Give a step's values: paths normalised, repeats dropped, durations in seconds.

    Args:
        keys: what stands under `x-ml.step`.
        directory: the project folder, absolute.
        path: where the step stands, for faults.

    Raises:
        Fault: a path leaves the project, or a value has no meaning.
    """
    read = _inputs(keys, directory, (*path, "inputs"))
    step = Step(
        inputs=None if read is None else read.paths,
        addresses=() if read is None else read.addresses,
        probes=() if read is None else read.probes,
        every_s=None if read is None else read.every_s,
        outputs=_outputs(keys, directory, (*path, "outputs")),
        params=tuple(
            dict.fromkeys(
                _param(text, directory, (*path, "params", index))
                for index, text in enumerate(keys.params)
            )
        ),
        metrics=_written(keys.metrics, directory, (*path, "metrics")),
        plots=_written(keys.plots, directory, (*path, "plots")),
        log_metrics=tuple(dict.fromkeys(keys.log_metrics)),
        retries=keys.retries,
        timeout_s=_timeout_s(keys, (*path, "timeout")),
        uses={name: count for name, count in keys.uses.items() if count},
        cache=keys.cache,
        workspace=keys.workspace,
    )
    refuse_impossible_places(step, (*path, "inputs"))
    return step


def build_data(
    data: Mapping[str, DataKeys | None], directory: PurePosixPath
) -> tuple[DataSource, ...]:
    """Give the project's data, an empty source as none.

    Raises:
        Fault: a path leaves the project.
    """
    return tuple(
        DataSource(
            path=_own_path(written, directory, ("x-ml", "data", written), "data"),
            source=(keys.source or None) if keys and keys.source is not UNSET else None,
            link=keys.link if keys and keys.link is not UNSET else None,
        )
        for written, keys in data.items()
    )


def build_models(
    models: Mapping[str, ModelKeys], directory: PurePosixPath, path: Path
) -> tuple[ModelRule, ...]:
    """Give the outputs that are registered as models.

    Raises:
        Fault: a path leaves the project, or a name is none that a model can have.
    """
    return tuple(_model(name, keys, directory, (*path, name)) for name, keys in models.items())


def _model(name: str, keys: ModelKeys, directory: PurePosixPath, path: Path) -> ModelRule:
    if not _NAME_OF_MODEL.fullmatch(name):
        raise Fault(
            path,
            f'expected the name of a model, found "{name}"',
            hint="use letters, digits, dashes, underscores and dots",
            at_key=True,
        )
    return ModelRule(
        name,
        _own_path(keys.path, directory, (*path, "path"), "a model"),
        keys.requires,
        None if keys.when is UNSET else keys.when,
        None if keys.alias is UNSET else keys.alias,
    )


def build_notify(keys: NotifyKeys, path: Path) -> Notify:
    """Give who is told of the end of a run, an empty URL as none.

    Raises:
        Fault: the URL is none that can be posted to, or the duration is none.
    """
    webhook = keys.webhook or None if keys.webhook is not UNSET else None
    if webhook is not None and not _WEB_ADDRESS.match(webhook):
        raise Fault((*path, "webhook"), "expected a URL that begins with https:// or http://")
    return Notify(
        webhook=webhook,
        desktop=keys.desktop,
        after_s=_seconds(keys.after, (*path, "after")),
        on=frozenset(keys.on),
    )


def _inputs(keys: StepKeys, directory: PurePosixPath, path: Path) -> StepInputs | None:
    if keys.inputs is UNSET:
        return None
    return build_inputs(
        keys.inputs,
        path,
        any_path=lambda text, place: _path(text, directory, place),
        own_path=lambda text, place: _own_path(text, directory, place, "what is fetched"),
    )


def _outputs(keys: StepKeys, directory: PurePosixPath, path: Path) -> tuple[Output, ...]:
    if not isinstance(keys.outputs, dict):
        return tuple(Output(found) for found in _written(keys.outputs, directory, path))
    outputs: dict[str, Output] = {}
    for text, about in keys.outputs.items():
        found = _written_path(text, directory, (*path, text))
        output = Output(found, about.resume, about.live) if about else Output(found)
        refuse_impossible(output, keys, (*path, text))
        outputs[found] = output
    refuse_nested(tuple(outputs.values()), path)
    return tuple(outputs.values())


def _written(texts: Iterable[str], directory: PurePosixPath, path: Path) -> tuple[str, ...]:
    places = enumerate(texts)
    return tuple(
        dict.fromkeys(_written_path(text, directory, (*path, index)) for index, text in places)
    )


def _written_path(text: str, directory: PurePosixPath, path: Path) -> str:
    if _WILDCARDS.search(text):
        raise Fault(
            path,
            f'expected a path without wildcards, found "{text}"',
            hint="name the file, or the folder that holds the files",
        )
    return _own_path(text, directory, path, "an output")


def _own_path(text: str, directory: PurePosixPath, path: Path, what: str) -> str:
    """Give a path inside the project; what we and git keep there is not free to use."""
    found = _path(text, directory, path)
    if found.startswith("/"):
        raise Fault(
            path,
            f'{what} must lie in the project, found "{text}"',
            hint="write a path relative to the project folder, without leading ..",
        )
    if found == "." or found.split("/", 1)[0] in _KEPT_BY_US:
        raise Fault(
            path,
            f'{what} cannot be "{text}"',
            hint="name a file or folder of its own in the project folder",
        )
    return found


def _path(text: str, directory: PurePosixPath, path: Path) -> str:
    """Give a path relative to the project, or absolute where it lies outside.

    Raises:
        Fault: the text is no path.
    """
    if "\0" in text or text.isspace():
        raise Fault(path, "expected a path, found one that no file can have")
    absolute = PurePosixPath(normpath(directory / text))
    if absolute.is_relative_to(directory):
        return str(absolute.relative_to(directory))
    return str(absolute)


def _param(text: str, directory: PurePosixPath, path: Path) -> Param:
    file, colon, key = text.partition(":")
    if colon and file:
        return Param(name=key, file=_own_path(file, directory, path, "a parameter file"))
    if text.endswith(_FILE_SUFFIXES):
        raise Fault(
            path,
            f'expected a variable\'s name or FILE:KEY, found "{text}"',
            hint=f"for the whole file write {text}: and for one key {text}:KEY",
        )
    if not _NAME.fullmatch(text):
        raise Fault(path, f'expected a variable\'s name or FILE:KEY, found "{text}"')
    return Param(name=text)


def _timeout_s(keys: StepKeys, path: Path) -> float | None:
    if keys.timeout is UNSET:
        return None
    seconds = _seconds(keys.timeout, path)
    if not seconds:
        raise Fault(path, f'expected a duration such as 90s or 1h30m, found "{keys.timeout}"')
    return seconds


def _seconds(text: str, path: Path) -> float:
    seconds = parse_duration(text)
    if seconds is None:
        raise Fault(path, f'expected a duration such as 90s or 1h30m, found "{text}"')
    return seconds
