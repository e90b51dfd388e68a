"""The NVIDIA GPUs of this machine, and why there are none where the driver is at fault."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from msgspec import Struct

from modelcompose.diagnosis.facts.programs import ask
from modelcompose.engine.gpus import parse_list


class Gpus(Struct, frozen=True):
    """What `nvidia-smi` tells."""

    has_driver: bool
    """Whether `nvidia-smi` is installed."""
    indices: tuple[str, ...] = ()
    complaint: str = ""
    """What it said in place of a list."""


def find_gpus(environment: Mapping[str, str]) -> Gpus:
    """Ask `nvidia-smi` for the GPUs of this machine."""
    program = shutil.which("nvidia-smi", path=environment.get("PATH"))
    if program is None:
        return Gpus(has_driver=False)
    answer = ask([program, "-L"], environment)
    indices = parse_list(answer.output) if answer.is_good else ()
    told = [*answer.output.strip().splitlines(), answer.complaint]
    complaint = "" if indices else next((line for line in told if line), "no GPU was found")
    return Gpus(has_driver=True, indices=indices, complaint=complaint)
