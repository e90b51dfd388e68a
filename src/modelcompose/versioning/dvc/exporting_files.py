"""The texts of DVC's files, new or brought up to date; what people wrote in them stays. Pure."""

from __future__ import annotations

import io
import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from modelcompose.versioning.dvc.formats import DvcOut, LockedStage
from modelcompose.versioning.dvc.formats_config import write_sections
from modelcompose.versioning.dvc.formats_writing import dump_yaml, write_dvc_file, write_lock

DVC_GITIGNORE = "/config.local\n/tmp\n/cache\n"
DVCIGNORE = (
    "# Add patterns of files dvc should ignore, which could improve\n"
    "# the performance. Learn more at\n"
    "# https://dvc.org/doc/user-guide/dvcignore\n"
)
REMOTE_NAME = "origin"
_REMOTES = {"s3": "s3", "gs": "gs", "az": "azure", "ssh": "ssh"}
_WILD = frozenset("[]!*#?")
_SCHEMA = "2.0"


def config_text(remote: str | None, *, has_git: bool) -> str:
    """Give `.dvc/config` as `dvc init` and `dvc remote add --default` write it.

    Args:
        remote: the remote's address, as DVC takes it.
        has_git: whether git keeps the project.
    """
    core: dict[str, str] = {} if has_git else {"no_scm": "True"}
    if remote is not None:
        core["remote"] = REMOTE_NAME
    sections: dict[str, dict[str, str]] = {"core": core} if core else {}
    if remote is not None:
        sections[f'remote "{REMOTE_NAME}"'] = {"url": remote}
    return write_sections(sections)


def remote_of(address: str | None, way: str) -> str | None:
    """Give where DVC's own objects go beside ours; None for a registry, which DVC knows nothing of.

    Args:
        address: `x-ml.remote`.
        way: from the folder `.dvc` to the project folder, for a remote that is a path.
    """
    if not address:
        return None
    scheme, is_url, rest = address.partition("://")
    if is_url:
        known = _REMOTES.get(scheme)
        return f"{known}://{rest.rstrip('/')}/dvc" if known else None
    path = posixpath.join(address, "dvc")
    return path if path.startswith("/") else posixpath.normpath(posixpath.join(way, path))


def data_text(before: str | None, out: DvcOut) -> str:
    """Give a `.dvc` file that names this output; one that is there is changed where it must be.

    Args:
        before: its text, where it is there.
        out: the output, its path as it stands in the file.
    """
    document = _load(before)
    known = [each for each in document.get("outs") or () if each.get("path") == out.path]
    if not known or document.get("deps"):
        return write_dvc_file([out])
    entry = known[0]
    facts = _load(write_dvc_file([out]))["outs"][0]
    for key in ("md5", "size", "nfiles", "isexec", "hash"):
        if key in facts:
            entry[key] = facts[key]
        elif key in entry:
            del entry[key]
    return dump_yaml(document)


def pipeline_text(
    before: str | None,
    stages: Mapping[str, Mapping[str, Any]],
    gone: Iterable[str],
    top: Mapping[str, Any],
) -> str:
    """Give a dvc.yaml in which these stages stand.

    Args:
        before: its text, where it is there.
        stages: those that are new, or that replace others of their name.
        gone: stages to be taken out.
        top: sections to put at its top, where it has none of them.
    """
    document = _load(before)
    there = document.setdefault("stages", {})
    for name in gone:
        there.pop(name, None)
    for name, stage in stages.items():
        there[name] = dict(stage)
    for name, section in top.items():
        document.setdefault(name, section)
    return dump_yaml(document)


def lock_text(before: str | None, stages: Mapping[str, LockedStage]) -> str:
    """Give a dvc.lock in which these stages stand; what it says of others stays."""
    known = _plain(before)
    there = known.get("stages") or {} if "schema" in known else known
    new = _plain(write_lock(stages))["stages"]
    rest = {key: value for key, value in known.items() if "schema" in known and key != "stages"}
    return dump_yaml({"schema": _SCHEMA, **rest, "stages": {**there, **new}})


def ignore_line(name: str) -> str:
    """Give the line of a `.gitignore` for something that lies beside it, as DVC writes it."""
    return "/" + "".join(f"\\{char}" if char in _WILD else char for char in name)


def with_lines(before: str | None, lines: Iterable[str]) -> str:
    """Give a text with lines behind it."""
    text = before or ""
    lead = "" if not text or text.endswith("\n") else "\n"
    return text + lead + "".join(f"{line}\n" for line in lines)


def _load(text: str | None) -> Any:
    """Read YAML so that comments stay."""
    from ruamel.yaml import YAML

    return (YAML().load(io.StringIO(text)) if text else None) or {}


def _plain(text: str | None) -> dict[str, Any]:
    from ruamel.yaml import YAML

    found = (YAML(typ="safe").load(io.StringIO(text)) if text else None) or {}
    return dict(found)
