"""What names say of a path."""

from __future__ import annotations

import pytest

from modelcompose.adoption.hints import direction_of, direction_of_path, is_plot, looks_like_path


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("--output-dir", "out"),
        ("MODEL_PATH", "out"),
        ("modelDir", "out"),
        ("--data", "in"),
        ("MODEL_CONFIG", "in"),
        ("OUTPUT_DATA", "out"),
        ("--epochs", None),
        ("country", None),
    ],
)
def test_the_direction_of_an_option_or_variable(name: str, direction: str | None) -> None:
    assert direction_of(name) == direction


@pytest.mark.parametrize(
    ("path", "direction"),
    [("data/processed/x.csv", "out"), ("data/raw", "in"), ("x/y", None), ("a/metrics.json", "out")],
)
def test_the_direction_of_a_path(path: str, direction: str | None) -> None:
    assert direction_of_path(path) == direction


@pytest.mark.parametrize("text", ["data/a", "a.csv", "/models", "./x", "weights.pt"])
def test_paths(text: str) -> None:
    assert looks_like_path(text)


@pytest.mark.parametrize("text", ["", "adam", "http://x/y", "--x/y", "a b/c", "0.1", "a.b", "@x/y"])
def test_what_is_no_path(text: str) -> None:
    assert not looks_like_path(text)


@pytest.mark.parametrize(
    ("path", "is_one"), [("a.png", True), ("x/roc.csv", True), ("x.csv", False)]
)
def test_plots(path: str, *, is_one: bool) -> None:
    assert is_plot(path) is is_one
