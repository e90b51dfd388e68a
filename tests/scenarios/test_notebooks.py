"""Notebooks as inputs count by the source of their cells, not by what running them left there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workbench import Workbench, end_of, hear, shell

NOTEBOOK = "analysis.ipynb"
FOLDER = "notebooks"


def notebook(*sources: str | list[str], run: int = 0, kernel: str = "python3") -> str:
    """Give a notebook whose cells were run some times, as Jupyter saves it."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}-{run}",
            "source": source,
            "execution_count": run or None,
            "metadata": {"execution": {"iopub.status.busy": f"2024-01-0{run + 1}"}},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": [f"{run}\n"] * run}],
        }
        for number, source in enumerate(sources)
    ]
    document = {
        "cells": cells,
        "metadata": {"kernelspec": {"name": kernel}, "language_info": {"version": f"3.11.{run}"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=run)


@pytest.fixture
def analysis(bench: Workbench) -> Workbench:
    """Give a project whose step has run with a notebook that was never executed."""
    bench.write({NOTEBOOK: notebook("import os", "print(1)")})
    bench.compose({"report": shell("wc -c *.ipynb > out.txt", "out.txt", inputs=[NOTEBOOK])})
    bench.run("run")
    return bench


def test_executing_a_notebook_leaves_its_step_fresh(analysis: Workbench) -> None:
    analysis.write({NOTEBOOK: notebook("import os", "print(1)", run=2, kernel="conda-env")})
    assert analysis.states() == {"report": "fresh"}
    assert analysis.endings() == {"report": "fresh"}


def test_a_source_written_as_lines_is_the_same_source(analysis: Workbench) -> None:
    analysis.write({NOTEBOOK: notebook(["import", " os"], ["print(1)"])})
    assert analysis.states() == {"report": "fresh"}


def test_a_changed_cell_makes_the_step_stale_and_names_the_notebook(analysis: Workbench) -> None:
    analysis.write({NOTEBOOK: notebook("import os", "print(2)", run=1)})
    assert analysis.states() == {"report": "stale"}
    assert NOTEBOOK in analysis.causes_text("report")
    assert analysis.endings() == {"report": "done"}


@pytest.mark.parametrize(
    "changed",
    [
        notebook("print(1)", "import os"),
        notebook("import os"),
        notebook("import os", "print(1)", "print(1)"),
        notebook("import os", "print(1)").replace('"code"', '"markdown"'),
    ],
    ids=["order", "removed", "added", "type"],
)
def test_order_number_and_types_of_cells_count_too(analysis: Workbench, changed: str) -> None:
    analysis.write({NOTEBOOK: changed})
    assert analysis.states() == {"report": "stale"}


@pytest.mark.parametrize("text", ["{ no JSON", '{"cells": 3}', '{"worksheets": []}', ""])
def test_a_file_that_is_no_notebook_counts_by_its_bytes(analysis: Workbench, text: str) -> None:
    analysis.write({NOTEBOOK: text})
    assert analysis.states() == {"report": "stale"}
    analysis.run("run")
    assert analysis.states() == {"report": "fresh"}
    analysis.write({NOTEBOOK: f"{text} "})
    assert analysis.states() == {"report": "stale"}


def test_in_a_folder_notebooks_count_by_their_source_and_the_rest_by_bytes(
    bench: Workbench,
) -> None:
    bench.write({f"{FOLDER}/a.ipynb": notebook("print(1)"), f"{FOLDER}/data.txt": "1"})
    bench.compose({"report": shell("ls notebooks > out.txt", "out.txt", inputs=[FOLDER])})
    bench.run("run")

    bench.write({f"{FOLDER}/a.ipynb": notebook("print(1)", run=3)})
    assert bench.states() == {"report": "fresh"}

    bench.write({f"{FOLDER}/a.ipynb": notebook("print(2)", run=3)})
    assert bench.states() == {"report": "stale"}
    assert "a.ipynb" in bench.causes_text("report")
    assert "data.txt" not in bench.causes_text("report")

    bench.write({f"{FOLDER}/a.ipynb": notebook("print(1)"), f"{FOLDER}/data.txt": "2"})
    assert "data.txt" in bench.causes_text("report")
    assert "a.ipynb" not in bench.causes_text("report")


def test_inputs_that_nobody_declared_count_so_too(bench: Workbench) -> None:
    bench.write({NOTEBOOK: notebook("print(1)")})
    keys = shell("wc -c *.ipynb > out.txt", "out.txt")
    del keys["step"]["inputs"]
    bench.compose({"report": keys})
    bench.run("run")
    bench.write({NOTEBOOK: notebook("print(1)", run=1)})
    assert bench.states() == {"report": "fresh"}


def test_a_notebook_saved_with_outputs_while_its_step_runs_has_not_changed(
    bench: Workbench,
) -> None:
    go = bench.folder.parent / "go"
    script = f"echo begun; until test -e {go}; do sleep 0.02; done; touch out.txt"
    bench.write({NOTEBOOK: notebook("print(1)")})
    bench.compose({"report": shell(script, "out.txt", inputs=[NOTEBOOK])})
    command = bench.start("run")
    hear(command, "begun")
    bench.write({NOTEBOOK: notebook("print(1)", run=1)})
    go.touch()
    code, told = end_of(command)
    assert code == 0
    assert "changed while it ran" not in told
    assert bench.states() == {"report": "fresh"}


def test_the_source_counts_in_another_clone_too(analysis: Workbench) -> None:
    analysis.commit()
    other = analysis.clone(analysis.folder.parent / "clone", home=analysis.folder.parent / "home-2")
    other.write({NOTEBOOK: notebook("import os", "print(1)", run=2)})
    assert other.identities() == analysis.identities()


def test_what_a_run_saw_is_recorded_as_it_was(analysis: Workbench) -> None:
    before = analysis.shown("report")["inputs"][NOTEBOOK]["digest"]
    analysis.write({NOTEBOOK: notebook("import os", "print(1)", run=2)})
    analysis.run("run", "--force")
    assert analysis.shown("report")["inputs"][NOTEBOOK]["digest"] != before
