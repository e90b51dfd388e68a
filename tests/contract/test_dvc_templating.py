"""Templates in dvc.yaml files come out as DVC's own parser has them."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelcompose.errors import ProjectError
from modelcompose.versioning.dvc.templating import resolve
from modelcompose.versioning.dvc.templating_values import Style

PARAMS = """
lr: 1e-3
name: "a model"
is_deep: true
nothing: null
on: yes
train:
  epochs: 10
  deep: {layers: [1, 2], dropout: 0.5}
  verbose: true
  quiet: false
  title: it's here
models: [linear, tree]
grid:
- {depth: 3, kind: tree}
- {depth: 5, kind: tree}
countries:
  de: {file: de.csv}
  fr: {file: fr.csv}
"""
OTHER = '{"extra": {"seed": 7, "who": "x"}, "list": [4, 5]}'
PROJECTS = {
    "plain": """
stages:
  train:
    cmd: python train.py --lr ${lr} --name "${name}" ${is_deep} ${nothing}
    deps: [train.py, "data/${countries.de.file}"]
    outs:
    - model-${models[0]}.pkl: {cache: false}
    params: [lr, train.epochs]
    frozen: ${is_deep}
""",
    "escaped": """
stages:
  one:
    cmd: echo \\${HOME} ${train.epochs} \\${lr}
""",
    "a map unpacked": """
stages:
  one:
    cmd: python train.py ${train}
""",
    "vars": """
vars:
- other.json:extra
- own: {a: 1, b: [x, y]}
- train: {more: 3}
stages:
  one:
    wdir: ${own.b[0]}
    vars: [{inner: "${"}]
    cmd: ["echo ${extra.seed} ${own.a} ${train.more}", "echo ${own.b[-1]}"]
""",
    "vars of a stage": """
stages:
  one:
    vars: [other.json, {inner: 5}]
    cmd: echo ${list[1]} ${inner}
""",
    "foreach over a list": """
stages:
  fit:
    foreach: ${models}
    do:
      cmd: python fit.py ${item}
      outs: ["${item}.pkl"]
""",
    "foreach over maps": """
stages:
  fit:
    foreach: ${grid}
    do: {cmd: "python fit.py ${item.kind} ${item[depth]}"}
  numbered:
    foreach: [1, 2.5, true]
    do: {cmd: "echo ${item}"}
""",
    "foreach over a map": """
stages:
  load:
    foreach: ${countries}
    do:
      cmd: python load.py ${key} ${item.file}
      deps: ["raw/${item.file}"]
""",
    "matrix": """
stages:
  grid:
    matrix:
      model: ${models}
      size: [1, 2]
      how: [{a: 1}, [2, 3]]
    cmd: python fit.py ${item.model} ${item.size} ${key}
    outs: ["out/${key}.json"]
""",
    "sections": """
metrics: ["m-${models[0]}.json"]
params: [other.json]
plots:
- plots/${name}.csv: {x: a, y: b}
artifacts:
  best: {path: "model-${lr}", type: model}
stages:
  one: {cmd: echo}
""",
    "a missing value": "stages: {one: {cmd: 'echo ${no.such}'}}",
    "a list in a text": "stages: {one: {cmd: 'echo ${models}'}}",
    "a map elsewhere": "stages: {one: {cmd: echo, deps: ['${train}']}}",
    "a value defined twice": "vars: [{lr: 2}]\nstages: {one: {cmd: echo}}",
    "a missing file": "vars: [none.yaml]\nstages: {one: {cmd: echo}}",
    "no expression": "stages: {one: {cmd: 'echo ${a..b}'}}",
}
STYLES = (Style(), Style(bools="boolean_optional", lists="append"))


def load_text(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(io.StringIO(text))


def theirs(folder: Path, document: Any, style: Style) -> Any:
    """Give what DVC makes of it; None where it refuses."""
    from dvc.exceptions import DvcException
    from dvc.fs import LocalFileSystem
    from dvc.parsing import DataResolver

    config = {"parsing": {"bool": style.bools, "list": style.lists}}
    repo: Any = SimpleNamespace(fs=LocalFileSystem(), config=config)
    try:
        resolver = DataResolver(repo, str(folder), document)
        sections = {
            "artifacts": resolver.resolve_artifacts(),
            "metrics": resolver.resolve_metrics(),
            "params": resolver.resolve_params(),
            "plots": resolver.resolve_plots(),
        }
        found = resolver.resolve()["stages"]
    except DvcException:
        return None
    return found, {name: value for name, value in sections.items() if value}


def ours(folder: Path, document: Any, style: Style) -> Any:
    def load(path: str) -> Any:
        file = folder / path
        return load_text(file.read_text()) if file.exists() else None

    try:
        found = resolve(document, "", load, style)
    except ProjectError:
        return None
    return {stage.name: dict(stage.document) for stage in found.stages}, dict(found.sections)


@pytest.mark.parametrize("style", STYLES, ids=["usual", "other"])
@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_a_template_is_resolved_as_dvc_resolves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, style: Style
) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "other.json").write_text(OTHER)
    (tmp_path / "x").mkdir()
    monkeypatch.chdir(tmp_path)

    expected = theirs(tmp_path, load_text(text), style)

    assert ours(tmp_path, load_text(text), style) == expected
    refused = ("a missing", "a list in", "a map else", "a value", "no expr", "vars")
    assert (expected is None) == _name_of(text).startswith(refused[:-1])


def _name_of(text: str) -> str:
    return next(name for name, each in PROJECTS.items() if each == text)
