from __future__ import annotations

import math

import pytest

from modelcompose.tracking.log_metrics import LogMetrics
from modelcompose.tracking.run import Series


def _read(*chunks: bytes, patterns: tuple[str, ...] = ("*",)) -> list[Series]:
    metrics = LogMetrics(patterns)
    for chunk in chunks:
        metrics.feed(chunk)
    metrics.close()
    return metrics.series()


def test_a_name_with_a_value_is_a_point() -> None:
    assert _read(b"loss=0.5\nloss=0.25\n") == [Series("loss", (0.0, 1.0), (0.5, 0.25))]


@pytest.mark.parametrize("word", ["step", "epoch", "iteration", "Epoch"])
def test_the_step_is_taken_from_the_same_line(word: str) -> None:
    assert _read(f"{word}=7 loss=0.5\n".encode()) == [Series("loss", (7.0,), (0.5,))]


def test_only_names_that_match_are_read() -> None:
    series = _read(b"loss=1 val_loss=2 val_acc=3\n", patterns=("val_*",))
    assert [one.name for one in series] == ["val_loss", "val_acc"]


def test_nothing_is_read_without_patterns() -> None:
    assert _read(b"loss=1\n", patterns=()) == []


def test_a_line_may_be_spread_over_chunks() -> None:
    assert _read(b"epoch=1 lo", b"ss=0.", b"5\n") == [Series("loss", (1.0,), (0.5,))]


def test_the_last_line_needs_no_end() -> None:
    assert _read(b"loss=0.5") == [Series("loss", (0.0,), (0.5,))]


def test_a_carriage_return_ends_a_line() -> None:
    assert _read(b"step=1 loss=1\rstep=2 loss=2\r\n") == [Series("loss", (1.0, 2.0), (1.0, 2.0))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e-05", 1e-05),
        ("+2.5E+3", 2500.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("1_000", 1000.0),
        ("0.5,", 0.5),
        ("0.5)", 0.5),
        ("90%", 90.0),
        ("0.5.", 0.5),
    ],
)
def test_numbers_in_their_usual_forms_are_read(text: str, value: float) -> None:
    (series,) = _read(f"(loss={text} and so on\n".encode())
    assert series.values == (value,)


def test_nan_is_a_value() -> None:
    (series,) = _read(b"loss=nan\n")
    assert math.isnan(series.values[0])


@pytest.mark.parametrize(
    "line",
    [b"loss=x", b"loss=1x", b"a.loss= 1", b"http://h/?loss=1", b"--lr=0.1", b"loss=1.2.3", b"=1"],
)
def test_what_only_looks_like_a_metric_is_left(line: bytes) -> None:
    assert _read(line + b"\n") == []


def test_times_are_kept_when_they_are_told() -> None:
    metrics = LogMetrics(["loss"])
    metrics.feed(b"loss=1\n", 10.0)
    metrics.feed(b"loss=2\n", 11.0)
    assert metrics.series() == [Series("loss", (0.0, 1.0), (1.0, 2.0), (10.0, 11.0))]


def test_bytes_that_are_no_text_and_endless_lines_do_no_harm() -> None:
    chunks = [b"\xff\xfe loss=1 \xff\n", *([b"x=" * 50_000] * 4), b"\nloss=2\n"]
    assert _read(*chunks, patterns=("loss",)) == [Series("loss", (0.0, 1.0), (1.0, 2.0))]
