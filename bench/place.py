"""Where a benchmark works: a folder of its own, the programs, and the projects in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from goals import OURS, PEER
from measure import Side, measure
from projects import Chain, dvc_chain, modelcompose_chain, one_step, variables

LENGTH = 100
"""How many steps the chain has."""

_MADE_BY_OURS = ("ml.lock", ".ml")
_MADE_BY_DVC = ("dvc.lock", ".dvc/cache", ".dvc/tmp", "out/.gitignore")


class MissingProgramError(Exception):
    """A program that is to be measured is not there."""


class Place:
    """A temporary folder with all that the rows need, each part made when it is first asked for."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="modelcompose-bench-"))
        self.variables: Mapping[str, str] = variables(self.folder)
        self.modelcompose = _installed("modelcompose")
        self.dvc = _installed("dvc")
        self._compose_folders: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for folder in self._compose_folders:
            subprocess.run(
                ["docker", "compose", "down", "--timeout", "1"],
                cwd=folder,
                env=self.variables,
                capture_output=True,
                check=False,
            )
        shutil.rmtree(self.folder, ignore_errors=True)

    @cached_property
    def chain(self) -> Chain:
        """The chain of steps as ours."""
        return modelcompose_chain(self.folder / "chain", LENGTH, self.variables)

    @cached_property
    def dvc_chain(self) -> Chain:
        """The chain of steps as DVC's."""
        return dvc_chain(self.folder / "dvc-chain", LENGTH, self.variables, self.dvc)

    @cached_property
    def one_step(self) -> Path:
        """A project with one step that does nothing."""
        return self._compose_folder("one-step")

    @cached_property
    def one_service(self) -> Path:
        """The same project once more, for the peer."""
        return self._compose_folder("one-service")

    def side(self, label: str, command: Sequence[str], folder: Path) -> Side:
        """Give a side that runs in the benchmark's own environment."""
        return Side(label, command, folder, self.variables)

    def first_runs(self) -> list[Side]:
        """Give the sides that make the whole chain, each from nothing."""
        return [
            Side(
                OURS,
                [self.modelcompose, "--engine", "process", "run"],
                self.chain.folder,
                self.variables,
                before=self._forget_ours,
                after=self.chain.require_outputs,
            ),
            Side(
                PEER,
                [self.dvc, "repro"],
                self.dvc_chain.folder,
                self.variables,
                before=self._forget_dvc,
                after=self.dvc_chain.require_outputs,
            ),
        ]

    def make_chains(self) -> None:
        """Run both chains to their end, unless an earlier row did."""
        locks = (self.chain.folder / "ml.lock", self.dvc_chain.folder / "dvc.lock")
        for side, lock in zip(self.first_runs(), locks, strict=True):
            if not lock.exists():
                measure(side)

    def _forget_ours(self) -> None:
        self.chain.forget(*_MADE_BY_OURS)
        with suppress(FileNotFoundError):
            shutil.rmtree(self.variables["MODELCOMPOSE_HOME"])

    def _forget_dvc(self) -> None:
        self.dvc_chain.forget(*_MADE_BY_DVC)
        with suppress(FileNotFoundError):
            shutil.rmtree(self.variables["DVC_SITE_CACHE_DIR"])

    def _compose_folder(self, name: str) -> Path:
        folder = one_step(self.folder / name, self.variables)
        self._compose_folders.append(folder)
        return folder


def _installed(name: str) -> str:
    """Give the program that stands beside this Python."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        raise MissingProgramError(f"{path}: is not there; `make bench` installs it")
    return str(path)
