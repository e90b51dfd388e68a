"""`init` proposes what makes steps of a project's services, and writes nothing unasked."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable

import pytest

from tests.workbench import Workbench, wait_until

COMPOSE = """\
# The forecast.
services:
  # Learns.
  train:
    image: python:3.11-slim   # the smallest
    working_dir: /app
    volumes: [".:/app"]
    command: python train.py

  web:
    image: nginx
    ports: ["80:80"]
"""
TRAIN = """\
import os
text = open("data.csv").read()
open("model.txt", "w").write(text * int(os.environ.get("TIMES", "2")))
"""


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.write({"compose.yaml": COMPOSE, "train.py": TRAIN, "data.csv": "1\n"})
    return bench


def test_the_diff_is_all_that_is_on_stdout(project: Workbench) -> None:
    done = project.run("init")
    assert done.stdout.splitlines() == [
        "--- a/compose.yaml",
        "+++ b/compose.yaml",
        "@@ -6,6 +6,10 @@",
        "     working_dir: /app",
        '     volumes: [".:/app"]',
        "     command: python train.py",
        "+    x-ml:",
        "+      step:",
        "+        inputs: [data.csv, train.py]",
        "+        outputs: [model.txt]",
        " ",
        "   web:",
        "     image: nginx",
    ]
    assert "train  new step  it runs train.py to its end" in done.stderr


def test_nothing_is_written_unasked(project: Workbench) -> None:
    done = project.run("init")
    assert project.read("compose.yaml") == COMPOSE
    assert "Nothing was written: --write writes it." in done.stderr
    assert not (project.folder / ".gitignore").exists()


@pytest.mark.parametrize("flag", ["--write", "--yes", "-y"])
def test_a_flag_writes_without_asking(project: Workbench, flag: str) -> None:
    done = project.run("init", flag)
    assert "wrote compose.yaml" in done.stderr
    assert project.endings() == {"train": "done"}
    assert project.endings() == {"train": "fresh"}


@pytest.mark.parametrize(("answer", "is_written"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_asks(project: Workbench, answer: str, *, is_written: bool) -> None:
    told = on_a_terminal(project, answer, "init")
    assert "Write this file? [y/N]" in told
    assert (project.read("compose.yaml") != COMPOSE) is is_written


def test_json_tells_the_same_as_data(project: Workbench) -> None:
    found = project.json("init")
    train, web = found["services"]
    assert train["is_proposed"]
    assert train["step"] == {
        "inputs": ["data.csv", "train.py"],
        "outputs": ["model.txt"],
    }
    assert (web["role"], web["is_proposed"]) == ("service", False)
    assert [change["path"] for change in found["changes"]] == ["compose.yaml"]
    assert found["written"] is False
    assert project.json("init", "--write")["written"] is True


def test_every_other_byte_stays(project: Workbench) -> None:
    text = COMPOSE.replace("\n", "\r\n") + "# ünïcode, and no line end"
    (project.folder / "compose.yaml").write_bytes(text.encode())
    project.run("init", "--write")
    written = (project.folder / "compose.yaml").read_bytes().decode()
    added = [line for line in written.split("\r\n") if line not in text.split("\r\n")]
    assert [line.strip() for line in added] == [
        "x-ml:",
        "step:",
        "inputs: [data.csv, train.py]",
        "outputs: [model.txt]",
    ]
    kept = [line for line in written.split("\r\n") if line not in added]
    assert "\r\n".join(kept) == text


def test_git_applies_a_diff_of_a_file_with_line_ends_of_windows(project: Workbench) -> None:
    (project.folder / "compose.yaml").write_bytes(COMPOSE.replace("\n", "\r\n").encode())
    project.commit()
    printing = subprocess.run(
        [*project.command, "init"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        check=True,
    )
    (project.folder / "steps.patch").write_bytes(printing.stdout)
    project.git("apply", "steps.patch")
    assert project.endings() == {"train": "done"}


def test_outputs_are_kept_out_of_git_and_of_images(project: Workbench) -> None:
    project.write({"Dockerfile": "FROM python:3.11-slim\nCOPY . .\n", ".gitignore": "*.pyc"})
    image = "    image: python:3.11-slim   # the smallest\n"
    project.write({"compose.yaml": COMPOSE.replace(image, "    build: .\n")})
    project.commit()
    project.run("init", "--write")
    assert project.read(".gitignore") == "*.pyc\n/model.txt\n"
    assert project.read(".dockerignore") == "model.txt\n"


def test_secrets_are_masked_and_no_parameters(project: Workbench) -> None:
    environment = '    environment: {TIMES: "${TIMES:-3}", SLACK_WEBHOOK: "${SLACK_WEBHOOK:-x}"}\n'
    text = COMPOSE.replace(
        "    command: python train.py\n", environment + "    command: python train.py\n"
    )
    project.write({"compose.yaml": text})
    found = project.json("init", "--write")
    assert found["mask"] == ["SLACK_WEBHOOK"]
    assert found["services"][0]["step"]["params"] == ["TIMES"]
    assert "x-ml:\n  mask: [SLACK_WEBHOOK]\n" in project.read("compose.yaml")


def test_a_list_that_is_there_is_added_to(project: Workbench) -> None:
    top = "x-ml:\n  mask:\n    - OTHER   # mine\n"
    secret = "    environment: {DB_PASS: geheim}\n    command: python train.py\n"
    project.write({"compose.yaml": top + COMPOSE.replace("    command: python train.py\n", secret)})
    project.run("init", "--write")
    assert project.read("compose.yaml").startswith(top + "    - DB_PASS\n")


def test_a_service_that_is_named_is_looked_at_alone(project: Workbench) -> None:
    found = project.json("init", "web")
    assert [service["service"] for service in found["services"]] == ["web"]


def test_an_unknown_service_is_named_with_the_nearest(project: Workbench) -> None:
    done = project.run("init", "tran", code=1)
    assert "no such service or step: tran" in done.stderr
    assert "train" in done.stderr


def test_a_profile_is_put_on_steps_that_have_none(project: Workbench) -> None:
    project.run("init", "--profile", "ml", "--write")
    assert "    profiles: [ml]\n" in project.read("compose.yaml")
    assert project.endings("train") == {"train": "done"}


def test_a_service_that_inherits_a_step_is_told_that_it_is_none(project: Workbench) -> None:
    heir = "  serve:\n    extends: train\n    restart: always\n    command: sleep 9\n"
    project.write({"compose.yaml": COMPOSE + "\n" + heir})
    project.run("init", "--write")
    assert project.read("compose.yaml").endswith(heir + "    x-ml:\n      step: !override false\n")
    assert list(project.states()) == ["train"]


def test_of_two_writers_the_second_is_left_out(project: Workbench) -> None:
    again = COMPOSE[COMPOSE.index("  train:") : COMPOSE.index("\n  web:")].replace(
        "train:", "again:"
    )
    project.write({"compose.yaml": COMPOSE + "\n" + again})
    found = project.json("init", "--write")
    told = {service["service"]: service for service in found["services"]}
    assert [told[name]["is_proposed"] for name in ("train", "again")] == [True, False]
    assert "model.txt is written by two steps" in told["again"]["left_out"]
    assert project.endings() == {"train": "done"}


def test_what_a_service_writes_can_be_unknown(project: Workbench) -> None:
    project.write({"train.py": "import secretive\nsecretive.work()\n"})
    done = project.run("init")
    assert done.stdout == ""
    assert "nothing tells what it writes" in done.stderr
    assert "hint: to see what it reads and writes: modelcompose run --record train" in done.stderr


def test_a_required_variable_that_is_unset_is_no_obstacle(project: Workbench) -> None:
    project.write({"compose.yaml": COMPOSE.replace("nginx", "nginx:${TAG:?set it}")})
    project.run("init", "--write")
    assert "outputs: [model.txt]" in project.read("compose.yaml")


def test_a_file_of_several_is_the_one_that_is_changed(project: Workbench) -> None:
    project.write({"compose.override.yaml": "services:\n  web:\n    image: nginx:2\n"})
    found = project.json("init")
    assert [change["path"] for change in found["changes"]] == ["compose.yaml"]


def test_files_around_the_project_are_found_while_it_is_tried_out(project: Workbench) -> None:
    (project.folder.parent / "common.env").write_text("A=1\n")
    project.write(
        {
            "compose.yaml": COMPOSE.replace(
                "    image: nginx", "    env_file: ../common.env\n    image: nginx"
            )
        }
    )
    assert len(project.json("init", "--write")["changes"]) == 1


def test_a_file_that_changed_meanwhile_is_left_alone(project: Workbench) -> None:
    other = COMPOSE + "\n# another hand\n"
    told = on_a_terminal(
        project, "y", "init", meanwhile=lambda: project.write({"compose.yaml": other})
    )
    assert "compose.yaml: was changed meanwhile; nothing was written" in told
    assert project.read("compose.yaml") == other


def test_a_file_from_standard_input_cannot_be_changed(project: Workbench) -> None:
    done = project.run("-f", "-", "init", code=2)
    assert "hint: name a file of this machine" in done.stderr


def on_a_terminal(
    bench: Workbench, answer: str, *arguments: str, meanwhile: Callable[[], None] | None = None
) -> str:
    """Run a command on a terminal, answer when it asks, and give all that it said."""
    keyboard, side = pty.openpty()
    process = subprocess.Popen(
        [*bench.command, *arguments],
        cwd=bench.folder,
        env=bench.environment({"TERM": "xterm"}),
        stdin=side,
        stdout=side,
        stderr=side,
        start_new_session=True,
    )
    os.close(side)
    told = [b""]

    def asks() -> bool:
        told.append(os.read(keyboard, 65536))
        return b"[y/N]" in b"".join(told)

    wait_until(asks, "the question")
    if meanwhile is not None:
        meanwhile()
    os.write(keyboard, f"{answer}\n".encode())
    while True:
        try:
            told.append(os.read(keyboard, 65536))
        except OSError:
            break
    process.wait(timeout=30)
    os.close(keyboard)
    return b"".join(told).decode()
