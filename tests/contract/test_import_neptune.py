"""What neptune-exporter wrote becomes runs of the hub."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.paths import parts_of
from modelcompose.hub.importing.files import sizes_below
from modelcompose.hub.importing.intake import take
from modelcompose.hub.importing.neptune import Neptune
from tests.imports import bytes_of, histories, kept_hub, params_of, runs_of, series_of, tags_of

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

BEGAN = datetime(2025, 3, 1, 12, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("project_id", pa.string()),
        ("run_id", pa.string()),
        ("attribute_path", pa.string()),
        ("attribute_type", pa.string()),
        ("step", pa.decimal128(18, 6)),
        ("timestamp", pa.timestamp("ms", tz="UTC")),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("string_value", pa.string()),
        ("bool_value", pa.bool_()),
        ("datetime_value", pa.timestamp("ms", tz="UTC")),
        ("string_set_value", pa.list_(pa.string())),
        ("file_value", pa.struct([("path", pa.string())])),
        (
            "histogram_value",
            pa.struct(
                [
                    ("type", pa.string()),
                    ("edges", pa.list_(pa.float64())),
                    ("values", pa.list_(pa.float64())),
                ]
            ),
        ),
    ]
)
"""As in the exporter's README."""


def row(path: str, kind: str, **cells: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(SCHEMA.names),
        "project_id": "lab/flights",
        "run_id": "RUN-1",
        "attribute_path": path,
        "attribute_type": kind,
        **cells,
    }


def point(step: float, value: float) -> dict[str, Any]:
    when = datetime.fromtimestamp(BEGAN.timestamp() + step, UTC)
    cells = {"step": Decimal(str(step)), "timestamp": when, "float_value": value}
    return row("metrics/loss", "float_series", **cells)


def export(folder: Path, rows: list[dict[str, Any]], part: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    pq.write_table(table, folder / f"RUN-1_part_{part}.parquet")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    told = [
        row("sys/name", "string", string_value="first try"),
        row("sys/owner", "string", string_value="ada"),
        row("sys/creation_time", "datetime", datetime_value=BEGAN),
        row("params/lr", "float", float_value=0.5),
        row("params/depth", "int", int_value=6),
        row("params/on", "bool", bool_value=True),
        row("params/tags", "string_set", string_set_value=["a", "b"]),
        row("log", "string_series", step=Decimal(1), timestamp=BEGAN, string_value="line"),
        row(
            "weights",
            "histogram_series",
            step=Decimal(1),
            timestamp=BEGAN,
            histogram_value={"type": "COUNTING", "edges": [0.0, 1.0, 2.0], "values": [3.0, 4.0]},
        ),
        row("model/file", "file", file_value={"path": "lab/flights/model.bin"}),
    ]
    folder = tmp_path / "exports" / "data" / "lab_flights_1234"
    export(folder, [*told, *(point(step / 2, step * 0.25) for step in range(20))])
    files = tmp_path / "exports" / "files" / "lab" / "flights"
    files.mkdir(parents=True)
    (files / "model.bin").write_bytes(b"weights")
    return tmp_path / "exports" / "data"


def test_a_run_comes_over_with_its_parameters_points_and_files(tmp_path: Path, data: Path) -> None:
    with kept_hub(tmp_path) as hub:
        summary = take(hub, Neptune(data, None))

        (run,) = runs_of(hub)
        assert (run.name, run.status) == ("first try", "succeeded")
        assert params_of(hub, run) == {
            "params/lr": "0.5",
            "params/depth": "6",
            "params/on": "True",
            "params/tags": "a,b",
        }
        assert tags_of(hub, run)["neptune.run_id"] == "RUN-1"
        loss = histories(hub)["first try"]["metrics/loss"]
        assert loss[3] == (1.5, BEGAN.timestamp() + 1.5, 0.75)
        assert series_of(hub, run.number, "log", "text").values == [b"line"]
        counted = series_of(hub, run.number, "weights", "histogram")
        files = sizes_below(hub.artifacts, parts_of(f"{run.experiment}/{run.id}/artifacts"))
    assert json.loads(bytes_of(counted)[0]) == {"edges": [0.0, 1.0, 2.0], "counts": [3.0, 4.0]}
    assert files == {"model/file.bin": 7}
    assert summary.points == 22


def test_a_second_import_adds_nothing_and_another_part_only_what_is_new(
    tmp_path: Path, data: Path
) -> None:
    with kept_hub(tmp_path) as hub:
        take(hub, Neptune(data, None))
        again = take(hub, Neptune(data, None))
        export(data / "lab_flights_1234", [point(9.5, 4.75), point(30.0, 1.0)], part=1)
        more = take(hub, Neptune(data, None))

        assert len(histories(hub)["first try"]["metrics/loss"]) == 21
    assert (again.points, again.runs, again.unchanged) == (0, 0, 1)
    assert (more.points, more.runs) == (1, 0)


def test_a_file_that_is_not_there_is_named_and_comes_when_it_is(tmp_path: Path, data: Path) -> None:
    file = tmp_path / "exports" / "files" / "lab" / "flights" / "model.bin"
    file.rename(tmp_path / "away")
    with kept_hub(tmp_path) as hub:
        first = take(hub, Neptune(data, None))
        (tmp_path / "away").rename(file)
        second = take(hub, Neptune(data, None))
    assert "model.bin" in first.left_out[0].reason
    assert (second.files, second.left_out) == (1, [])


def test_a_path_that_leads_out_of_the_files_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("key")
    told = [row("stolen", "file", file_value={"path": "../../secret"})]
    export(tmp_path / "exports" / "data", told)
    with kept_hub(tmp_path) as hub:
        summary = take(hub, Neptune(tmp_path / "exports" / "data", None))
    assert summary.files == 0
    assert "leads out" in summary.left_out[0].reason


def test_a_folder_without_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Parquet files"):
        Neptune(tmp_path, None)
