from __future__ import annotations

import shlex
from typing import Any

import pytest

from modelcompose.store.content import Content, Entry, Tree
from modelcompose.tracking.comparison import MetricPair, command_text, compare_runs, differences
from modelcompose.tracking.run import Code, Metric
from tests.unit.tracking.making import a_full_run, digest

PARTS: dict[str, Any] = {
    "image": {"reference": "python:3.11-slim", "digest": digest("1")},
    "command": ["python", "train.py"],
    "entrypoint": None,
    "working_dir": "/app",
    "environment": {"TZ": "UTC"},
    "params": {"LR": "0.1"},
    "inputs": {"data/raw": digest("a"), "train.py": digest("b")},
    "outputs": ["models"],
    "mounts": {"/app": "."},
    "probes": {"db: count": "12"},
    "urls": {"s3://b": 'etag "1"'},
}
BUILD = {
    "dockerfile": digest("1"),
    "args": {"EXTRA": "a"},
    "target": None,
    "files": {"requirements.txt": digest("2")},
    "bases": {"python:3.11-slim": digest("3")},
}


def _texts(
    old: dict[str, Any], new: dict[str, Any], trees: dict[str, Tree] | None = None
) -> list[str]:
    found = differences({**PARTS, **old}, {**PARTS, **new}, listing=(trees or {}).get)
    return [difference.text for difference in found]


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ({}, []),
        ({"params": {"LR": "0.2"}}, ["LR: 0.1 → 0.2"]),
        ({"params": {"LR": 0.1}}, ["LR: '0.1' → 0.1"]),
        ({"params": {"LR": "0.1", "DEPTH": 6}}, ["DEPTH added: 6"]),
        ({"params": {}}, ["LR removed"]),
        ({"params": {"LR": ""}}, ["LR: 0.1 → ''"]),
        ({"environment": {"TZ": "CET"}}, ["environment TZ: UTC → CET"]),
        ({"environment": {}}, ["environment TZ removed"]),
        ({"environment": {"TZ": "UTC", "FOO": "1"}}, ["environment FOO added: 1"]),
        (
            {"command": ["python", "train.py", "--lr", "a b"]},
            ["command: python train.py → python train.py --lr 'a b'"],
        ),
        ({"entrypoint": ["sh"]}, ["entrypoint: none → sh"]),
        ({"probes": {"db: count": "14"}}, ["probe db: count: 12 → 14"]),
        ({"probes": {}}, ["probe db: count removed"]),
        ({"urls": {"s3://b": 'etag "2"'}}, ['s3://b: etag "1" → etag "2"']),
        ({"working_dir": "/src"}, ["working dir: /app → /src"]),
        ({"mounts": {"/src": "."}}, ["mount /app removed", "mount /src added: ."]),
        ({"outputs": ["models", "logs"]}, ["output logs added"]),
        ({"inputs": {"data/raw": digest("a")}}, ["train.py removed"]),
        (
            {"inputs": {"data/raw": digest("c"), "train.py": digest("d")}},
            ["data/raw changed", "train.py changed"],
        ),
        (
            {"image": {"reference": "python:3.11-slim", "digest": digest("2")}},
            ["image python:3.11-slim: sha256:111111111111… → sha256:222222222222…"],
        ),
        (
            {"image": {"reference": "python:3.12", "digest": digest("2")}},
            ["image: python:3.11-slim → python:3.12"],
        ),
        ({"image": {"build": BUILD}}, ["image: python:3.11-slim → built here"]),
    ],
)
def test_a_difference_is_said_in_words(change: dict[str, Any], texts: list[str]) -> None:
    assert _texts({}, change) == texts


@pytest.mark.parametrize(
    ("change", "texts"),
    [
        ({"dockerfile": digest("9")}, ["Dockerfile changed"]),
        ({"args": {"EXTRA": "b"}}, ["build argument EXTRA: a → b"]),
        ({"target": "train"}, ["build target: none → train"]),
        (
            {"files": {"requirements.txt": digest("9")}},
            ["requirements.txt (in the image) changed"],
        ),
        (
            {"bases": {"python:3.11-slim": digest("c")}},
            ["base image python:3.11-slim: sha256:333333333333… → sha256:cccccccccccc…"],
        ),
        (
            {"bases": {"debian": digest("c")}},
            ["base image debian added", "base image python:3.11-slim removed"],
        ),
    ],
)
def test_a_difference_of_a_build_is_said_in_words(change: dict[str, Any], texts: list[str]) -> None:
    assert _texts({"image": {"build": BUILD}}, {"image": {"build": {**BUILD, **change}}}) == texts


def test_an_interpreter_and_its_packages_are_compared() -> None:
    old = {"interpreter": "CPython 3.11.7", "distributions": digest("1")}
    new = {"interpreter": "CPython 3.12.1", "distributions": digest("2")}
    assert _texts({"image": old}, {"image": new}) == [
        "interpreter: CPython 3.11.7 → CPython 3.12.1",
        "installed packages changed",
    ]


def test_files_of_a_folder_are_named() -> None:
    old = Tree((Entry("a.csv", digest("1"), 1), Entry("b.csv", digest("2"), 1)))
    new = Tree((Entry("a.csv", digest("9"), 1), Entry("c.csv", digest("2"), 1)))
    trees = {digest("a"): old, digest("f"): new}
    inputs = {"data/raw": digest("f"), "train.py": digest("b")}
    assert _texts({}, {"inputs": inputs}, trees) == [
        "data/raw/a.csv changed",
        "data/raw/b.csv removed",
        "data/raw/c.csv added",
    ]


def test_of_many_files_a_few_are_named_and_the_rest_counted() -> None:
    old, new = (
        Tree(tuple(Entry(f"{n:02}.csv", digest(letter), 1) for n in range(17)))
        for letter in ("1", "2")
    )
    trees = {digest("a"): old, digest("f"): new}
    texts = _texts({}, {"inputs": {**PARTS["inputs"], "data/raw": digest("f")}}, trees)
    assert texts[0] == "data/raw/00.csv changed"
    assert texts[-1] == "and 12 more in data/raw"
    assert len(texts) == 6


def test_long_values_are_cut_and_still_told_apart() -> None:
    (text,) = _texts({"params": {"Q": "x" * 500}}, {"params": {"Q": "x" * 500 + "y"}})
    assert len(text) < 150
    old, new = text.removeprefix("Q: ").split(" → ")
    assert old != new


@pytest.mark.parametrize("words", [["a", "b c"], ["it's", 'a "b" $c `d` \\e'], ["", "'"], ["x\ny"]])
def test_a_command_is_shown_as_a_shell_reads_it(words: list[str]) -> None:
    assert shlex.split(command_text(words)) == words


def test_parts_of_an_older_shape_are_compared_as_far_as_they_go() -> None:
    found = differences({}, PARTS, listing=lambda _: None)
    assert "LR added: 0.1" in [difference.text for difference in found]


def test_two_runs_are_compared_in_every_respect() -> None:
    a = a_full_run(metrics={"auc": Metric(0.5, 0.5, 0.5), "old": Metric(1, 1, 1)})
    b = a_full_run(
        parts={**a.parts, "command": ["python", "other.py"]},
        params={**a.params, "LR": "0.3"},
        metrics={"auc": Metric(0.75, 0.75, 0.75), "new": Metric(2, 2, 2)},
        inputs={"train.py": Content("file", digest("0"), 10, executable=True)},
        outputs={"models": Content("folder", digest("0"), 1)},
        code=Code(digest("0"), "1" * 40, "main"),
    )
    found = compare_runs(a, b)
    assert (found.old, found.new) == (a.id, b.id)
    assert found.metrics == (
        MetricPair("auc", 0.5, 0.75),
        MetricPair("new", None, 2),
        MetricPair("old", 1, None),
    )
    assert [pair.difference for pair in found.metrics] == [0.25, None, None]
    assert [d.text for d in found.params] == ["LR: 0.2 → 0.3"]
    assert [d.text for d in found.definition] == ["command: python train.py → python other.py"]
    assert [d.text for d in found.inputs] == ["train.py changed"]
    assert [d.text for d in found.outputs] == ["models changed"]
    assert [d.name for d in found.code] == ["commit", "tree"]


def test_files_of_the_code_are_named() -> None:
    a = a_full_run(code=Code(tree=digest("1")))
    b = a_full_run(code=Code(tree=digest("2")))
    trees = {
        digest("1"): Tree((Entry("train.py", digest("a"), 1),)),
        digest("2"): Tree((Entry("train.py", digest("b"), 1),)),
    }
    assert [d.text for d in compare_runs(a, b, listing=trees.get).code] == ["train.py changed"]


def test_equal_runs_have_no_difference() -> None:
    a, b = a_full_run(), a_full_run()
    found = compare_runs(a, b)
    assert not any((found.params, found.code, found.definition, found.inputs, found.outputs))
