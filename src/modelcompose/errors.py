"""Everything that can go wrong, as one tree.

ModelComposeError
├── UsageError              the command line asks for something that cannot be
├── ProjectError            the project's files are wrong
│   ├── ComposeError        Docker Compose itself refuses the file
│   ├── GrammarError        a key under x-ml is wrong
│   ├── VariableError       a required variable is not set
│   └── UnsupportedError    only the Docker Compose plugin can read this file
├── PlanError               the steps cannot be planned: a cycle, a missing input, two writers
├── StepError               a step did not succeed
├── EngineError             what runs the containers failed
│   ├── EngineUnavailable   no engine answers
│   ├── BuildError          an image does not build
│   └── EngineLost          the engine went away in the middle
├── StoreError              content could not be kept or given back
│   ├── StoreUnavailable    where it is kept does not answer now
│   ├── StorageFull         the disk is full
│   ├── ContentMissing      the store does not hold what was asked for
│   ├── ContentCorrupt      what the store holds is not what it was
│   └── RemoteError         a remote cannot be reached, refuses or fails
├── LockFileError           ml.lock cannot be read
├── DatabaseError           the database of runs cannot be used
├── NotFound                no such run, step or service
├── AlreadyExists           the name is taken
├── Busy                    another command works in this project
└── Interrupted             the user stopped the command
"""

from __future__ import annotations

from typing import ClassVar


class ModelComposeError(Exception):
    """What a user sees when something went wrong: where and what, then how to mend it.

    Attributes:
        code: stable name of this kind of error, for machines.
        exit_code: what the command exits with.
        message: where it was, what was wrong, what was found.
        hint: one way to mend it, with the command where there is one.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ModelComposeError):
    """The command line asks for something that cannot be."""

    code = "usage"
    exit_code = 2


class ProjectError(ModelComposeError):
    """The project's files are wrong."""

    code = "project"


class ComposeError(ProjectError):
    """Docker Compose itself refuses the file."""

    code = "compose"


class GrammarError(ProjectError):
    """A key or value under `x-ml` is wrong."""

    code = "grammar"


class VariableError(ProjectError):
    """A variable that the Compose file requires is not set."""

    code = "variable"


class UnsupportedError(ProjectError):
    """The file uses what only the Docker Compose plugin can read."""

    code = "unsupported"


class PlanError(ModelComposeError):
    """The steps cannot be planned."""

    code = "plan"


class StepError(ModelComposeError):
    """A step did not succeed."""

    code = "step"


class EngineError(ModelComposeError):
    """What runs the containers failed."""

    code = "engine"


class EngineUnavailable(EngineError):
    """No engine answers."""

    code = "engine-unavailable"


class BuildError(EngineError):
    """An image does not build or cannot be pulled."""

    code = "build"


class EngineLost(EngineError):
    """The engine went away in the middle of its work."""

    code = "engine-lost"


class StoreError(ModelComposeError):
    """Content could not be kept or given back."""

    code = "store"


class StoreUnavailable(StoreError):
    """Where content is kept does not answer now; later it may."""

    code = "store-unavailable"


class StorageFull(StoreError):
    """The disk is full."""

    code = "storage-full"


class ContentMissing(StoreError):
    """The store does not hold the content that was asked for."""

    code = "content-missing"


class ContentCorrupt(StoreError):
    """What the store holds is not what was put there."""

    code = "content-corrupt"


class RemoteError(StoreError):
    """A remote cannot be reached, refuses or fails."""

    code = "remote"


class LockFileError(ModelComposeError):
    """`ml.lock` cannot be read."""

    code = "lock-file"


class DatabaseError(ModelComposeError):
    """The database of runs cannot be used."""

    code = "database"


class NotFound(ModelComposeError):
    """No run, step or service goes by the given name."""

    code = "not-found"


class AlreadyExists(ModelComposeError):
    """Something of the given name is there already."""

    code = "already-exists"


class Busy(ModelComposeError):
    """Another command works in this project."""

    code = "busy"


class Interrupted(ModelComposeError):
    """The user stopped the command."""

    code = "interrupted"
    exit_code = 130
