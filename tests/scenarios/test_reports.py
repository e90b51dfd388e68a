"""Reports on the command line: begun, looked at, and built to a file that needs nothing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.hub_server import running
from tests.viewer import need_viewer
from tests.workbench import Workbench

ROOT = Path(__file__).parents[2]
START = ROOT / "examples" / "start"
FLIGHTS = ROOT / "examples" / "flights" / "reports" / "late-flights.md"

TRAIN = """\
import os
for epoch in range(5):
    print(f"epoch={epoch} loss={float(os.environ['LR']) / (epoch + 1):.4f}")
open("model", "w").write(os.environ["LR"])
"""
EVALUATE = """\
import json
lr = float(open("model").read())
numbers = {"auc": 0.8 - lr, "baseline_auc": 0.6, "average_precision": 0.5, "log_loss": lr}
json.dump(numbers, open("metrics.json", "w"))
"""
STEPS: dict[str, Any] = {
    "train": {
        "command": ["python", "train.py"],
        "environment": {"LR": "${LR:-0.1}", "DEPTH": "6"},
        "step": {
            "inputs": ["train.py"],
            "outputs": ["model"],
            "params": ["LR", "DEPTH"],
            "log_metrics": ["loss"],
        },
    },
    "evaluate": {
        "command": ["python", "evaluate.py"],
        "step": {"inputs": ["model", "evaluate.py"], "metrics": ["metrics.json"]},
    },
}
TOP: dict[str, Any] = {
    "x-ml": {
        "objective": {"evaluate.auc": "max"},
        "models": {"delay": {"path": "model", "requires": ["evaluate"], "alias": "challenger"}},
    }
}


@pytest.fixture(scope="module")
def that_ran(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """Give a project in the shape of the flights example that has run twice."""
    place = tmp_path_factory.mktemp("flights")
    bench = Workbench(place / "project", home=place / "home", engine="process")
    bench.compose(STEPS, **TOP)
    bench.write({"train.py": TRAIN, "evaluate.py": EVALUATE})
    for rate in ("0.1", "0.05"):
        bench.run("run", env={"LR": rate})
    return bench


@pytest.fixture
def project(that_ran: Workbench) -> Workbench:
    """Give the project without a report."""
    shutil.rmtree(that_ran.folder / "reports", ignore_errors=True)
    return that_ran


def data_of(page: str) -> Any:
    """Give what a built page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def test_a_new_report_shows_what_the_project_measured(project: Workbench) -> None:
    assert project.run("report", "new", "results").stdout == "reports/results.md\n"
    assert [one["name"] for one in project.json("report", "list")] == ["results"]
    document = project.json("report", "show", "results")
    assert document["faults"] == []
    kinds = [block["kind"] for block in document["blocks"] if block["kind"] != "prose"]
    assert kinds == ["runs", "metric", "table", "chart"]
    assert project.run("report", "new", "results", code=1).stderr.startswith("error: reports/")


def test_the_report_of_the_flights_is_built_to_one_file_that_asks_for_nothing(
    project: Workbench,
) -> None:
    need_viewer()
    project.write({"reports/late-flights.md": FLIGHTS.read_text(encoding="utf-8")})

    built = project.run("report", "build")

    assert built.stdout == "reports/late-flights.html\n"
    page = project.read("reports/late-flights.html")
    data = data_of(page)
    assert data["document"]["faults"] == []
    kinds = {block["kind"] for block in data["document"]["blocks"]}
    assert kinds == {"prose", "runs", "metric", "chart", "table", "compare", "model"}
    assert {one["name"] for one in data["series"]} == {"loss"}
    assert len(data["series"]) > 1
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"(?:src|href)=", markup)
    assert "default-src 'none'" in markup


def test_the_same_runs_give_the_same_bytes(project: Workbench) -> None:
    need_viewer()
    project.run("report", "new", "results")
    first = project.run("report", "build", "results", "-o", "a.html").stdout
    second = project.run("report", "build", "reports/results.md", "-o", "b.html").stdout
    assert (first, second) == ("a.html\n", "b.html\n")
    assert project.read("a.html") == project.read("b.html")


def test_a_mistake_is_told_with_file_and_line_and_nothing_is_built(project: Workbench) -> None:
    project.write({"reports/a.md": "# A\n\n```table\nlimt: 3\n```\n"})
    said = project.run("report", "build", code=1).stderr
    assert said.startswith("error: reports/a.md:4:1: table: limt: unknown key\n")
    assert "hint: did you mean limit?" in said
    assert not (project.folder / "reports" / "a.html").exists()


def test_a_block_that_finds_nothing_is_said_and_the_rest_is_built(project: Workbench) -> None:
    need_viewer()
    text = "```metric\nmetric: aux\nrun: evaluate\n```\n\n```chart\nmetrics: los\n```\n"
    project.write({"reports/a.md": text})
    done = project.run("report", "build", "a", code=1)
    assert done.stdout == "reports/a.html\n"
    assert "error: reports/a.md:1:1: metric: the run of evaluate has no metric 'aux'" in done.stderr
    assert "note: reports/a.md:6: No run has los; there is" in done.stderr


def test_a_name_that_is_no_report_is_told_with_the_nearest(project: Workbench) -> None:
    project.run("report", "new", "results")
    said = project.run("report", "show", "resluts", code=1).stderr
    assert "no report reports/resluts.md" in said
    assert "did you mean results?" in said


def test_nothing_that_a_run_says_can_become_markup(project: Workbench) -> None:
    need_viewer()
    hostile = "</script><script>alert(1)</script>"
    project.run("run", "train", "--set", f"DEPTH={hostile}")
    project.write({"reports/a.md": "```table\ncolumns: [params.DEPTH]\nlimit: 1\n```\n"})
    project.run("report", "build")
    page = project.read("reports/a.html")
    assert page.count("</script>") == 2
    assert data_of(page)["document"]["blocks"][0]["rows"] == [[hostile]]


def test_a_shared_hub_fills_a_report_with_the_users_token(project: Workbench) -> None:
    need_viewer()
    with running(project.home) as hub:
        project.run("report", "new", "results")
        done = project.run("report", "build", "results", "--hub", hub.address, "-o", "there.html")
        project.run("report", "build", "results", "--hub", "local", "-o", "here.html")
    assert done.stderr == ""
    assert project.read("there.html") == project.read("here.html")


def test_a_hub_that_is_away_is_said(project: Workbench) -> None:
    project.run("report", "new", "results")
    said = project.run("report", "show", "results", "--hub", "http://127.0.0.1:9", code=1).stderr
    assert "http://127.0.0.1:9: it does not answer" in said


def test_the_small_example_can_be_reported_on(bench: Workbench) -> None:
    need_viewer()
    shutil.copytree(START, bench.folder, dirs_exist_ok=True)
    bench.run("run")
    bench.run("report", "new", "irises")
    bench.run("report", "build", "-o", "site")
    document = data_of(bench.read("site/irises.html"))["document"]
    assert document["faults"] == []
