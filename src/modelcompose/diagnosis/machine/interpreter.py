"""The Python that steps of the process engine run with."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.diagnosis.finding import Finding, note, ok, warning
from modelcompose.diagnosis.subject import Subject
from modelcompose.engine.process.interpreter import Interpreters, find_python


def look_at_interpreter(subject: Subject) -> Iterator[Finding]:
    """Ask the first Python on the PATH for its version."""
    executable = find_python(subject.environment)
    bad = note if subject.wants_docker else warning
    if executable is None:
        yield bad(
            "no Python is on the PATH: the process engine has nothing to run Python steps with",
            fix="install one, or activate a virtual environment:\n. .venv/bin/activate",
        )
        return
    found = Interpreters().describe(subject.environment, subject.folder)["interpreter"]
    if found is None:
        yield bad(f"{executable} does not start", fix=f"see what it says:\n{executable} --version")
        return
    version = " ".join(found.split()[:2])
    yield ok(f"{version} at {executable}, for steps of the process engine")
