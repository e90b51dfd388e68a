"""What a step reads, from the grammar's keys: paths, URLs, probes and a period."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct

from modelcompose.compose.duration import parse_duration
from modelcompose.compose.fault import Fault, Path
from modelcompose.compose.fault import nearest as nearest_key
from modelcompose.compose.input_grammar import BESIDE, KINDS, InputKeys
from modelcompose.compose.project import Address, Input, Probe, Service, Step

SCHEMES = ("https", "http", "s3", "gs", "az", "ssh", "oci")
"""What a URL among the inputs may begin with; each of them also after `git+`."""

_URL = re.compile(r"(?:git\+)?(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<place>[^/\s]*)")
_REPOSITORY = re.compile(r"git\+(?!\w+://)\S+")
"""A git repository that is no URL itself, but a path of this machine."""
_TAKES: Mapping[str, frozenset[str]] = {
    "url": frozenset({"path"}),
    "probe": frozenset({"service", "timeout"}),
    "every": frozenset(),
    "path": frozenset({"compare"}),
}
"""The keys that each kind of input takes."""

PathOf = Callable[[str, Path], str]
"""Gives a path as the project sees it, from its text and the place where it stands."""


class StepInputs(Struct, frozen=True):
    """All that a step reads; fields as those of `Step`."""

    paths: tuple[Input, ...]
    addresses: tuple[Address, ...] = ()
    probes: tuple[Probe, ...] = ()
    every_s: float | None = None


def build_inputs(
    entries: tuple[str | InputKeys, ...], path: Path, *, any_path: PathOf, own_path: PathOf
) -> StepInputs:
    """Give what a step reads, repeats dropped.

    Args:
        entries: what stands under `inputs`.
        path: where that is, for faults.
        any_path: gives a path of the project, or an absolute one.
        own_path: gives a path inside the project, and refuses others.

    Raises:
        Fault: an entry has no meaning.
    """
    paths: dict[str, Input] = {}
    addresses: dict[str, Address] = {}
    probes: dict[str, Probe] = {}
    every_s: float | None = None
    for index, entry in enumerate(entries):
        keys, place = _long(entry), (*path, index)
        kind = _kind(keys, place)
        if kind == "url":
            address = _address(keys, place, own_path, is_short=isinstance(entry, str))
            addresses[address.url] = _with_place(address, addresses.get(address.url), place)
        elif kind == "probe":
            probe = _probe(keys, place)
            probes[probe.name] = probe
        elif kind == "every":
            if every_s is not None:
                raise Fault((*place, "every"), "the inputs hold a period already")
            every_s = _seconds(keys.every, (*place, "every"))
        else:
            at = place if isinstance(entry, str) else (*place, "path")
            found = any_path(_text(keys.path), at)
            paths[found] = Input(found, _compare(keys, found))
    return StepInputs(
        tuple(paths.values()), tuple(addresses.values()), tuple(probes.values()), every_s
    )


def is_url(text: str) -> bool:
    """Tell whether a short entry is a URL and no path."""
    return _URL.match(text) is not None or _REPOSITORY.match(text) is not None


def refuse_impossible_places(step: Step, path: Path) -> None:
    """Make sure that what is fetched has a place of its own.

    Raises:
        Fault: it has none.
    """
    taken = [*step.written, *(item.path for item in step.inputs or () if not item.is_external)]
    for address in step.addresses:
        if address.path is None:
            continue
        if step.workspace == "project":
            raise Fault(
                path,
                f"{address.url} cannot be shown at {address.path}: the step runs in the project "
                "folder itself, and nothing is put there",
                hint="take `workspace: project` away, or that input's `path`",
            )
        for other in taken:
            if _overlap(other, address.path):
                raise Fault(
                    path,
                    f"{address.url} cannot be shown at {address.path}, where the step has {other}",
                    hint="give each a path of its own",
                )
        taken.append(address.path)


def refuse_unknown_services(services: Mapping[str, Service]) -> None:
    """Make sure that every probe's service is one that can be asked.

    Raises:
        Fault: there is no such service, or it is a step.
    """
    for name, service in services.items():
        for probe in service.step.probes if service.step is not None else ():
            if probe.service is None:
                continue
            place: Path = ("services", name, "x-ml", "step", "inputs")
            other = services.get(probe.service)
            if other is None:
                raise Fault(
                    place,
                    f"the probe asks the service {probe.service}, which is not there",
                    hint=nearest_key(
                        probe.service, sorted(n for n, s in services.items() if s.step is None)
                    ),
                )
            if other.step is not None:
                raise Fault(
                    place,
                    f"the probe asks {probe.service}, which is a step and does not go on running",
                    hint="name a service that keeps running, or leave `service` away",
                )


def _long(entry: str | InputKeys) -> InputKeys:
    if isinstance(entry, InputKeys):
        return entry
    return InputKeys(url=entry) if is_url(entry) else InputKeys(path=entry)


def _kind(keys: InputKeys, place: Path) -> str:
    given = {name for name in keys.__struct_fields__ if getattr(keys, name) is not UNSET}
    kind = next((name for name in KINDS if name in given), None)
    if kind is None:
        raise Fault(
            place,
            "expected one of the keys path, url, probe and every",
            hint=f"{min(given)} belongs to {BESIDE[min(given)]}" if given else None,
        )
    for name in sorted(given - {kind} - _TAKES[kind]):
        raise Fault((*place, name), f"it has no meaning beside {kind}", at_key=True)
    return kind


def _compare(keys: InputKeys, path: str) -> Literal["stat", "content"]:
    if keys.compare is not UNSET:
        return keys.compare
    return "stat" if path.startswith("/") else "content"


def _address(keys: InputKeys, place: Path, own_path: PathOf, *, is_short: bool) -> Address:
    at = place if is_short else (*place, "url")
    url = _text(keys.url)
    match = _URL.match(url)
    if _REPOSITORY.match(url):
        return _shown(url, keys, place, own_path)
    if match is None or match["scheme"] not in SCHEMES or not match["place"]:
        shown = f'"{match["scheme"]}://…"' if match else "none"
        raise Fault(
            at,
            f"expected a URL, found {shown}",
            hint=f"URLs begin with {', '.join(f'{scheme}://' for scheme in SCHEMES)} or git+",
        )
    if ":" in match["place"].rpartition("@")[0]:
        raise Fault(
            at,
            "the URL holds a password",
            hint="leave it away: credentials are taken from the environment and from the files "
            "of the tools that the address belongs to",
        )
    return _shown(url, keys, place, own_path)


def _shown(url: str, keys: InputKeys, place: Path, own_path: PathOf) -> Address:
    if keys.path is UNSET:
        return Address(url)
    return Address(url, own_path(keys.path, (*place, "path")))


def _with_place(address: Address, other: Address | None, place: Path) -> Address:
    """Give what a URL that is named twice means: what is shown counts, too."""
    if other is None or other.path is None or other.path == address.path:
        return address
    if address.path is None:
        return other
    raise Fault(
        place,
        f"{address.url} is shown at {other.path} already",
        hint="a URL is shown at one place: have the step copy or link it to the other",
    )


def _probe(keys: InputKeys, place: Path) -> Probe:
    command: Any = keys.probe
    if not command or (isinstance(command, str) and not command.strip()):
        raise Fault((*place, "probe"), "expected a command, found nothing")
    return Probe(
        command,
        None if keys.service is UNSET else keys.service,
        Probe(command).timeout_s
        if keys.timeout is UNSET
        else _seconds(keys.timeout, (*place, "timeout")),
    )


def _seconds(text: Any, place: Path) -> float:
    seconds = parse_duration(text)
    if not seconds:
        raise Fault(place, f'expected a duration such as 12h or 1d, found "{text}"')
    return seconds


def _text(value: Any) -> str:
    return "" if value is UNSET else str(value)


def _overlap(one: str, other: str) -> bool:
    return one in (other, ".") or f"{one}/".startswith(f"{other}/") or other.startswith(f"{one}/")
