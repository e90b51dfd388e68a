"""The memory of Docker Desktop's virtual machine, which is less than the machine's."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.diagnosis.finding import Finding, ok, warning
from modelcompose.diagnosis.sizes import GIGABYTE, in_words
from modelcompose.diagnosis.subject import Subject
from modelcompose.tracking.host import this_host

SCARCE_BYTES = 4 * GIGABYTE


def look_at_memory(subject: Subject) -> Iterator[Finding]:
    """Compare what containers may use with what there is, where the two differ."""
    docker = subject.docker.known()
    theirs = int(docker.info.get("MemTotal") or 0)
    if docker.is_local and docker.is_desktop and theirs:
        yield judge(theirs, this_host().memory_bytes)


def judge(theirs_bytes: int, machine_bytes: int | None) -> Finding:
    """Tell whether Docker Desktop has memory enough to train anything.

    Args:
        theirs_bytes: what its virtual machine has.
        machine_bytes: what the machine has, where it can be told.
    """
    of = f" of this machine's {in_words(machine_bytes)}" if machine_bytes else ""
    what = f"containers share {in_words(theirs_bytes)}{of}, as Docker Desktop is set"
    if theirs_bytes >= SCARCE_BYTES:
        return ok(what)
    return warning(
        f"{what}: a step that needs more is killed",
        fix="Docker Desktop: Settings, Resources, Memory",
    )
