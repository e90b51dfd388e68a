"""Commands whose answer is an input, and steps that are made every so often."""

from __future__ import annotations

import re
from pathlib import Path

from tests.reading import reading
from tests.workbench import Workbench, shell, wait_until

# Probes on this machine


def test_a_probe_s_value_counts_and_both_values_are_told(bench: Workbench) -> None:
    bench.compose({"read": reading({"probe": "cat rows.txt | tr -d x"})})
    bench.write({"rows.txt": "x12\n"})
    bench.run("run")
    assert bench.endings() == {"read": "fresh"}

    bench.write({"rows.txt": "14\n"})

    assert bench.causes("read") == ["probe cat rows.txt | tr -d x: 12 → 14"]
    assert bench.endings() == {"read": "done"}
    bench.write({"rows.txt": "12\n"})
    assert bench.endings() == {"read": "restored"}


def test_a_probe_that_fails_is_a_problem_with_its_code_and_last_words(bench: Workbench) -> None:
    probe = "echo first >&2; echo no such table: $$KEY >&2; exit 3"
    bench.compose({"read": {**reading({"probe": probe}), "environment": {"MY_KEY": "hush-hush"}}})
    refused = bench.run("run", code=1, env={"KEY": "hush-hush"}).stderr

    assert re.search(r"compose\.yaml:\d+:\d+: services\.read\.x-ml\.step\.inputs: ", refused)
    assert ": exit code 3: no such table: ***\n" in refused
    assert bench.states() == {"read": "missing"}


def test_a_probe_that_takes_too_long_is_ended(bench: Workbench) -> None:
    probe = {"probe": "sleep 600 & echo $$! > pid; wait", "timeout": "300ms"}
    bench.compose({"read": reading(probe)})

    assert "took longer than 0.3 s" in bench.run("run", code=1).stderr
    left = Path("/proc", bench.read("pid").strip())
    wait_until(lambda: not left.exists() or "Z" in _state(left), "the probe's child is gone")


def test_to_look_at_a_clone_runs_none_of_its_commands(bench: Workbench, tmp_path: Path) -> None:
    bench.compose({"read": reading({"probe": "touch was-asked; echo 1"})})
    bench.run("run")
    (bench.folder / "was-asked").unlink()
    bench.commit()

    other = bench.clone(tmp_path / "clone", home=tmp_path / "other")

    assert other.states() == {"read": "fresh"}
    assert "was not asked: nothing but `run` runs a command here for the first time" in (
        other.causes_text("read")
    )
    assert not (other.folder / "was-asked").exists()
    assert other.endings() == {"read": "fresh"}
    assert (other.folder / "was-asked").exists()


def test_a_run_that_came_from_a_remote_lets_no_look_run_a_command(
    bench: Workbench, tmp_path: Path
) -> None:
    step = reading({"probe": "touch was-asked; echo 1"})
    bench.compose({"read": step}, **{"x-ml": {"remote": "../remote"}})
    bench.run("run")
    bench.run("push")
    (bench.folder / "was-asked").unlink()
    bench.commit()

    other = bench.clone(bench.folder.parent / "clone", home=tmp_path / "other")
    other.run("pull")
    assert [run["step"] for run in other.json("runs")] == ["read"]

    assert other.states() == {"read": "fresh"}
    assert "was not asked" in other.causes_text("read")
    assert not (other.folder / "was-asked").exists()


def test_a_probe_in_a_service_needs_an_engine_that_has_services(bench: Workbench) -> None:
    bench.compose(
        {"db": {"command": "sleep 600"}, "read": reading({"probe": "date", "service": "db"})}
    )

    assert bench.states() == {"read": "missing"}
    assert "the process engine cannot start services" in bench.run("run", code=1).stderr


# Periods


def test_a_step_with_a_period_runs_again_once_it_is_over(bench: Workbench) -> None:
    bench.compose(
        {
            "fetch": reading({"every": "2s"}),
            "count": shell("wc -c < out.txt > n.txt", "n.txt", inputs=["out.txt"]),
        }
    )
    bench.run("run")
    identities = bench.identities()
    wait_until(lambda: bench.states()["fetch"] == "stale", "the period is over")

    assert re.fullmatch(r"made \d+ s ago, every 2s", bench.causes_text("fetch"))
    assert bench.endings("fetch") == {"fetch": "done"}
    assert bench.identities()["fetch"] == identities["fetch"]


def test_another_clone_counts_the_period_from_the_lock(bench: Workbench, tmp_path: Path) -> None:
    bench.compose({"fetch": reading({"every": "1d"})})
    bench.run("run")
    bench.commit()
    fresh = bench.clone(tmp_path / "fresh", home=tmp_path / "one")
    assert fresh.endings() == {"fetch": "fresh"}
    assert fresh.lock == bench.lock

    made = re.search(r'made: "(\d{4})', bench.lock)
    assert made is not None
    bench.write({"ml.lock": bench.lock.replace(made[0], 'made: "2020')})
    bench.commit()
    late = bench.clone(tmp_path / "late", home=tmp_path / "two")

    assert re.fullmatch(r"made \d+ d ago, every 1d", late.causes_text("fetch"))
    assert bench.states() == {"fetch": "fresh"}, "the run here is newer than the lock's"


def _state(process: Path) -> str:
    try:
        return (process / "status").read_text(encoding="utf-8").partition("State:")[2][:8]
    except FileNotFoundError:
        return "Z"
