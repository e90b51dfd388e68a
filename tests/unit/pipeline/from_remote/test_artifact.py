from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelcompose.errors import RemoteError
from modelcompose.pipeline.from_remote.artifact import (
    Result,
    read_result,
    result_index,
    shared_run,
    taken_in,
)
from modelcompose.store.content import Content
from tests.unit.pipeline.from_remote.making import IDENTITY, made

MODEL = Content("file", f"sha256:{'1' * 64}", 1)
MANIFEST = b'{"mediaType":"application/vnd.oci.image.manifest.v1+json"}'


def written(result: Result) -> bytes:
    return result_index(result, dict.fromkeys(result.outputs, MANIFEST))


def result(run_changes: dict[str, object] | None = None) -> Result:
    run = replace(shared_run(made(MODEL)), **(run_changes or {}))
    return Result(IDENTITY, "train", {"model": MODEL}, run)


def test_a_result_comes_back_as_it_was_written() -> None:
    assert read_result(written(result()), IDENTITY, "there") == result()


def test_a_result_names_the_manifests_of_its_outputs_by_their_paths() -> None:
    (entry,) = json.loads(written(result()))["manifests"]
    assert entry["annotations"] == {"io.modelcompose.path": "model"}


def test_others_are_told_nothing_of_this_machine() -> None:
    shared = shared_run(made(MODEL))
    assert (shared.folder, shared.command_line, shared.host) == ("", (), None)
    assert "/home/ana" not in written(result()).decode()


def test_a_metric_that_is_no_number_is_left_out() -> None:
    assert set(shared_run(made(MODEL)).metrics) == {"auc"}


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": {"params": {"LR": "9"}}},
        {"id": "../../../../etc"},
        {"outputs": {"model": Content("file", f"sha256:{'2' * 64}", 1)}},
    ],
)
def test_a_run_of_something_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RemoteError, match="tells of a run of something else"):
        read_result(written(result(changes)), IDENTITY, "there")


def test_the_result_of_another_identity_is_refused() -> None:
    with pytest.raises(RemoteError, match="is of sha256"):
        read_result(written(result()), f"sha256:{'0' * 64}", "there")


@pytest.mark.parametrize(
    "changes",
    [{"created_at": 1e300}, {"ended_at": -1.0}, {"exit_code": 1 << 64}, {"attempt": 1 << 63}],
)
def test_numbers_that_nothing_can_be_recorded_of_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(RemoteError, match="times or numbers that cannot be"):
        read_result(written(result(changes)), IDENTITY, "there")


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"annotations":{"io.modelcompose.step":1}}', b"[" * 100_000],
    ids=["empty", "list", "object", "number", "nested"],
)
def test_what_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteError, match="cannot be read"):
        read_result(data, IDENTITY, "there")


def test_plots_that_the_step_did_not_write_are_left_out() -> None:
    found = read_result(written(result({"plots": ("model/roc.csv", "/etc/passwd")})), IDENTITY, "")
    assert found.run is not None
    assert found.run.plots == ("model/roc.csv",)


def test_a_run_that_is_taken_in_belongs_to_the_project_that_took_it() -> None:
    local = taken_in(made(MODEL), "fit", ("mine", Path("/home/ben/mine")), "oci://host/flights")
    assert (local.project, local.folder, local.step) == ("mine", "/home/ben/mine", "fit")
    assert local.cause == "made on another machine, oci://host/flights"
    assert local.id == made(MODEL).id
