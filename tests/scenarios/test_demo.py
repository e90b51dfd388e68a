"""`modelcompose demo`: an example, run with the engine that there is."""

from __future__ import annotations

from tests.workbench import Workbench, shell


def test_the_demo_runs_with_the_engine_that_the_variable_names(bench: Workbench) -> None:
    step = {**shell("echo '{\"auc\": 0.71}' > m.json", metrics=["m.json"]), "profiles": ["train"]}
    bench.compose({"evaluate": step})
    bench.write({"requirements.txt": ""})

    done = bench.run("demo", ".", env={"MODELCOMPOSE_ENGINE": "process"})

    assert "engine: process (as MODELCOMPOSE_ENGINE says)" in done.stderr
    assert bench.shown("evaluate")["engine"] == "process"
    assert "evaluate.auc" in done.stdout
