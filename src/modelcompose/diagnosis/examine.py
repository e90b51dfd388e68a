"""Running the checks: side by side, each on its own, so that none takes another along."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from traceback import extract_tb

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.diagnosis.finding import Finding, Group, from_error, warning
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import NoAnswer, Task, Unknown
from modelcompose.errors import ModelComposeError
from modelcompose.store.failures import printable

Look = Callable[[Subject], Iterable[Finding]]

LIMIT_S = 30.0
"""How long a check may take; longer than what the facts that it rests on may take."""
DEEP_LIMIT_S = 24 * 3600.0


class Check(Struct, frozen=True):
    """One thing to look at.

    `look` gives what it found, nothing where there is nothing to say. It changes nothing. It may
    raise an error of ours, which then is the finding, or `Unknown` where it cannot tell because of
    what another check reports.
    """

    name: str
    """The code of its findings."""
    group: Group
    about: str
    """What it looks at, in words, for the documentation."""
    look: Look
    may_go_deep: bool = False
    """Whether it takes its time where the user asked for that."""

    def limit_s(self, subject: Subject) -> float:
        """Give how long it may take."""
        return DEEP_LIMIT_S if self.may_go_deep and subject.is_deep else LIMIT_S


def examine(subject: Subject, checks: Sequence[Check]) -> list[Finding]:
    """Run checks at the same time and give their findings, in the order of the checks.

    Those about a project are left out where there is none. Never raises for what a check does.
    """
    _import_before_threads()
    wanted = [c for c in checks if c.group != "project" or subject.has_project]
    running = [(check, _started(check, subject)) for check in wanted]
    return [
        replace(finding, code=check.name, group=check.group)
        for check, task in running
        for finding in _outcome(check, task)
    ]


def _import_before_threads() -> None:
    """Import what imports itself in a circle: threads that did so at once would see half of it."""
    import psutil  # noqa: F401
    import yaml  # noqa: F401


def _started(check: Check, subject: Subject) -> Task[list[Finding]]:
    return Task(lambda: list(check.look(subject)), check.limit_s(subject))


def _outcome(check: Check, task: Task[list[Finding]]) -> list[Finding]:
    try:
        return task.result()
    except Unknown:
        return []
    except ModelComposeError as error:
        return [from_error(error)]
    except NoAnswer as error:
        return [_unanswered(check, error)]
    except OSError as error:
        return [_denied(check, error)]
    except Exception as error:  # noqa: BLE001 - one broken check must not take the others along
        return [_broken(check, error)]


def _unanswered(check: Check, error: NoAnswer) -> Finding:
    return warning(
        f"the check {check.name} gave no answer within {error.limit_s:g} s; "
        "what it looks at may hang, such as a network folder"
    )


def _denied(check: Check, error: OSError) -> Finding:
    reason = (error.strerror or str(error)).lower()
    return warning(
        f"the check {check.name} could not look: {reason}",
        where=None if error.filename is None else printable(error.filename),
    )


def _broken(check: Check, error: Exception) -> Finding:
    frames = extract_tb(error.__traceback__)
    last = frames[-1]
    return warning(
        f"the check {check.name} broke off: {type(error).__name__}: {error} "
        f"({Path(last.filename).name}:{last.lineno})",
        fix="this is a fault of modelcompose itself: please report this line",
    )
