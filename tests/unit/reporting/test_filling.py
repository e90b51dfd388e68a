"""What blocks show, asked of a hub in this process as of one over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.reports.asking import InProcess
from modelcompose.registry.models import create_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.reporting import filling
from modelcompose.reporting.document import ReportDocument
from modelcompose.reporting.filling import fill
from modelcompose.reporting.parsing import parse
from modelcompose.reporting.series import series
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch
from tests.unit.tracking.making import new_database

RUNS = 5


def run_id(number: int) -> str:
    return f"{number:02x}" + "ab" * 15


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    home = tmp_path_factory.mktemp("home")
    new_database(home / "hub.db").close()
    hub = open_hub(home / "hub.db", home, lambda: 1_700_000_100.0)
    _fill(hub)
    yield hub
    hub.close()


def _fill(hub: Hub) -> None:
    with hub.database.write() as connection:
        create_experiment(connection, "flights", 1.0)
        experiment = find_experiment(connection, "1")
        for number in range(RUNS):
            run = create_run(connection, experiment, 1_700_000_000.0 + number, name=f"run-{number}")
            points = [
                Point("loss", 1 / (step + number + 1), 1_000_000 + step, step) for step in range(9)
            ]
            points += [Point("val/auc", number / 10, 1_000_000, 0)]
            params = [KeyValue("lr", str(number % 2)), KeyValue("seed", str(number))]
            log_batch(connection, hub.series, run, points, params, [])
            connection.execute("UPDATE runs SET id = ? WHERE id = ?", (run_id(number), run))
        source = Source("models:/x", "mlflow-artifacts:/1/x", run=run_id(1))
        create_version(connection, create_model(connection, "delay", 1.0), source, 2.0)
    place = hub.home / "artifacts" / "1" / run_id(0) / "artifacts" / "plots"
    place.mkdir(parents=True)
    (place / "roc.png").write_bytes(b"\x89PNG")
    (place / "large.png").write_bytes(b"x" * (2 * 1024 * 1024 + 1))


def filled(hub: Hub, text: str, **options: Any) -> ReportDocument:
    report = parse(text, "results")
    assert report.faults == ()
    return fill(report, InProcess(hub), project="flights", name="results", **options)


def told(document: ReportDocument) -> list[Any]:
    """Give a report's blocks as JSON has them."""
    found: list[Any] = msgspec.json.decode(msgspec.json.encode(document.blocks))
    return found


def shown(hub: Hub, language: str, text: str, **options: Any) -> Any:
    """Give the only block of a report, as JSON."""
    document = filled(hub, f"```{language}\n{text}\n```\n", **options)
    return told(document)[0]


def test_a_chart_has_a_plot_for_each_metric_and_a_line_for_each_run(hub: Hub) -> None:
    chart = shown(hub, "chart", "metrics: [loss, /^val/]\nsort: created\nlimit: 3")
    assert [plot["title"] for plot in chart["plots"]] == ["loss", "val/auc"]
    runs = [trace["run"] for trace in chart["plots"][0]["traces"]]
    assert runs == [run_id(number) for number in range(3)]
    assert chart["plots"][0]["traces"][0]["label"] == "run-0"
    assert chart["notes"] == []


def test_lines_are_named_and_grouped_by_columns(hub: Hub) -> None:
    chart = shown(hub, "chart", "metrics: loss\nlabel: [params.seed]\ngroup: params.lr\nlimit: 2")
    first, second = chart["plots"][0]["traces"]
    assert (first["label"], first["group"]) == ("seed 4", "lr 0")
    assert (second["label"], second["group"]) == ("seed 3", "lr 1")


def test_all_metrics_go_into_one_plot_where_that_is_asked(hub: Hub) -> None:
    chart = shown(hub, "chart", "metrics: [loss, val/auc]\ntogether: true\nlimit: 1")
    (plot,) = chart["plots"]
    assert [trace["label"] for trace in plot["traces"]] == ["run-4 · loss", "run-4 · val/auc"]


def test_a_metric_that_no_run_has_is_said_with_those_there_are(hub: Hub) -> None:
    assert shown(hub, "chart", "metrics: los")["notes"] == [
        "No run has los; there is loss, val/auc."
    ]


def test_what_is_left_out_is_said_unless_its_author_said_so(hub: Hub) -> None:
    assert shown(hub, "table", "limit: 2")["notes"] == []
    assert shown(hub, "table", "runs: name = nobody")["notes"] == ["No run fits."]


def test_a_table_has_the_columns_that_are_asked_for(hub: Hub) -> None:
    text = "columns: {run: name, rate: params.lr, best: metrics.loss.min}\nsort: created\nlimit: 2"
    table = shown(hub, "table", text)
    assert [column["title"] for column in table["columns"]] == ["run", "rate", "best"]
    assert [column["kind"] for column in table["columns"]] == ["run", "text", "number"]
    assert table["rows"][0] == ["run-0", "0", pytest.approx(1 / 9)]
    assert table["runs"] == [run_id(0), run_id(1)]


def test_a_table_of_groups_has_means_with_their_deviation(hub: Hub) -> None:
    table = shown(hub, "table", "group: params.lr\ncolumns: [metrics.val/auc]")
    assert [column["title"] for column in table["columns"]] == ["lr", "runs", "val/auc"]
    assert table["rows"] == [
        ["0", 3, [pytest.approx(0.2), pytest.approx(0.2)]],
        ["1", 2, [pytest.approx(0.2), pytest.approx(0.1414, abs=1e-3)]],
    ]


def test_a_run_set_is_named_by_the_blocks_after_it(hub: Hub) -> None:
    text = (
        "```runs\nname: best\nsort: -metrics.val/auc\nlimit: 2\nfilter: metrics.val/auc >= 0\n```\n"
        "```table\nruns: best\ncolumns: [name]\n```\n"
        "```metric\nmetric: val/auc\nrun: best\nthan: run-0\n```\n"
        "```compare\nruns: best\nshow: [params]\n```\n"
    )
    runs, table, number, compare = told(filled(hub, text))
    assert runs["runs"] == [run_id(4), run_id(3)]
    assert [row[0] for row in table["rows"]] == ["run-4", "run-3"]
    assert number["run"] == run_id(4)
    assert number["numbers"][0]["value"] == pytest.approx(0.4)
    assert number["numbers"][0]["other"] == 0
    assert compare["runs"] == [run_id(4), run_id(3)]
    assert {line["name"] for line in compare["lines"]} == {"lr", "seed"}


def test_the_front_matter_says_which_runs_blocks_show(hub: Hub) -> None:
    text = "---\nruns: params.seed = 2\n---\n```table\ncolumns: [name]\n```\n"
    (table,) = told(filled(hub, text))
    assert table["rows"] == [["run-2"]]


@pytest.mark.parametrize("reference", ["run-3", f"'{run_id(3)}'", f"'{run_id(3)[:6]}'"])
def test_a_run_goes_by_its_name_its_id_or_the_first_digits_of_it(hub: Hub, reference: str) -> None:
    assert shown(hub, "metric", f"metric: loss\nrun: {reference}")["run"] == run_id(3)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("metric", "metric: los\nrun: run-1", "has no metric 'los'"),
        ("metric", "metric: loss\nrun: nobody", "is called 'nobody'"),
        ("metric", "metric: loss\nrun: it's", 'is called "it\'s"'),
        ("chart", "metrics: loss\nruns: nobody", "is called 'nobody'"),
        ("model", "model: delay@7", "delay"),
        ("model", "model: nothing@1", "nothing"),
        ("image", "path: plots/roc.exe", "is no image"),
    ],
)
def test_a_block_that_cannot_be_filled_says_why_in_its_place(
    hub: Hub, language: str, text: str, said: str
) -> None:
    document = filled(hub, f"Before.\n\n```{language}\n{text}\n```\n")
    fault = told(document)[1]
    assert fault["kind"] == "fault"
    assert said in fault["fault"]["message"]
    assert fault["fault"]["line"] == 3
    assert len(document.faults) == 1


def test_a_model_tells_its_version_its_run_and_what_it_measured(hub: Hub) -> None:
    model = shown(hub, "model", "model: delay@1\ncard: true")
    assert (model["model"], model["version"], model["run"]) == ("delay", 1, run_id(1))
    assert [one["metric"] for one in model["metrics"]] == ["loss", "val/auc"]
    assert model["card"].startswith("# ")


def test_an_image_of_a_run_is_an_address_here_and_embedded_in_a_file(hub: Hub) -> None:
    text = "path: plots/roc.png\nrun: run-0"
    (there,) = shown(hub, "image", text)["images"]
    assert there["src"].startswith("/api/2.0/mlflow-artifacts/artifacts/")
    (embedded,) = shown(hub, "image", text, is_embedding=True)["images"]
    assert embedded["src"] == "data:image/png;base64,iVBORw=="


def test_an_image_that_is_too_large_or_not_there_is_said(hub: Hub) -> None:
    large = shown(hub, "image", "path: plots/large.png\nrun: run-0", is_embedding=True)
    assert large["images"][0]["src"] is None
    assert "up to 2 MB" in large["images"][0]["note"]
    missing = shown(hub, "image", "path: plots/roc.png\nrun: run-1")
    assert missing["images"][0]["note"] == "The run has no such artifact."


def test_a_file_holds_the_series_that_its_charts_draw_and_no_others(hub: Hub) -> None:
    text = "```chart\nmetrics: loss\nx: val/auc\nlimit: 2\n```\n```table\nlimit: 5\n```\n"
    found = series(filled(hub, text), InProcess(hub))
    assert [(one["name"], one["run"]) for one in found] == [
        (name, run_id(number)) for name in ("loss", "val/auc") for number in (3, 4)
    ]
    assert found[0]["points"]["steps"] == list(range(9))


def test_only_runs_that_are_named_are_told(hub: Hub) -> None:
    document = filled(hub, "```table\nlimit: 1\n```\n")
    assert list(document.runs) == [run_id(4)]


def test_beyond_the_most_blocks_they_are_faults(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "MOST_BLOCKS", 2)
    text = "```metric\nmetric: loss\n```\n\n" * 3
    document = fill(parse(text, "name"), InProcess(hub), project="flights", name="name")
    (fault,) = document.faults
    assert (fault.line, fault.message) == (9, "metric: a report has 2 live blocks at most")
