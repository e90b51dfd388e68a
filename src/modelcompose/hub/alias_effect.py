"""What moving an alias will do, in words: decided before anything moves. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from modelcompose.hub.gate_report import GateReport
from modelcompose.pipeline.model_mounts.followers import Follower
from modelcompose.registry.aliases import Move
from modelcompose.registry.records import Model, Version

Reach = Literal["here", "elsewhere"]


class AliasService(Struct, frozen=True):
    """What a move does to a service."""

    project: str
    service: str
    place: str
    """The folder that holds the model, from the project's."""
    holds: int | None
    """The version that it held when it was last filled."""
    reach: Reach
    """`here`: its folder is on the hub's machine, which fills it. `elsewhere`: a command does."""
    text: str
    """What it will see, and when."""
    command: str | None = None
    """What brings the model there, where the hub cannot."""


class AliasEffect(Struct, frozen=True):
    """What moving an alias will do."""

    model: str
    alias: str
    kind: Literal["new", "move", "back", "nothing", "remove"]
    """`back`: to the version that the alias pointed to before."""
    old: int | None
    """The version that it points to now; what a move is to expect."""
    new: int | None
    """The version that it will point to; null where it is removed."""
    previous: int | None
    """The version that it pointed to before: where a roll back leads."""
    headline: str
    moves: list[Move]
    """Where it pointed until now, the latest first."""
    gate: GateReport | None
    """How the gate comes out that the new version was made by; null where it had none."""
    services: list[AliasService]
    hidden_services: int
    """How many more are of projects that the caller may not see."""
    webhooks: int
    """How many are told."""
    notes: list[str]
    """What else is worth knowing before."""
    command: str | None
    """Does the same from a terminal."""
    undo: str | None
    """Goes back from a terminal."""


def describe(  # noqa: PLR0913 - what a move meets, each by name
    model: Model,
    alias: str,
    new: Version | None,
    *,
    moves: Sequence[Move],
    gate: GateReport | None,
    followers: Sequence[Follower],
    hidden: int,
    webhooks: int,
) -> AliasEffect:
    """Say what moving an alias will do.

    Args:
        model: whose alias it is.
        alias: the alias.
        new: where it is to point; None: it is to be removed.
        moves: of the alias, the latest first.
        gate: that of the new version, judged now.
        followers: the services that run on the model, as far as the caller may see them.
        hidden: how many more there are.
        webhooks: how many will be told.
    """
    old = model.aliases.get(alias)
    to = None if new is None else new.version
    previous = previous_of(moves, old)
    kind = _kind(old, to, previous)
    services = [] if kind == "nothing" else list(_services(model, alias, old, to, followers))
    return AliasEffect(
        model.name,
        alias,
        kind,
        old,
        to,
        previous,
        _headline(f"{model.name}@{alias}", old, to, kind),
        list(moves),
        gate,
        services,
        hidden,
        0 if kind == "nothing" else webhooks,
        list(_notes(alias, new, gate, kind)),
        _command(model.name, alias, to),
        None if kind == "nothing" else _command(model.name, alias, old),
    )


def previous_of(moves: Sequence[Move], now: int | None) -> int | None:
    """Give the version that an alias pointed to before the one that it points to now."""
    return next((move.old for move in moves if move.new == now and move.old is not None), None)


def _kind(
    old: int | None, new: int | None, previous: int | None
) -> Literal["new", "move", "back", "nothing", "remove"]:
    if old == new:
        return "nothing"
    if new is None:
        return "remove"
    if old is None:
        return "new"
    return "back" if new == previous else "move"


def _headline(label: str, old: int | None, new: int | None, kind: str) -> str:
    return {
        "nothing": f"{label} points to version {old} already."
        if old is not None
        else f"{label} points nowhere already.",
        "remove": f"{label} is removed; version {old} stays.",
        "new": f"{label} is new, and will point to version {new}.",
        "back": f"{label} goes back from version {old} to version {new}.",
        "move": f"{label} moves from version {old} to version {new}.",
    }[kind]


def _services(
    model: Model, alias: str, old: int | None, new: int | None, followers: Sequence[Follower]
) -> Sequence[AliasService]:
    found = []
    for each in followers:
        if each.directory is not None and each.reference == alias:
            found.append(_here(model.name, each, new))
        elif each.directory is None and each.holds == old and old is not None:
            found.append(_elsewhere(model.name, alias, each, new))
    return found


def _here(model: str, follower: Follower, new: int | None) -> AliasService:
    service, place = follower.service, follower.place
    if new is None:
        stays = "what it has" if follower.holds is None else f"version {follower.holds}"
        text = f"keeps {stays} in {place}; its next `up` fails, since the alias is not there"
        return _service(follower, "here", text)
    told = {
        "restart": f"then {service} is restarted, where it runs",
        "signal": f"then {service} gets {follower.signal}, where it runs",
        "none": f"{service} is not told: it looks for itself",
    }[follower.on_change]
    text = f"{place} gets the files of {model}@{new} within moments; {told}"
    return _service(follower, "here", text)


def _elsewhere(model: str, alias: str, follower: Follower, new: int | None) -> AliasService:
    if new is None:
        text = f"keeps version {follower.holds} in {follower.place}, on another machine"
        return _service(follower, "elsewhere", text)
    text = (
        f"holds version {follower.holds} in {follower.place}, on another machine; where it follows "
        f"@{alias}, it sees {model}@{new} after this command there"
    )
    command = shlex.join(["modelcompose", "up", "--detach", follower.service])
    return _service(follower, "elsewhere", text, command)


def _service(
    follower: Follower, reach: Reach, text: str, command: str | None = None
) -> AliasService:
    return AliasService(
        follower.project,
        follower.service,
        follower.place,
        follower.holds,
        reach,
        text,
        command,
    )


def _notes(alias: str, new: Version | None, gate: GateReport | None, kind: str) -> Sequence[str]:
    notes = []
    if new is not None and new.status != "READY":
        notes.append(f"Version {new.version} is not ready: {new.status_message or new.status}.")
    if new is not None and gate is None and kind != "nothing":
        notes.append(f"No gate stood before version {new.version}: nothing was measured for it.")
    if gate is not None and not gate.passed and kind in ("move", "new"):
        notes.append(
            f"The gate of version {gate.version} does not hold today. It is told here and stops "
            "nothing: gates decide what becomes a version, people where an alias points."
        )
    if kind == "remove":
        notes.append(f"Whoever asks for @{alias} finds nothing from then on.")
    return notes


def _command(model: str, alias: str, to: int | None) -> str:
    if to is None:
        return shlex.join(["modelcompose", "alias", "rm", f"{model}@{alias}"])
    return shlex.join(["modelcompose", "alias", "set", f"{model}@{to}", alias])
