from __future__ import annotations

import math
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from modelcompose.database.connection import open_database
from modelcompose.engine.protocol import Sample
from modelcompose.errors import NotFound, StorageFull
from modelcompose.tracking.run import Metric, Run, Series
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import FOLDER, a_full_run, a_run, digest


def test_a_run_comes_back_as_it_was_recorded(runs: Runs) -> None:
    run = a_full_run()
    runs.create(run)
    assert runs.get(run.id) == run


def test_metrics_come_back_in_the_order_in_which_they_were_recorded(runs: Runs) -> None:
    names = ["zeta", "auc", "rows", "brier"]
    run = msgspec.structs.replace(a_run(), metrics={n: Metric(1.0, 1.0, 1.0) for n in names})
    runs.create(run)
    assert list(runs.get(run.id).metrics) == names


def test_the_test_fills_every_field_of_a_run() -> None:
    run, blank = a_full_run(), Run("", "", "", "", "running", "", 0.0)
    same = [n for n in Run.__struct_fields__ if getattr(run, n) == getattr(blank, n)]
    assert same == []


def test_finishing_replaces_what_is_known_anew_and_keeps_other_values(runs: Runs) -> None:
    run = a_full_run()
    runs.create(run)
    auc = Metric(0.9, 0.9, 0.9)
    ended = msgspec.structs.replace(
        run, status="succeeded", params={"LR": "0.3"}, metrics={"auc": auc}, inputs={}, outputs={}
    )
    runs.finish(ended)
    assert runs.get(run.id) == msgspec.structs.replace(
        ended, params={**run.params, "LR": "0.3"}, metrics={**run.metrics, "auc": auc}
    )


def test_finishing_records_a_run_that_was_never_created(runs: Runs) -> None:
    run = a_full_run()
    runs.finish(run)
    assert runs.get(run.id) == run


def test_a_run_of_elsewhere_is_taken_in_once_and_changes_nothing_that_is_known(
    runs: Runs,
) -> None:
    run = a_full_run()
    assert runs.take_in(run)
    assert not runs.take_in(msgspec.structs.replace(run, step="other", metrics={}))
    assert runs.get(run.id) == run


def test_a_run_of_elsewhere_is_sent_to_no_hub(runs: Runs, connection: sqlite3.Connection) -> None:
    one, other = a_full_run(), msgspec.structs.replace(a_full_run(), id="cd" * 16)
    place = (one.project, one.folder, "https://hub.example.org", 1.0)
    connection.execute(
        "INSERT INTO outbox_destinations (project, folder, hub, set_at) VALUES (?, ?, ?, ?)", place
    )
    runs.take_in(one)
    assert connection.execute("SELECT count(*) FROM outbox_runs").fetchone() == (0,)
    runs.create(other)
    assert connection.execute("SELECT count(*) FROM outbox_runs").fetchone() == (1,)


def test_an_update_changes_only_the_fields_it_names(runs: Runs) -> None:
    run = a_full_run()
    runs.create(run)
    changes = {"status": "killed", "params": {"LR": "1"}, "host": None, "code": a_run().code}
    runs.update(run.id, **changes)
    known = {**changes, "params": {**run.params, "LR": "1"}}
    assert runs.get(run.id) == msgspec.structs.replace(run, **known)


def test_an_update_leaves_metrics_that_the_runs_own_code_logged(runs: Runs) -> None:
    run = a_run(metrics={"logged": Metric(1.0, 1.0, 1.0)})
    runs.create(run)
    runs.update(run.id, metrics={"recorded": Metric(2.0, 2.0, 2.0)})
    assert runs.get(run.id).metrics.keys() == {"logged", "recorded"}


def test_an_update_of_an_unknown_field_is_an_error(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    with pytest.raises(TypeError, match="no field colour"):
        runs.update(run.id, colour="red")


def test_an_update_of_an_unknown_run_is_an_error(runs: Runs) -> None:
    with pytest.raises(NotFound, match="no run 00"):
        runs.update("00", status="killed")


def test_a_failed_write_leaves_nothing_behind(runs: Runs) -> None:
    run = a_run(params={"a": 1})
    runs.create(run)
    with pytest.raises(AttributeError):
        runs.finish(msgspec.structs.replace(run, status="failed", metrics={"auc": "no metric"}))
    assert runs.get(run.id) == run


def test_metrics_that_are_no_numbers_come_back(runs: Runs) -> None:
    run = a_run(metrics={"loss": Metric(math.nan, -math.inf, math.inf, 3)})
    runs.create(run)
    metric = runs.get(run.id).metrics["loss"]
    assert math.isnan(metric.last)
    assert (metric.min, metric.max, metric.count) == (-math.inf, math.inf, 3)


def test_a_parameter_that_json_cannot_say_is_kept_as_text(runs: Runs) -> None:
    run = a_run(params={"limit": math.inf})
    runs.create(run)
    assert runs.get(run.id).params == {"limit": "inf"}


def test_names_that_are_no_utf8_do_not_keep_a_run_from_being_recorded(runs: Runs) -> None:
    odd = "caf\udce9"
    content = a_full_run().outputs["models"]
    run = a_run(error=odd, params={odd: odd}, outputs={odd: content}, parts={"inputs": {odd: "x"}})
    runs.create(run)
    found = runs.get(run.id)
    assert (found.error, list(found.outputs)) == ("caf\\udce9", ["caf\\udce9"])
    assert found.params == {"caf\\udce9": "caf?"}


def test_recording_the_same_run_twice_is_a_bug_and_shows_as_one(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    with pytest.raises(sqlite3.IntegrityError):
        runs.create(run)


def test_a_run_goes_by_the_first_digits_of_its_id(runs: Runs) -> None:
    run = a_run(id="ab12" + "0" * 28)
    runs.create(run)
    assert runs.get("ab12").id == run.id
    assert runs.get("AB").id == run.id


def test_a_run_goes_by_its_step_which_means_the_latest(runs: Runs) -> None:
    old, new = a_run(created_at=1.0), a_run(created_at=2.0)
    runs.create(new)
    runs.create(old)
    assert runs.get("train").id == new.id


def test_a_step_is_looked_for_in_the_given_folder(runs: Runs) -> None:
    here, elsewhere = a_run(created_at=1.0), a_run(created_at=2.0, folder="/other")
    runs.create(here)
    runs.create(elsewhere)
    assert runs.get("train", folder=Path(FOLDER)).id == here.id


def test_a_steps_name_goes_before_digits_that_look_the_same(runs: Runs) -> None:
    step, digits = a_run("add"), a_run("other", id="add" + "0" * 29)
    runs.create(step)
    runs.create(digits)
    assert runs.get("add").id == step.id


def test_digits_that_begin_several_ids_list_them(runs: Runs) -> None:
    runs.create(a_run("prepare", id="ab1" + "0" * 29))
    runs.create(a_run("train", id="ab2" + "0" * 29))
    with pytest.raises(NotFound, match="several runs begin with ab: ") as caught:
        runs.get("ab")
    assert "ab100000 (prepare)" in caught.value.message
    assert "ab200000 (train)" in caught.value.message


def test_an_unknown_name_names_the_nearest_step(runs: Runs) -> None:
    runs.create(a_run("train"))
    with pytest.raises(NotFound, match="no run or step 'trian'") as caught:
        runs.get("trian")
    assert caught.value.hint is not None
    assert "'train'" in caught.value.hint


def test_the_latest_run_of_a_step_can_be_asked_for_by_status(runs: Runs) -> None:
    good = a_run(status="succeeded", created_at=1.0)
    bad = a_run(status="failed", created_at=2.0)
    for run in (good, bad):
        runs.create(run)
    assert runs.latest(FOLDER, "train") == bad
    assert runs.latest(FOLDER, "train", status="succeeded") == good
    assert runs.latest(FOLDER, "evaluate") is None
    assert runs.latest("/other", "train") is None


def test_the_result_of_an_identity_is_its_newest_success_in_any_project(runs: Runs) -> None:
    wanted = digest("a")
    old = a_run(status="succeeded", identity=wanted, created_at=1.0)
    new = a_run(status="succeeded", identity=wanted, created_at=2.0, folder="/other")
    failed = a_run(status="failed", identity=wanted, created_at=3.0)
    for run in (new, old, failed):
        runs.create(run)
    assert runs.result(wanted) == new
    assert runs.result(digest("b")) is None
    assert runs.results([wanted, digest("b")]) == {wanted: new}
    assert runs.results([]) == {}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM runs WHERE identity = 'x' AND status = 'succeeded' ORDER BY created_at",
        "SELECT * FROM runs WHERE folder = 'x' AND step = 'y' ORDER BY created_at DESC",
        "SELECT * FROM runs WHERE folder = 'x' AND status = 'running'",
        "SELECT * FROM runs WHERE id >= 'a' AND id < 'b'",
        "SELECT * FROM runs ORDER BY created_at DESC LIMIT 30",
    ],
)
def test_what_every_command_asks_is_answered_by_an_index(
    connection: sqlite3.Connection, sql: str
) -> None:
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    assert "USING INDEX" in plan[0][3]
    assert "TEMP B-TREE" not in str(plan)


def test_unfinished_runs_are_those_recorded_as_running_oldest_first(runs: Runs) -> None:
    second, first = a_run(created_at=2.0), a_run(created_at=1.0)
    for run in (second, first, a_run(status="failed"), a_run(folder="/other")):
        runs.create(run)
    assert runs.unfinished(FOLDER) == [first, second]


def test_series_add_up_over_calls_and_keep_what_is_no_number(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    runs.add_series(run.id, [Series("loss", (0.0, 1.0), (math.inf, 0.5), (10.0, 11.0))])
    runs.add_series(run.id, [Series("loss", (5.5,), (-math.inf,), (12.0,)), Series("a", (), ())])
    assert runs.series(run.id) == [
        Series("loss", (0.0, 1.0, 5.5), (math.inf, 0.5, -math.inf), (10.0, 11.0, 12.0))
    ]


def test_nan_in_a_series_stays_nan(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    runs.add_series(run.id, [Series("loss", (0.0,), (math.nan,))])
    (series,) = runs.series(run.id)
    assert math.isnan(series.values[0])
    assert series.times == ()


def test_series_can_be_asked_for_by_name(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    runs.add_series(run.id, [Series(name, (0.0,), (1.0,)) for name in ("b", "a", "c")])
    assert [series.name for series in runs.series(run.id)] == ["a", "b", "c"]
    assert [series.name for series in runs.series(run.id, ["c", "a"])] == ["a", "c"]


def test_samples_come_back_with_what_was_not_measured_left_out(runs: Runs) -> None:
    run = a_run()
    runs.create(run)
    samples = [Sample(1.5, cpu_s=0.25, memory_bytes=2**40), Sample(2.5, network_in_bytes=7)]
    runs.add_samples(run.id, samples[:1])
    runs.add_samples(run.id, [])
    runs.add_samples(run.id, samples[1:])
    assert runs.samples(run.id) == samples


def test_numbers_for_an_unknown_run_are_an_error(runs: Runs) -> None:
    with pytest.raises(NotFound):
        runs.add_series("00", [Series("loss", (0.0,), (1.0,))])
    with pytest.raises(NotFound):
        runs.add_samples("00", [Sample(1.0)])


def test_deleting_a_run_takes_all_that_was_below_it(
    runs: Runs, connection: sqlite3.Connection
) -> None:
    run, kept = a_full_run(), a_full_run()
    for one in (run, kept):
        runs.create(one)
        runs.add_series(one.id, [Series("loss", (0.0,), (1.0,))])
        runs.add_samples(one.id, [Sample(1.0)])
        log = runs.log_path(one.id)
        log.parent.mkdir(parents=True)
        log.write_bytes(b"hello")
    assert runs.delete([run.id, "00"]) == 1
    assert not runs.log_path(run.id).parent.exists()
    assert runs.log_path(kept.id).exists()
    for table in ("params", "metrics", "contents", "series_log", "samples"):
        numbers = {row[0] for row in connection.execute(f"SELECT run FROM {table}")}
        assert len(numbers) == 1


def test_a_log_lies_in_a_folder_of_the_run_beside_the_database(runs: Runs, tmp_path: Path) -> None:
    expected = tmp_path / "home" / "runs" / "ab" / "abc" / "output.log"
    assert runs.log_path("abc") == expected


def test_threads_may_share_one_object(runs: Runs) -> None:
    def record(number: int) -> str:
        run = a_full_run(created_at=float(number))
        runs.create(run)
        runs.finish(msgspec.structs.replace(run, status="succeeded"))
        return runs.get(run.id).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(record, range(64))) == {"succeeded"}
    assert len(runs.list()) == 64


def test_connections_wait_for_each_other(runs: Runs, tmp_path: Path) -> None:
    def record(_: int) -> None:
        with closing(open_database(tmp_path / "home" / "hub.db")) as connection:
            own = Runs(connection)
            for _ in range(10):
                own.finish(a_full_run())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, range(4)))
    assert len(runs.list()) == 40


def test_a_full_disk_is_said_and_what_was_there_stays(
    runs: Runs, connection: sqlite3.Connection
) -> None:
    kept = a_run()
    runs.create(kept)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFull, match=r"hub\.db: the disk is full") as caught:
        runs.create(a_run(cause="x" * 100_000))
    assert caught.value.hint is not None
    assert "MODELCOMPOSE_HOME" in caught.value.hint
    assert runs.list() == [kept]


def test_recording_a_run_costs_under_a_millisecond_of_cpu(runs: Runs) -> None:
    recorded = [a_full_run() for _ in range(200)]
    runs.create(a_full_run())
    began = time.process_time()
    for run in recorded:
        runs.finish(run)
    assert (time.process_time() - began) / len(recorded) < 0.001


def a_run_below(runs: Runs, run: Run, parent: Run) -> None:
    connection = runs._connection  # noqa: SLF001 - tags are set by the hub alone
    runs.create(run)
    number = connection.execute("SELECT number FROM runs WHERE id = ?", (run.id,)).fetchone()[0]
    row = (number, "mlflow.parentRunId", parent.id)
    connection.execute("INSERT INTO run_tags (run, name, value) VALUES (?, ?, ?)", row)


def test_what_a_runs_own_code_left_running_below_it_is_ended(runs: Runs) -> None:
    own, other = a_run(), a_run()
    child, grandchild, done = (
        a_run(kind="logged", status=status) for status in ("running", "running", "succeeded")
    )
    for run in (own, other):
        runs.create(run)
    a_run_below(runs, child, own)
    a_run_below(runs, grandchild, child)
    a_run_below(runs, done, own)

    runs.end_below(own.id, 12.0)

    ended = [runs.get(run.id) for run in (child, grandchild, done, own, other)]
    assert [run.status for run in ended] == ["killed", "killed", "succeeded", *["running"] * 2]
    assert ended[0].ended_at == 12.0
    assert {below.id for below in runs.logged_beside(own.id).below} == {child.id, done.id}
