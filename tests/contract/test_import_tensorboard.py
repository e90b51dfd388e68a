"""TensorBoard's event files, as a real writer makes them, become runs of the hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.paths import parts_of
from modelcompose.hub.importing.files import sizes_below
from modelcompose.hub.importing.intake import take
from modelcompose.hub.importing.tensorboard import TensorBoard
from tests.imports import bytes_of, histories, kept_hub, params_of, runs_of, series_of

np = pytest.importorskip("numpy")
writers = pytest.importorskip("tensorboardX")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    return tmp_path / "logs"


def write(folder: Path, steps: range, *, also: bool = False) -> Path:
    writer = writers.SummaryWriter(str(folder))
    for step in steps:
        writer.add_scalar("train/loss", 1 / (step + 1), step, walltime=1000.0 + step)
    if also:
        writer.add_text("notes", "first words", 3, walltime=1003.0)
        writer.add_histogram("weights", np.array([0.0, 0.5, 1.0, 1.0]), 2, walltime=1002.0)
        writer.add_image("picture", np.zeros((3, 4, 4), dtype=np.uint8), 1, walltime=1001.0)
        writer.add_hparams({"lr": 0.1, "depth": 3, "kind": "deep", "on": True}, {"hp/best": 0.5})
    writer.close()
    return next(folder.glob("*tfevents*"))


def test_each_folder_with_event_files_becomes_a_run_with_all_its_points(
    tmp_path: Path, logdir: Path
) -> None:
    write(logdir / "one", range(50))
    write(logdir / "deep" / "two", range(3))
    with kept_hub(tmp_path) as hub:
        summary = take(hub, TensorBoard(logdir))

        assert {run.name: run.status for run in runs_of(hub)} == {
            "one": "succeeded",
            "deep/two": "succeeded",
        }
        points = histories(hub)["one"]["train/loss"]
    assert summary.points == 53
    assert [(step, time) for step, time, _ in points] == [(i, 1000.0 + i) for i in range(50)]
    assert points[1][2] == pytest.approx(0.5)


def test_texts_histograms_images_and_hyperparameters_come_over(
    tmp_path: Path, logdir: Path
) -> None:
    write(logdir / "one", range(2), also=True)
    with kept_hub(tmp_path) as hub:
        take(hub, TensorBoard(logdir))
        one = next(run for run in runs_of(hub) if run.name == "one")

        texts = series_of(hub, one.number, "notes/text_summary", "text")
        counted = series_of(hub, one.number, "weights", "histogram")
        files = sizes_below(hub.artifacts, parts_of(f"{one.experiment}/{one.id}/artifacts"))
        told = {name: value for run in runs_of(hub) for name, value in params_of(hub, run).items()}
    assert texts.values == [b"first words"]
    histogram = json.loads(bytes_of(counted)[0])
    assert sum(histogram["counts"]) == 4
    assert len(histogram["edges"]) == len(histogram["counts"]) + 1
    assert list(files) == ["images/picture/00000001.png"]
    assert told == {"lr": "0.1", "depth": "3", "kind": "deep", "on": "True"}


def test_a_second_import_adds_nothing_and_a_grown_file_only_what_is_new(
    tmp_path: Path, logdir: Path
) -> None:
    file = write(logdir / "one", range(10))
    short = file.read_bytes()
    long = write(tmp_path / "other", range(15)).read_bytes()
    with kept_hub(tmp_path) as hub:
        take(hub, TensorBoard(logdir))
        again = take(hub, TensorBoard(logdir))
        file.write_bytes(long)
        grown = take(hub, TensorBoard(logdir))

        assert len(histories(hub)["one"]["train/loss"]) == 15
    assert len(long) > len(short)
    assert (again.points, again.unchanged) == (0, 1)
    assert (grown.points, grown.runs) == (5, 0)


def test_an_event_that_was_cut_off_is_told_and_comes_when_it_is_whole(
    tmp_path: Path, logdir: Path
) -> None:
    file = write(logdir / "one", range(10))
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    with kept_hub(tmp_path) as hub:
        first = take(hub, TensorBoard(logdir))
        file.write_bytes(whole)
        second = take(hub, TensorBoard(logdir))

        assert len(histories(hub)["one"]["train/loss"]) == 10
    assert first.points == 9
    assert "no whole event" in first.notes[0]
    assert (second.points, second.notes) == (1, [])


def test_a_folder_without_event_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no event files"):
        TensorBoard(tmp_path)
