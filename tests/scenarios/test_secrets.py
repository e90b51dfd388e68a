"""Secrets: used by steps, and found nowhere else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.workbench import Workbench

SECRET = "correct-horse-battery"


def compose(bench: Workbench, script: str, **keys: Any) -> None:
    """Write a project with one step that knows secrets, and that prints them."""
    top = keys.pop("top", {})
    command = ["sh", "-c", script.replace("$", "$$")]
    step = {"inputs": ["in.txt"], "outputs": ["out.txt"], **keys.pop("step", {})}
    bench.compose({"fetch": {"command": command, "step": step, **keys}}, **top)
    bench.write({"in.txt": "1"})


def leaks(bench: Workbench, secret: str, *, also: tuple[str, ...] = ()) -> list[str]:
    """Name every file of ours, and every verb's answer, in which a secret stands."""
    found = []
    where_it_belongs = {".env", "token.txt", *also}
    for path in (*bench.folder.rglob("*"), *bench.home.rglob("*")):
        is_ours = path.is_file() and path.name not in where_it_belongs
        if is_ours and secret.encode() in path.read_bytes():
            found.append(str(path))
    for verb in (
        ["runs"],
        ["runs", "show", "fetch"],
        ["runs", "show", "fetch", "--format", "json"],
        ["runs", "logs", "fetch"],
        ["why", "fetch"],
        ["status", "--format", "json"],
        ["run", "--dry-run", "--format", "json"],
    ):
        done = bench.run(*verb)
        if secret in done.stdout + done.stderr:
            found.append(" ".join(verb))
    return found


def test_a_variable_with_a_secrets_name_is_found_nowhere(bench: Workbench) -> None:
    names = ["API_KEY", "HF_TOKEN", "DB_PASSWORD", "PGPASSWORD", "MY_SECRET"]
    secrets = {name: f"{SECRET}-of-{name.lower()}" for name in names}
    said = "; ".join(f"echo the ${name} is here" for name in names)
    compose(bench, f"{said}; echo > out.txt", environment={n: f"${{{n}}}" for n in names})
    bench.write({".env": "".join(f"{name}={value}\n" for name, value in secrets.items())})
    done = bench.run("run")
    assert done.stderr.count("the *** is here") == len(names)
    assert SECRET not in done.stderr + done.stdout
    assert leaks(bench, SECRET) == []


def test_a_secret_from_the_callers_environment_is_masked(bench: Workbench) -> None:
    compose(bench, "echo $API_KEY; echo > out.txt", environment={"API_KEY": "${API_KEY}"})
    env = {"API_KEY": SECRET}
    assert SECRET not in bench.run("run", env=env).stderr
    assert leaks(bench, SECRET) == []


def test_a_secret_that_stands_in_a_command_is_masked(bench: Workbench) -> None:
    step = {"inputs": [], "outputs": ["out.txt"]}
    command = "sh -c 'echo ${API_KEY}; echo > out.txt'"
    bench.compose({"fetch": {"command": command, "step": step}})
    bench.write({".env": f"API_KEY={SECRET}\n"})
    assert SECRET not in bench.run("run").stderr
    assert leaks(bench, SECRET) == []


def test_the_project_can_name_more_secrets_and_exempt_some(bench: Workbench) -> None:
    compose(
        bench,
        "echo $DSN $PUBLIC_KEY; echo > out.txt",
        environment={"DSN": "${DSN}", "PUBLIC_KEY": "for-everyone"},
        top={"x-ml": {"mask": ["DSN", "!PUBLIC_*"]}},
    )
    bench.write({".env": f"DSN={SECRET}\n"})
    assert "*** for-everyone\n" in bench.run("run").stderr
    assert leaks(bench, SECRET) == []


def test_a_changed_secret_keeps_the_step_fresh(bench: Workbench) -> None:
    compose(bench, "echo > out.txt", environment={"API_KEY": SECRET})
    bench.run("run")
    compose(bench, "echo > out.txt", environment={"API_KEY": "another-one"})
    assert bench.endings() == {"fetch": "fresh"}


def test_a_secret_in_an_error_is_masked(bench: Workbench) -> None:
    compose(bench, "cat /no/such/$API_KEY", environment={"API_KEY": "${API_KEY}"})
    bench.write({".env": f"API_KEY={SECRET}\n"})
    done = bench.run("run", code=1)
    assert SECRET not in done.stderr + done.stdout
    assert leaks(bench, SECRET) == []


def test_a_secret_given_by_e_or_set_is_masked(bench: Workbench) -> None:
    compose(bench, "echo $API_KEY; echo > out.txt", environment={"API_KEY": "old-secret"})
    for given in (["-e", f"API_KEY={SECRET}", "fetch"], ["--set", f"API_KEY={SECRET}"]):
        done = bench.run("run", "--force", *given)
        assert SECRET not in done.stderr + done.stdout
    assert leaks(bench, SECRET) == []


def test_a_secret_is_found_in_no_difference_between_runs(bench: Workbench) -> None:
    for number, value in enumerate((SECRET, SECRET[::-1])):
        compose(bench, f"echo {number} > out.txt", environment={"API_KEY": value})
        bench.run("run")
    first, second = (run["id"] for run in bench.json("runs"))
    told = bench.run("runs", "diff", first, second).stdout
    assert SECRET not in told
    assert SECRET[::-1] not in told
    assert "API_KEY" not in told


def test_a_secret_that_was_printed_in_pieces_is_masked(bench: Workbench) -> None:
    script = f"printf %s {SECRET[:7]}; sleep 0.2; echo {SECRET[7:]}; echo > out.txt"
    compose(bench, script, environment={"API_KEY": SECRET})
    bench.run("run")
    assert bench.run("runs", "logs", "fetch").stdout == "***\n"


def test_a_variable_that_is_declared_as_a_parameter_is_no_secret(bench: Workbench) -> None:
    step = {"params": ["SPLIT_KEY"]}
    compose(bench, "echo > out.txt", environment={"SPLIT_KEY": "passenger"}, step=step)
    bench.run("run")
    assert bench.shown("fetch")["params"] == {"SPLIT_KEY": "passenger"}
    compose(bench, "echo > out.txt", environment={"SPLIT_KEY": "flight"}, step=step)
    assert bench.causes("fetch") == ["SPLIT_KEY: passenger → flight"]


def test_an_env_file_is_no_code_and_not_kept(bench: Workbench) -> None:
    compose(bench, "echo > out.txt", env_file=["prod.env"])
    bench.write({"prod.env": f"API_KEY={SECRET}\n"})
    bench.run("run")
    assert leaks(bench, SECRET, also=("prod.env",)) == []


@pytest.mark.docker
def test_compose_secrets_reach_the_step_and_nothing_else(bench: Workbench) -> None:
    script = "cat /run/secrets/one /run/secrets/two; echo; echo > out.txt"
    compose(
        bench,
        script,
        secrets=["one", "two"],
        top={"secrets": {"one": {"file": "token.txt"}, "two": {"environment": "TWO"}}},
    )
    bench.write({"token.txt": SECRET, ".env": f"TWO={SECRET[::-1]}\n"})
    bench.run("run")
    assert bench.run("runs", "logs", "fetch").stdout == "******\n"
    assert leaks(bench, SECRET) == leaks(bench, SECRET[::-1]) == []


@pytest.mark.docker
def test_a_changed_compose_secret_keeps_the_step_fresh(bench: Workbench) -> None:
    top = {"secrets": {"one": {"file": "token.txt"}}}
    compose(bench, "cat /run/secrets/one > /dev/null; echo > out.txt", secrets=["one"], top=top)
    bench.write({"token.txt": SECRET})
    bench.run("run")
    bench.write({"token.txt": "changed"})
    assert bench.endings() == {"fetch": "fresh"}


@pytest.mark.docker
def test_after_up_no_secret_is_left_in_the_project(bench: Workbench) -> None:
    compose(bench, "echo > out.txt", environment={"API_KEY": "${API_KEY}"})
    bench.add("web", command=["sleep", "600"], init=True, depends_on=["fetch"])
    bench.write({".env": f"API_KEY={SECRET}\n"})
    bench.run("up", "--detach", "web")
    assert leaks(bench, SECRET) == []


def test_a_secret_in_the_compose_file_itself_is_found_in_no_record(bench: Workbench) -> None:
    compose(bench, "echo $API_KEY; echo > out.txt", environment={"API_KEY": SECRET})
    bench.run("run")
    code = (bench.folder / "compose.yaml").read_bytes()
    found = leaks(bench, SECRET, also=("compose.yaml", hashlib.sha256(code).hexdigest()))
    assert found == []
