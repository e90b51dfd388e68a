"""DVC's files as values: `.dvc`, `dvc.lock` and what `dvc.yaml` says of outputs. Pure.

Scalars are read as text: YAML 1.1 and 1.2 disagree on what is a number, and a digest or a path
that looks like one is none. What is written is in `formats_writing`, folders' listings are in
`formats_manifest`, the configuration is in `formats_config`.
"""

from __future__ import annotations

import glob
import re
import reprlib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from modelcompose.compose.yaml_limits import check_aliases, check_nesting
from modelcompose.errors import ProjectError

FOLDER_SUFFIX = ".dir"
"""What the name of a folder's listing ends in."""
_OID = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_MOST_DIGITS = 18


class DvcOut(Struct, frozen=True):
    """An output or a dependency, as a `.dvc` file or `dvc.lock` has it."""

    path: str
    """As written: relative to the working folder of the file or the stage."""
    oid: str | None = None
    """The md5 in 32 hex digits, of a folder's listing with `.dir` at its end; None where it was
    never computed, or DVC knows it by a cloud's version alone."""
    size_bytes: int | None = None
    files: int | None = None
    """How many, for a folder."""
    executable: bool = False
    is_legacy: bool = False
    """Whether the md5 is DVC 2's: of text with the ends of lines as Unix has them."""
    is_cached: bool = True
    """False where git keeps the file in place of DVC's cache."""
    is_pushed: bool = True
    is_kept: bool = False
    """DVC's `persist`: not removed before its stage runs."""
    remote: str | None = None
    """The remote that it lies on, where that is not the default one."""
    is_versioned_by_cloud: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether the digest is one of a folder."""
        return self.oid is not None and self.oid.endswith(FOLDER_SUFFIX)


class DvcFile(Struct, frozen=True):
    """What a `.dvc` file says."""

    outs: tuple[DvcOut, ...]
    wdir: str = "."
    is_imported_from_repository: bool = False
    """Whether its content lies with another repository (`dvc import`)."""


class LockedStage(Struct, frozen=True):
    """What `dvc.lock` says of one stage."""

    cmd: str | tuple[str, ...]
    deps: tuple[DvcOut, ...] = ()
    outs: tuple[DvcOut, ...] = ()
    params: Mapping[str, Mapping[str, Any]] = {}
    """File to dotted key to value. To be written; reading leaves it empty."""


class StageOut(Struct, frozen=True):
    """What `dvc.yaml` says of one output, beyond its path."""

    is_cached: bool = True
    is_pushed: bool = True
    is_kept: bool = False
    remote: str | None = None


class PipelineStage(Struct, frozen=True):
    """What `dvc.yaml` says of a stage, as far as its outputs need it."""

    wdir: str = "."
    outs: Mapping[str, StageOut] = {}
    """By path, as written: there may be `${…}` in it."""
    is_template: bool = False
    """Whether several stages come of it, named `NAME@KEY`."""

    def said_of(self, path: str) -> StageOut:
        """Give what is said of an output, whose path may have come of a template."""
        if path in self.outs:
            return self.outs[path]
        fitting = (said for pattern, said in self.outs.items() if _may_give(pattern, path))
        return next(fitting, StageOut())


def read_dvc_file(text: str, where: str) -> DvcFile:
    """Read a `.dvc` file.

    Args:
        text: the file.
        where: its name, for messages.

    Raises:
        ProjectError: it cannot be read.
    """
    data = _mapping(_load(text, where), where)
    outs = tuple(_out(each, where) for each in _list(data, "outs", where))
    deps = [_mapping(each, where) for each in _list(data, "deps", where)]
    return DvcFile(outs, _text(data, "wdir", where) or ".", any("repo" in dep for dep in deps))


def read_lock(text: str, where: str) -> dict[str, LockedStage]:
    """Read `dvc.lock`: its stages by name.

    Raises:
        ProjectError: it cannot be read.
    """
    data = _mapping(_load(text, where), where)
    stages = data.get("stages") or {} if "schema" in data else data
    found: dict[str, LockedStage] = {}
    for name, value in _mapping(stages, where).items():
        stage = _mapping(value, f"{where}: {name}")
        cmd = stage.get("cmd") or ""
        if not isinstance(cmd, list):
            cmd = _text(stage, "cmd", f"{where}: {name}") or ""
        deps, outs = (
            tuple(_out(each, f"{where}: {name}") for each in _list(stage, key, where))
            for key in ("deps", "outs")
        )
        found[name] = LockedStage(tuple(cmd) if isinstance(cmd, list) else cmd, deps, outs)
    return found


def read_pipeline(text: str, where: str) -> dict[str, PipelineStage]:
    """Read what `dvc.yaml` says of its stages' outputs, by the stages' names.

    Raises:
        ProjectError: it cannot be read.
    """
    data = _mapping(_load(text, where), where)
    stages = _mapping(data.get("stages") or {}, where)
    return {
        name: _stage(_mapping(value, f"{where}: {name}"), where) for name, value in stages.items()
    }


def _stage(data: Mapping[str, Any], where: str) -> PipelineStage:
    is_template = "foreach" in data or "matrix" in data
    body = _mapping(data.get("do") or {}, where) if "foreach" in data else data
    outs: dict[str, StageOut] = {}
    for key in ("outs", "metrics", "plots"):
        for each in _list(body, key, where):
            said = {each: {}} if isinstance(each, str) else _mapping(each, f"{where}: {key}")
            for path, flags in said.items():
                outs[path] = _flags(flags if isinstance(flags, Mapping) else {}, where)
    return PipelineStage(_text(body, "wdir", where) or ".", outs, is_template)


def _may_give(pattern: str, path: str) -> bool:
    """Whether a template may have become a path."""
    parts = re.split(r"\$\{[^}]*\}", pattern)
    # Not as one expression: how long that takes, who writes the pattern decides.
    return len(parts) > 1 and fnmatchcase(path, "*".join(map(glob.escape, parts)))


def _flags(data: Mapping[str, Any], where: str) -> StageOut:
    return StageOut(
        is_cached=_is(data, "cache", default=True),
        is_pushed=_is(data, "push", default=True),
        is_kept=_is(data, "persist"),
        remote=_text(data, "remote", where),
    )


def _out(value: Any, where: str) -> DvcOut:
    data = _mapping(value, where)
    path = data.get("path")
    if not isinstance(path, str) or not path:
        raise ProjectError(f"{where}: expected a path in each output, found {reprlib.repr(value)}")
    oid = data.get("md5") or None
    if oid is not None and (not isinstance(oid, str) or _OID.fullmatch(oid.lower()) is None):
        found = reprlib.repr(oid)
        raise ProjectError(f"{where}: {path}: expected an md5 of 32 hex digits, found {found}")
    return DvcOut(
        path=path,
        oid=None if oid is None else oid.lower(),
        size_bytes=_number(data, "size", where),
        files=_number(data, "nfiles", where),
        executable=_is(data, "isexec"),
        is_legacy="hash" not in data,
        is_cached=_is(data, "cache", default=True),
        is_pushed=_is(data, "push", default=True),
        is_kept=_is(data, "persist"),
        remote=_text(data, "remote", where),
        is_versioned_by_cloud="files" in data or "cloud" in data,
    )


def _load(text: str, where: str) -> Any:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        check_nesting(text)
        found = yaml.load(text, Loader=loader) or {}  # noqa: S506 - a base loader makes text alone
        check_aliases(text, found)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise ProjectError(
            f"{where}: cannot be read: {told}", hint=f"see: dvc status {where}"
        ) from error
    return found


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ProjectError(f"{where}: expected keys and values, found {type(value).__name__}")
    return value


def _list(data: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = data.get(key) or []
    if not isinstance(value, list):
        raise ProjectError(f"{where}: {key}: expected a list, found {type(value).__name__}")
    return value


def _is(data: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    value = data.get(key)
    return default if value is None else isinstance(value, str) and value.lower() == "true"


def _text(data: Mapping[str, Any], key: str, where: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise ProjectError(f"{where}: {key}: expected a text, found {type(value).__name__}")
    return value


def _number(data: Mapping[str, Any], key: str, where: str) -> int | None:
    value = data.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.isdecimal() or len(value) > _MOST_DIGITS:
        raise ProjectError(f"{where}: {key}: expected a number, found {reprlib.repr(value)}")
    return int(value)
