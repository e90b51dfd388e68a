"""What a step writes: kept, restored, and exchanged in the project all at once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import IMAGE, Workbench, shell, wait_until


def compose(bench: Workbench, script: str, *outputs: str, **step: Any) -> None:
    """Write a project with one step that runs a shell script."""
    bench.compose({"make": shell(script, *outputs, inputs=["in.txt"], **step)})
    if not (bench.folder / "in.txt").exists():
        bench.write({"in.txt": "1\n"})


def files(folder: Path) -> dict[str, str]:
    """Give the text of every file in a folder, and where every link points to."""
    return {
        str(path.relative_to(folder)): f"-> {path.readlink()}"
        if path.is_symlink()
        else path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


# Bringing back


def test_a_deleted_folder_comes_back_whole(bench: Workbench) -> None:
    compose(bench, "mkdir -p out/deep/empty; echo a > out/a; echo b > out/deep/b", "out")
    bench.run("run")
    before = files(bench.folder / "out")
    subprocess.run(["rm", "-r", bench.folder / "out"], check=True)
    assert bench.states() == {"make": "missing"}
    assert bench.endings() == {"make": "restored"}
    assert files(bench.folder / "out") == before == {"a": "a\n", "deep/b": "b\n"}
    assert (bench.folder / "out" / "deep" / "empty").is_dir()
    assert bench.states() == {"make": "fresh"}


def test_the_outputs_of_an_earlier_state_come_back_with_that_state(bench: Workbench) -> None:
    compose(bench, "cp in.txt out.txt", "out.txt")
    bench.run("run")
    bench.write({"in.txt": "2\n"})
    bench.run("run")
    bench.write({"in.txt": "1\n"})
    assert bench.endings() == {"make": "restored"}
    assert bench.read("out.txt") == "1\n"


def test_a_new_clone_on_the_same_machine_restores_without_running(
    bench: Workbench, tmp_path: Path
) -> None:
    compose(bench, "cp in.txt out.txt", "out.txt")
    bench.write({".gitignore": "out.txt\n"})
    bench.run("run")
    bench.commit()
    other = bench.clone(tmp_path / "other")
    assert other.endings() == {"make": "restored"}
    assert other.read("out.txt") == "1\n"


def test_what_the_store_lost_is_made_again(bench: Workbench) -> None:
    compose(bench, "cp in.txt out.txt", "out.txt")
    bench.run("run")
    subprocess.run(["rm", "-r", bench.home / "store"], check=True)
    assert bench.states() == {"make": "fresh"}
    (bench.folder / "out.txt").unlink()
    assert "no longer in the store" in bench.causes_text("make")
    assert bench.endings() == {"make": "done"}


# Kinds of files


def test_the_execute_bit_is_kept(bench: Workbench) -> None:
    compose(bench, "echo 'echo hi' > tool; chmod +x tool; echo > plain", "tool", "plain")
    bench.run("run")
    for name in ("tool", "plain"):
        (bench.folder / name).unlink()
    bench.run("run")
    assert os.access(bench.folder / "tool", os.X_OK)
    assert not (bench.folder / "plain").stat().st_mode & 0o111


def test_losing_the_execute_bit_makes_an_output_modified(bench: Workbench) -> None:
    compose(bench, "echo 'echo hi' > tool; chmod +x tool", "tool")
    bench.run("run")
    (bench.folder / "tool").chmod(0o644)
    assert bench.states() == {"make": "modified"}
    assert bench.endings() == {"make": "restored"}
    assert os.access(bench.folder / "tool", os.X_OK)


def test_the_execute_bit_of_an_input_is_part_of_the_identity(bench: Workbench) -> None:
    compose(bench, "echo > o", "o")
    bench.run("run")
    (bench.folder / "in.txt").chmod(0o755)
    assert bench.states() == {"make": "stale"}


def test_links_inside_an_output_folder_stay_links(bench: Workbench) -> None:
    compose(bench, "mkdir out; echo 1 > out/v1; ln -s v1 out/latest; ln -s gone out/broken", "out")
    bench.run("run")
    expected = {"v1": "1\n", "latest": "-> v1", "broken": "-> gone"}
    assert files(bench.folder / "out") == expected
    (bench.folder / "out" / "latest").unlink()
    assert bench.endings() == {"make": "restored"}
    assert files(bench.folder / "out") == expected


def test_names_in_any_script_with_spaces_and_quotes_are_fine(bench: Workbench) -> None:
    names = ["модель.bin", "a b.txt", "it's.txt", "日本.csv", "-dash", "#hash", "emoji 🤖"]
    script = "mkdir -p 'out put'; for n in модель.bin 'a b.txt' \"it's.txt\" 日本.csv -dash '#hash'"
    compose(bench, script + ' \'emoji 🤖\'; do echo "$n" > "out put/$n"; done', "out put")
    bench.run("run")
    assert files(bench.folder / "out put") == {name: f"{name}\n" for name in names}


def test_a_name_that_is_no_unicode_is_kept(bench: Workbench) -> None:
    compose(bench, "mkdir out; echo 1 > out/$(printf 'caf\\351')", "out")
    bench.run("run")
    path = os.path.join(os.fsencode(bench.folder), b"out", b"caf\xe9")  # noqa: PTH118 - bytes
    assert os.path.exists(path)  # noqa: PTH110 - as above
    os.unlink(path)  # noqa: PTH108 - as above
    assert bench.endings() == {"make": "restored"}
    assert os.path.exists(path)  # noqa: PTH110 - as above


def test_a_file_may_become_a_folder_and_a_file_again(bench: Workbench) -> None:
    compose(bench, "if grep -q 1 in.txt; then echo f > o; else mkdir o; echo g > o/x; fi", "o")
    bench.run("run")
    assert bench.read("o") == "f\n"
    bench.write({"in.txt": "2\n"})
    bench.run("run")
    assert files(bench.folder / "o") == {"x": "g\n"}
    bench.write({"in.txt": "1\n"})
    assert bench.endings() == {"make": "restored"}
    assert bench.read("o") == "f\n"


def test_inside_a_folder_too_files_and_folders_may_change_places(bench: Workbench) -> None:
    compose(bench, "mkdir -p o; test -s in.txt && echo f > o/x || mkdir -p o/x/y", "o")
    bench.run("run")
    assert files(bench.folder / "o") == {"x": "f\n"}
    bench.write({"in.txt": ""})
    bench.run("run")
    assert (bench.folder / "o" / "x" / "y").is_dir()


def test_an_empty_file_and_an_empty_folder_are_outputs(bench: Workbench) -> None:
    compose(bench, "mkdir folder; : > file", "folder", "file")
    bench.run("run")
    (bench.folder / "folder").rmdir()
    (bench.folder / "file").unlink()
    assert bench.endings() == {"make": "restored"}
    assert (bench.folder / "folder").is_dir()
    assert bench.read("file") == ""


def test_files_that_a_step_no_longer_writes_leave_the_folder(bench: Workbench) -> None:
    compose(bench, "mkdir out; for n in $(cat in.txt); do echo > out/$n; done", "out")
    bench.write({"in.txt": "a b"})
    bench.run("run")
    bench.write({"in.txt": "b c"})
    bench.run("run")
    assert sorted(files(bench.folder / "out")) == ["b", "c"]


# Success and failure


def test_an_output_that_was_not_written_fails_the_step(bench: Workbench) -> None:
    compose(bench, "echo > a", "a", "b")
    done = bench.run("run", code=1)
    assert "did not write b" in done.stderr
    assert not (bench.folder / "a").exists()


def test_a_failed_step_leaves_the_old_outputs_whole(bench: Workbench) -> None:
    compose(bench, "cp in.txt a; cp in.txt b; grep -q 1 in.txt", "a", "b")
    bench.run("run")
    bench.write({"in.txt": "2\n"})
    bench.run("run", code=1)
    assert bench.read("a") == bench.read("b") == "1\n"


def test_files_that_a_step_writes_beside_its_outputs_are_dropped(bench: Workbench) -> None:
    compose(bench, "echo > o; echo > scratch", "o")
    bench.run("run")
    assert not (bench.folder / "scratch").exists()
    assert not any((bench.folder / ".ml" / "work").iterdir())


def test_a_step_without_outputs_is_cached_by_its_success(bench: Workbench) -> None:
    compose(bench, "grep -q 1 in.txt")
    assert bench.endings() == {"make": "done"}
    assert bench.endings() == {"make": "fresh"}
    bench.write({"in.txt": "2\n"})
    for _ in range(2):
        assert bench.endings(code=1) == {"make": "failed"}
    bench.write({"in.txt": "1\n"})
    assert bench.endings() == {"make": "fresh"}


def test_metrics_and_plots_are_outputs(bench: Workbench) -> None:
    script = "echo '{\"auc\": 0.7}' > m.json; printf 'fpr,tpr\\n0,0\\n1,1\\n' > roc.csv"
    compose(bench, script, metrics=["m.json"], plots=["roc.csv"])
    bench.run("run")
    run = bench.shown("make")
    assert run["metrics"]["auc"]["last"] == 0.7
    assert run["plots"] == ["roc.csv"]
    assert sorted(run["outputs"]) == ["m.json", "roc.csv"]
    for name in ("m.json", "roc.csv"):
        (bench.folder / name).unlink()
    assert bench.endings() == {"make": "restored"}
    assert bench.read("roc.csv").startswith("fpr,tpr")


def test_two_files_edited_by_hand_are_both_kept(bench: Workbench) -> None:
    compose(bench, "mkdir out; echo a > out/a; echo b > out/b; echo c > out/c", "out")
    bench.run("run")
    bench.write({"out/a": "mine a", "out/b": "mine b"})
    done = bench.run("run")
    commands = [
        line.partition("to bring it back: ")[2]
        for line in done.stderr.splitlines()
        if "to bring it back: " in line
    ]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(command, shell=True, cwd=bench.folder, check=True)
    assert files(bench.folder / "out") == {"a": "mine a", "b": "mine b", "c": "c\n"}


def test_the_command_that_brings_an_edit_back_is_quoted(bench: Workbench) -> None:
    compose(bench, "echo made > 'my file'", "my file")
    bench.run("run")
    bench.write({"my file": "mine"})
    command = bench.run("run").stderr.partition("to bring it back: ")[2].splitlines()[0]
    subprocess.run(command, shell=True, cwd=bench.folder, check=True)
    assert bench.read("my file") == "mine"


def test_an_edit_is_kept_also_when_the_step_runs_anew(bench: Workbench) -> None:
    compose(bench, "cp in.txt out.txt", "out.txt")
    bench.run("run")
    bench.write({"out.txt": "mine", "in.txt": "2\n"})
    done = bench.run("run")
    assert bench.read("out.txt") == "2\n"
    command = done.stderr.partition("to bring it back: ")[2].splitlines()[0]
    subprocess.run(command, shell=True, cwd=bench.folder, check=True)
    assert bench.read("out.txt") == "mine"


def test_a_file_that_was_there_before_the_first_run_is_kept(bench: Workbench) -> None:
    compose(bench, "cp in.txt out.txt", "out.txt")
    bench.write({"out.txt": "precious"})
    done = bench.run("run")
    command = done.stderr.partition("to bring it back: ")[2].splitlines()[0]
    subprocess.run(command, shell=True, cwd=bench.folder, check=True)
    assert bench.read("out.txt") == "precious"


# Readers of outputs


def test_a_folder_keeps_its_inode_and_unchanged_files_theirs(bench: Workbench) -> None:
    compose(bench, "mkdir out; cp in.txt out/new; echo same > out/same", "out")
    bench.run("run")
    folder, same = (bench.folder / "out").stat(), (bench.folder / "out" / "same").stat()
    bench.write({"in.txt": "2\n"})
    bench.run("run")
    assert bench.read("out/new") == "2\n"
    assert (bench.folder / "out").stat().st_ino == folder.st_ino
    after = (bench.folder / "out" / "same").stat()
    assert (after.st_ino, after.st_mtime_ns) == (same.st_ino, same.st_mtime_ns)


@pytest.mark.docker
def test_a_running_service_sees_the_new_content_of_a_folder_that_it_mounts(
    bench: Workbench,
) -> None:
    step = {"inputs": ["in.txt"], "outputs": ["out"]}
    make = {"command": ["sh", "-c", "mkdir -p out; cp in.txt out/x"], "step": step}
    serve = {
        "command": ["sleep", "600"],
        "init": True,
        "volumes": ["./out:/out:ro"],
        "depends_on": {"make": {"condition": "service_completed_successfully"}},
    }
    bench.compose({"make": make, "serve": serve})
    bench.write({"in.txt": "1\n"})
    bench.run("up", "--detach", "serve")

    def served() -> str:
        return bench.run("exec", "-T", "serve", "cat", "/out/x").stdout

    assert served() == "1\n"
    bench.write({"in.txt": "2\n"})
    bench.run("run", "make")
    assert served() == "2\n"
    bench.write({"in.txt": "1\n"})
    assert bench.endings("make") == {"make": "restored"}
    assert served() == "1\n"


def test_while_a_step_runs_the_project_holds_the_old_outputs(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    wait = f"while test -s in.txt && ! test -e {go}; do sleep 0.02; done"
    compose(bench, f"cp in.txt out.txt; {wait}", "out.txt")
    bench.write({"in.txt": ""})
    bench.run("run")
    bench.write({"in.txt": "2\n"})
    running = bench.start("run")
    wait_until(lambda: any(bench.folder.glob(".ml/work/*/out.txt")), "the step to write")
    assert bench.read("out.txt") == ""
    assert bench.states() == {"make": "running"}
    go.touch()
    running.communicate(timeout=60)
    assert running.returncode == 0
    assert bench.read("out.txt") == "2\n"


@pytest.mark.docker
def test_in_a_container_links_modes_and_names_come_through(bench: Workbench) -> None:
    script = (
        "mkdir out; echo x > out/tool; chmod 755 out/tool; ln -s tool 'out/a b'; echo é > out/é"
    )
    compose(bench, script, "out")
    bench.run("run")
    assert files(bench.folder / "out") == {"tool": "x\n", "a b": "-> tool", "é": "é\n"}
    assert os.access(bench.folder / "out" / "tool", os.X_OK)


@pytest.mark.docker
def test_an_absolute_link_inside_an_output_is_settled_to_the_project(bench: Workbench) -> None:
    compose(bench, "mkdir out; echo 1 > out/v1; ln -s /app/out/v1 out/latest", "out")
    bench.run("run", code=None)
    subprocess.run(
        ["docker", "run", "--rm", "-v", f"{bench.folder}:/app", IMAGE, "cat", "/app/out/latest"],
        check=True,
    )
