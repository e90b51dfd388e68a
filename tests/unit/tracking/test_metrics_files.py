from __future__ import annotations

import math
from pathlib import Path

import pytest

from modelcompose.errors import StepError
from modelcompose.tracking.metrics_files import read_metrics
from modelcompose.tracking.run import Series


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", '{"a": {"b": 1, "c": true}, "d": 2.5, "e": "text", "f": null, "g": [1]}'),
        ("m.yaml", "a: {b: 1, c: true}\nd: 2.5\ne: text\nf:\ng: [1]\n"),
        ("m.yml", "a:\n  b: 1\n  c: true\nd: 2.5\n"),
        ("m.JSON", '\ufeff{"a": {"b": 1, "c": true}, "d": 2.5}'),
    ],
)
def test_numbers_of_a_document_go_by_dotted_keys(tmp_path: Path, name: str, text: str) -> None:
    values, series = read_metrics(_write(tmp_path, name, text))
    assert values == {"a.b": 1.0, "a.c": 1.0, "d": 2.5}
    assert series == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", '{"n": NaN, "p": Infinity, "m": "-inf", "e": 1e-05, "b": 1' + "0" * 400 + "}"),
        ("m.yaml", "n: .nan\np: .inf\nm: -.inf\ne: 1e-05\nb: 1" + "0" * 400 + "\n"),
    ],
)
def test_numbers_that_json_or_yaml_write_oddly_are_read(
    tmp_path: Path, name: str, text: str
) -> None:
    values, _ = read_metrics(_write(tmp_path, name, text))
    assert math.isnan(values.pop("n"))
    values.pop("b", None)  # YAML as Compose reads it keeps such a number as text
    assert values == {"p": math.inf, "m": -math.inf, "e": 1e-05}


def test_columns_are_series_with_steps_and_times(tmp_path: Path) -> None:
    text = "epoch,loss,name,time\n1,0.5,a,10\n2,,b,11\n\n3,nan,c,12\n"
    values, (series,) = read_metrics(_write(tmp_path, "m.csv", text))
    assert series.name == "loss"
    assert series.steps == (1.0, 3.0)
    assert series.values[0] == 0.5
    assert math.isnan(series.values[1])
    assert series.times == (10.0, 12.0)
    assert values.keys() == {"loss"}


def test_rows_without_a_step_are_counted_from_0(tmp_path: Path) -> None:
    values, series = read_metrics(_write(tmp_path, "m.tsv", "loss\tok\n3\ttrue\n1\tfalse\n"))
    assert series == [Series("loss", (0.0, 1.0), (3.0, 1.0)), Series("ok", (0.0, 1.0), (1.0, 0.0))]
    assert values == {"loss": 1.0, "ok": 0.0}


def test_step_goes_before_epoch_which_is_then_a_series(tmp_path: Path) -> None:
    _, series = read_metrics(_write(tmp_path, "m.csv", "Epoch,Step,loss\n1,10,3\n"))
    assert series == [Series("Epoch", (10.0,), (1.0,)), Series("loss", (10.0,), (3.0,))]


def test_lines_of_json_are_series(tmp_path: Path) -> None:
    text = '{"step": 1, "l": {"a": 2}}\n\n{"step": 5, "l": {"a": 3}, "b": 1, "note": "x"}\n'
    values, series = read_metrics(_write(tmp_path, "m.jsonl", text))
    assert series == [Series("l.a", (1.0, 5.0), (2.0, 3.0)), Series("b", (5.0,), (1.0,))]
    assert values == {"l.a": 3.0, "b": 1.0}


def test_a_table_without_rows_has_no_metrics(tmp_path: Path) -> None:
    assert read_metrics(_write(tmp_path, "m.csv", "step,loss\n")) == ({}, [])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("m.json", '{"a": 1,\n"b" 2}', ":2:5: not JSON: Expecting ':' delimiter"),
        ("m.json", "", ":1:1: not JSON: Expecting value"),
        ("m.json", "[1]", ":1: expected names with values, found a list"),
        ("m.json", "0.5", ":1: expected names with values, found '0.5'"),
        ("m.json", "[" * 100_000, ":1: not metrics: nested too deeply"),
        ("m.yaml", "a: 1\nb: [", ":3:1: did not find expected node content"),
        ("m.yaml", "", ":1: expected names with values, found nothing"),
        ("m.csv", "", ":1: expected the columns' names, found nothing"),
        ("m.csv", "1,2\n3,4\n", ":1: expected the columns' names, found numbers"),
        ("m.csv", "a,b\n1,2\n3\n", ":3: expected 2 cells, as in the first line, found 1"),
        ("m.csv", "a\n1\nx\n", ":3: a: expected a number, found 'x'"),
        ("m.csv", "a,b\nx,y\n", ":2: expected numbers, found none"),
        ("m.jsonl", '{"a": 1}\n{"a":\n', ":2:6: not JSON: Expecting value"),
        ("m.jsonl", '{"a": 1}\n3\n', ":2: expected an object, found '3'"),
        ("m.txt", "1", ": metrics cannot be read from this kind of file"),
    ],
)
def test_wrong_content_names_file_and_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    path = _write(tmp_path, name, text)
    with pytest.raises(StepError) as caught:
        read_metrics(path)
    assert caught.value.message == f"{path}{message}"


def test_a_file_that_is_not_there_or_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"m\.json: metrics cannot be read \(No such file"):
        read_metrics(tmp_path / "m.json")
    binary = tmp_path / "b.json"
    binary.write_bytes(b"\xff\xff")
    with pytest.raises(StepError, match="expected text in UTF-8"):
        read_metrics(binary)
