"""Writing `.dvc` files and `dvc.lock` byte for byte as DVC 3 does. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any

from modelcompose.versioning.dvc.formats import DvcOut, LockedStage

_PARAMS_FILE = "params.yaml"


def write_dvc_file(outs: Iterable[DvcOut], wdir: str = ".") -> str:
    """Give the text of a `.dvc` file for data that no stage makes.

    Source: dvc.output.Output.dumpd.
    """
    data: dict[str, Any] = {"outs": [_data_out(out) for out in outs]}
    if wdir != ".":
        data["wdir"] = wdir
    return dump_yaml(data)


def write_lock(stages: Mapping[str, LockedStage]) -> str:
    """Give the text of `dvc.lock`; stages stay in their order, the rest is sorted as DVC does.

    Where two parameters of a stage are one object, YAML's alias is written, as DVC does.

    Source: dvc.stage.serialize.to_single_stage_lockfile.
    """
    return dump_yaml(
        {
            "schema": "2.0",
            "stages": {name: _stage(stage) for name, stage in stages.items()},
        }
    )


def dump_yaml(data: Any) -> str:
    """Write YAML as DVC does: with ruamel's defaults, in blocks."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def _data_out(out: DvcOut) -> dict[str, Any]:
    data = _facts(out)
    if not out.is_legacy:
        data["hash"] = "md5"
    data["path"] = out.path
    if not out.is_cached:
        data["cache"] = False
    if out.is_kept:
        data["persist"] = True
    if out.remote is not None:
        data["remote"] = out.remote
    if not out.is_pushed:
        data["push"] = False
    return data


def _stage(stage: LockedStage) -> dict[str, Any]:
    cmd = stage.cmd if isinstance(stage.cmd, str) else list(stage.cmd)
    data: dict[str, Any] = {"cmd": cmd}
    if stage.deps:
        data["deps"] = _locked(stage.deps)
    if stage.params:
        data["params"] = {
            file: {key: stage.params[file][key] for key in sorted(stage.params[file])}
            for file in sorted(stage.params, key=lambda file: (file != _PARAMS_FILE, file))
        }
    if stage.outs:
        data["outs"] = _locked(stage.outs)
    return data


def _locked(items: Iterable[DvcOut]) -> list[dict[str, Any]]:
    return [
        {"path": item.path, **({} if item.is_legacy else {"hash": "md5"}), **_facts(item)}
        for item in sorted(items, key=lambda item: item.path)
    ]


def _facts(out: DvcOut) -> dict[str, Any]:
    data: dict[str, Any] = {} if out.oid is None else {"md5": out.oid}
    if out.size_bytes is not None:
        data["size"] = out.size_bytes
    if out.files is not None:
        data["nfiles"] = out.files
    if out.executable:
        data["isexec"] = True
    return data
