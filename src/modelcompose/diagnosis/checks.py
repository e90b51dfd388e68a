"""The table of all checks, in the order in which their findings are shown."""

from __future__ import annotations

from modelcompose.diagnosis.examine import Check
from modelcompose.diagnosis.home.content import look_at_content
from modelcompose.diagnosis.home.database import look_at_database
from modelcompose.diagnosis.home.folder import look_at_home
from modelcompose.diagnosis.home.leftovers import look_at_leftovers, look_at_unfinished_runs
from modelcompose.diagnosis.home.stale_files import look_at_stale_files
from modelcompose.diagnosis.machine.clock import look_at_clocks
from modelcompose.diagnosis.machine.disk import look_at_disks
from modelcompose.diagnosis.machine.engine import look_at_engine
from modelcompose.diagnosis.machine.gpus import look_at_gpu_runtime
from modelcompose.diagnosis.machine.interpreter import look_at_interpreter
from modelcompose.diagnosis.machine.memory import look_at_memory
from modelcompose.diagnosis.machine.plugins import look_at_buildx, look_at_compose
from modelcompose.diagnosis.project.compose_file import look_at_file, look_at_graph
from modelcompose.diagnosis.project.contexts import look_at_contexts
from modelcompose.diagnosis.project.git import look_at_git
from modelcompose.diagnosis.project.lock_file import look_at_lock
from modelcompose.diagnosis.project.mounts import look_at_mounts
from modelcompose.diagnosis.project.one_shots import look_at_one_shots
from modelcompose.diagnosis.project.outputs import look_at_outputs
from modelcompose.diagnosis.project.ports import look_at_ports
from modelcompose.diagnosis.project.reservations import (
    look_at_gpu_reservations,
    look_at_memory_limits,
)
from modelcompose.diagnosis.project.secrets import look_at_secrets
from modelcompose.diagnosis.project.variables import look_at_required, look_at_unset
from modelcompose.diagnosis.project.waits import look_at_waits

CHECKS = (
    Check("engine", "machine", "the Docker engine answers, and is new enough", look_at_engine),
    Check("compose", "machine", "the Compose plugin is there, and new enough", look_at_compose),
    Check("buildx", "machine", "the Buildx plugin is there", look_at_buildx),
    Check(
        "disk",
        "machine",
        "there is room on the disks of the project, the home folder and Docker",
        look_at_disks,
    ),
    Check(
        "gpu-runtime",
        "machine",
        "Docker can hand the machine's GPUs to containers",
        look_at_gpu_runtime,
    ),
    Check("memory", "machine", "Docker Desktop has memory enough", look_at_memory),
    Check(
        "clock",
        "machine",
        "the clocks of the machine, its file systems and the engine agree",
        look_at_clocks,
    ),
    Check(
        "python",
        "machine",
        "there is a Python for the steps of the process engine",
        look_at_interpreter,
    ),
    Check("compose-file", "project", "the Compose file can be read", look_at_file),
    Check(
        "step-order",
        "project",
        "the steps form no cycle, and no two write one path",
        look_at_graph,
    ),
    Check(
        "required-variables", "project", "every variable that must be set is set", look_at_required
    ),
    Check("unset-variables", "project", "no variable stands for an empty text", look_at_unset),
    Check(
        "build-context",
        "project",
        "builds take in no data, no outputs and no version control",
        look_at_contexts,
    ),
    Check(
        "one-shots",
        "project",
        "services that run to their end have a profile, so that plain `up` leaves them alone",
        look_at_one_shots,
    ),
    Check(
        "health-waits",
        "project",
        "who waits for `service_healthy` waits for something with a health check",
        look_at_waits,
    ),
    Check(
        "remote-mounts",
        "project",
        "no bind mount is looked for on another machine",
        look_at_mounts,
    ),
    Check("open-ports", "project", "no port is open to the whole network", look_at_ports),
    Check(
        "gpu-reservations",
        "project",
        "the machine has the GPUs that services reserve",
        look_at_gpu_reservations,
    ),
    Check(
        "memory-limits",
        "project",
        "the engine has the memory that services may use",
        look_at_memory_limits,
    ),
    Check("git", "project", "git can tell the code of a run", look_at_git),
    Check("large-outputs", "project", "git ignores large outputs of steps", look_at_outputs),
    Check("lock", "project", "`ml.lock` can be read, and is in git", look_at_lock),
    Check("secrets", "project", "no secret is in git, or about to be", look_at_secrets),
    Check("home", "store", "the home folder can be written, on a local disk", look_at_home),
    Check(
        "content",
        "store",
        "blobs of the store hold what their names say: a sample, with `--deep` all",
        look_at_content,
        may_go_deep=True,
    ),
    Check(
        "database", "store", "the database of runs is whole, and of our schema", look_at_database
    ),
    Check("leftovers", "store", "no killed command left something behind", look_at_leftovers),
    Check(
        "unfinished-runs",
        "store",
        "no run counts as running that nobody watches",
        look_at_unfinished_runs,
    ),
    Check("stale-files", "store", "no temporary file outlived its writer", look_at_stale_files),
)
"""Every check. A new one is a function that gives findings, and a line here."""
