"""Many files said in few words."""

from __future__ import annotations

from modelcompose.adoption.finding import from_seen
from modelcompose.adoption.folding import fold
from modelcompose.adoption.roles import Role

ROLE = Role("one-shot", "a reason")


def test_a_folder_stands_for_enough_of_its_files() -> None:
    present = ["d/a", "d/b", "d/c", "e/a", "e/b"]
    assert fold(["d/a", "d/b", "e/a"], present, least=2, share=0.6) == ["d", "e/a"]


def test_the_root_stands_for_nothing() -> None:
    assert fold(["a", "b"], ["a", "b"], least=1, share=0.1) == ["a", "b"]


def test_a_folder_that_holds_what_is_to_be_apart_stands_for_nothing() -> None:
    assert fold(["d/a", "d/b"], ["d/a", "d/b"], least=2, share=0.5, apart=["d/out"]) == [
        "d/a",
        "d/b",
    ]


def test_data_that_is_read_whole_is_its_folder() -> None:
    present = ["data/a.csv", "data/b.csv", "a.py", "b.py", "out/m", "out/n"]
    found = from_seen("s", ROLE, present[:4], ["out/m", "out/n"], present=present)
    assert found.inputs == ("data", "a.py", "b.py")
    assert found.outputs == ("out",)


def test_what_is_written_deep_down_is_the_innermost_folder() -> None:
    files = ["runs/1/small/a", "runs/1/small/b/c"]
    assert from_seen("s", ROLE, [], files, present=files).outputs == ("runs/1/small",)


def test_metrics_and_plots_are_told_by_their_names() -> None:
    files = ["metrics.json", "roc.png", "model.pkl", "out/eval_scores.csv"]
    found = from_seen("s", ROLE, [], files, present=files)
    assert found.metrics == ("metrics.json", "out/eval_scores.csv")
    assert (found.plots, found.outputs) == (("roc.png",), ("model.pkl",))


def test_data_stands_before_code_external_data_too() -> None:
    found = from_seen("s", ROLE, ["/mnt/data", "a.py"], ["m"], present=["a.py", "m"])
    assert found.inputs == ("/mnt/data", "a.py")


def test_modules_are_a_pattern_since_python_keeps_byte_code_there() -> None:
    present = [f"pkg/{name}.py" for name in "abcd"]
    assert from_seen("s", ROLE, present, ["m"], present=[*present, "m"]).inputs == ("pkg/*.py",)
