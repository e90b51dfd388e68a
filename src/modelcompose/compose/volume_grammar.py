"""The grammar of `x-ml` on a top-level volume, and the datasets that it declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from modelcompose.compose.fault import Fault, Path, nearest
from modelcompose.compose.project import VOLUME, Dataset, Service, is_volume


class DatasetKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about a volume that holds a dataset; nothing yet."""


class VolumeKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a volume's `x-ml`."""

    dataset: Annotated[
        DatasetKeys | None,
        Meta(
            title="an empty map",
            description=(
                "Says that the volume holds data, which `volume:NAME` then names: as a step's "
                "input or output, and for `data add`, `data status`, `data checkout`, `push` and "
                "`pull`. "
                "What it holds is read and written through the engine, owners and permissions "
                "with it."
            ),
            examples=[{}],
        ),
    ]


def build_dataset(name: str, document: Mapping[str, Any], project: str) -> Dataset:
    """Give a volume that holds a dataset.

    Args:
        name: the volume's key in the file.
        document: the volume as `docker compose config` prints it.
        project: the Compose project's name.
    """
    is_external = bool(document.get("external"))
    own = name if is_external else f"{project}_{name}"
    return Dataset(
        name=name,
        volume=str(document.get("name") or own),
        is_external=is_external,
        driver=document.get("driver"),
        options={key: str(value) for key, value in (document.get("driver_opts") or {}).items()},
        labels=_labels(document.get("labels")),
    )


def _labels(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        pairs = (str(entry).partition("=") for entry in value)
        return {name: text for name, _, text in pairs}
    return {name: str(text) for name, text in (value or {}).items()}


def refuse_unknown_volumes(services: Mapping[str, Service], datasets: tuple[Dataset, ...]) -> None:
    """Make sure that what steps read and write of volumes are datasets, and whole.

    Raises:
        Fault: one is none.
    """
    known = [dataset.name for dataset in datasets]
    for name, service in services.items():
        if service.step is None:
            continue
        for path, text in _named(service):
            place = ("services", name, "x-ml", "step", *path)
            if text.removeprefix(VOLUME) not in known:
                raise _unknown(place, text, known)
            if path[0] in ("metrics", "plots"):
                raise Fault(place, f"{text} is a volume, and no file", hint="name a file")
        for output in service.step.outputs:
            if is_volume(output.path) and (output.live or output.resume):
                raise Fault(
                    ("services", name, "x-ml", "step", "outputs", output.path),
                    "a volume can be neither live nor resumed",
                    hint="keep checkpoints in a folder of the project",
                )


def _named(service: Service) -> Iterator[tuple[Path, str]]:
    step = service.the_step
    for item in step.inputs or ():
        if is_volume(item.path):
            yield ("inputs",), item.path
    for output in step.outputs:
        if is_volume(output.path):
            yield ("outputs",), output.path
    for key, paths in (("metrics", step.metrics), ("plots", step.plots)):
        for path in paths:
            if is_volume(path):
                yield (key,), path


def _unknown(place: Path, text: str, known: list[str]) -> Fault:
    name = text.removeprefix(VOLUME)
    if "/" in name:
        return Fault(
            place,
            f"{text}: a volume is read and written as a whole",
            hint=f"name it alone: {VOLUME}{name.partition('/')[0]}",
        )
    near = nearest(name, known) if known else None
    return Fault(
        place,
        f"{text}: no volume {name!r} is declared to hold a dataset",
        hint=near or f"write volumes: {{{name}: {{x-ml: {{dataset: {{}}}}}}}}",
    )
