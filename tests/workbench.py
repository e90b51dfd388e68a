"""A project folder with the real command line, for scenario tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "modelcompose"]
IMAGE = "python:3.11-slim"
PATIENCE_S = 120.0


class Workbench:
    """One project, one home folder, one engine."""

    def __init__(self, folder: Path, *, home: Path, engine: str) -> None:
        self.folder = folder
        self.home = home
        self.engine = engine
        self.name = f"mc-test-{uuid.uuid4().hex[:10]}"
        self.command = list(COMMAND)
        self.variables: dict[str, str] = {}
        """Set in the environment of every command."""
        self._started: list[subprocess.Popen[str]] = []
        folder.mkdir(parents=True)

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of the project, each with its text."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def compose(self, steps: Mapping[str, Mapping[str, Any]], **top: Any) -> None:
        """Write `compose.yaml` with steps that run in the base image, the project mounted at /app.

        Each step's keys are those of its service; `step` is what stands under `x-ml.step`.
        """
        services = {name: _service(dict(keys)) for name, keys in steps.items()}
        document = {"name": self.name, **top, "services": services}
        self.write({"compose.yaml": json.dumps(document, indent=2, ensure_ascii=False)})

    def add(self, service: str, **keys: Any) -> None:
        """Add a service to `compose.yaml`, as `compose` writes them."""
        document = json.loads(self.read("compose.yaml"))
        document["services"][service] = _service(keys)
        self.write({"compose.yaml": json.dumps(document, indent=2, ensure_ascii=False)})

    def run(
        self,
        *arguments: str,
        code: int | None = 0,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run `modelcompose ARGUMENTS` in the project; checks the exit code unless it is None."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=folder or self.folder,
            env=self.environment(env),
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S * 2,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, _told(done)
        return done

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `modelcompose ARGUMENTS` in a process group of its own and go on."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environment(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the environment that commands run in."""
        return {
            **os.environ,
            "MODELCOMPOSE_HOME": str(self.home),
            "MODELCOMPOSE_ENGINE": self.engine,
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **self.variables,
            **(more or {}),
        }

    def json(self, *arguments: str, code: int | None = 0) -> Any:
        """Run a verb with `--format json` and give what it printed; of a stream its last line."""
        printed = self.run(*arguments, "--format", "json", code=code).stdout
        is_stream = printed.startswith('{"event"')
        return json.loads(printed.splitlines()[-1] if is_stream else printed)

    def endings(self, *arguments: str, code: int | None = 0) -> dict[str, str]:
        """Run steps and give how each came out."""
        results = self.json("run", *arguments, code=code)["steps"]
        return {result["step"]: result["ending"] for result in results}

    def states(self, *arguments: str) -> dict[str, str]:
        """Give each step's state."""
        return {step["step"]: step["state"] for step in self.json("status", *arguments)["steps"]}

    def causes(self, step: str) -> list[str]:
        """Give why a step would run."""
        found: list[str] = self.json("why", step)["causes"]
        return found

    def containers(self, *, running: bool = False) -> dict[str, str]:
        """Give the ids of the services' containers, by service; those that ended too."""
        flags = [] if running else ["--all"]
        done = subprocess.run(
            ["docker", "compose", "ps", *flags, "--no-trunc", "--format", "json"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return {entry["Service"]: entry["ID"] for entry in found}

    def read(self, name: str) -> str:
        """Give the text of a file of the project."""
        return (self.folder / name).read_text(encoding="utf-8")

    def causes_text(self, step: str) -> str:
        """Give why a step would run, on one line."""
        return "; ".join(self.causes(step))

    def shown(self, run: str) -> dict[str, Any]:
        """Give everything about a run: an id, or a step's name for its latest."""
        found: dict[str, Any] = self.json("runs", "show", run)
        return found

    @property
    def lock(self) -> str:
        """Give the text of `ml.lock`, empty where there is none."""
        path = self.folder / "ml.lock"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def identities(self, *arguments: str) -> dict[str, str | None]:
        """Give each step's identity; None where it is not known yet."""
        found = self.json("status", *arguments)["steps"]
        return {step["step"]: step["identity"] for step in found}

    def git(self, *arguments: str, code: int | None = 0) -> str:
        """Run git in the project, as an author who is always the same."""
        author = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        done = subprocess.run(
            ["git", *author, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, _told(done)
        return done.stdout

    def commit(self, message: str = "a state") -> None:
        """Commit everything that git does not ignore; makes the repository at the first call."""
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def clone(self, folder: Path, *, home: Path | None = None) -> Workbench:
        """Clone the project's repository into another folder; with another home: a new machine."""
        other = Workbench(folder, home=home or self.home, engine=self.engine)
        other.name = self.name
        other.git("clone", "--quiet", str(self.folder), ".")
        return other

    def clean(self) -> None:
        """End what is still running, and remove what the project left in Docker."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=PATIENCE_S)
        if self.engine == "docker":
            label = f"label=com.docker.compose.project={self.name}"
            _remove(["ps", "--all"], label, ["rm", "--force", "--volumes"])
            _remove(["network", "ls"], label, ["network", "rm"])
            _remove(["volume", "ls"], label, ["volume", "rm"])
            _remove(["images"], f"reference={self.name}-*", ["rmi", "--force"])


def _remove(listing: Sequence[str], chosen: str, removal: Sequence[str]) -> None:
    """Remove everything in Docker that a filter chooses."""
    command = ["docker", *listing, "--quiet", "--filter", chosen]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    if listed:
        subprocess.run(["docker", *removal, *set(listed)], capture_output=True, check=False)


def shell(script: str, *outputs: str, inputs: Sequence[str] = (), **step: Any) -> dict[str, Any]:
    """Give the keys of a step that runs a shell script; `$` is the shell's, not Compose's."""
    keys = {"inputs": list(inputs), "outputs": list(outputs), **step}
    return {"command": ["sh", "-c", script.replace("$", "$$")], "step": keys}


def wait_until(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds; fails by name when it does not in time."""
    limit = time.monotonic() + patience_s
    pause = threading_pause()
    while not condition():
        assert time.monotonic() < limit, f"waited in vain for: {what}"
        pause()


def hear(process: subprocess.Popen[str], text: str) -> None:
    """Wait until a command says something; fails when it ends before."""
    assert process.stdout is not None
    heard = [""]
    while text not in heard[-1]:
        heard.append(process.stdout.readline())
        assert heard[-1], "".join(heard)


def end_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command's end; give its exit code and what it said since it was last heard."""
    assert process.stdout is not None
    with process:
        told = process.stdout.read()
    return process.returncode, told


def threading_pause() -> Callable[[], object]:
    """Give a short pause between two looks."""
    import threading

    event = threading.Event()
    return lambda: event.wait(0.02)


def _service(keys: dict[str, Any]) -> dict[str, Any]:
    step = keys.pop("step", None)
    service = {"image": IMAGE, "working_dir": "/app", "volumes": [".:/app"], **keys}
    return service if step is None else {**service, "x-ml": {"step": step}}


def _told(done: subprocess.CompletedProcess[str]) -> str:
    return f"exit code {done.returncode}\n--- stdout\n{done.stdout}\n--- stderr\n{done.stderr}"
