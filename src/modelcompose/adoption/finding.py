"""What is found about a service, and what of it goes into its `x-ml`."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct

from modelcompose.adoption.folding import fold, folders_above
from modelcompose.adoption.hints import ending, is_code, is_plot, looks_like_metrics
from modelcompose.adoption.roles import Role
from modelcompose.adoption.snapshot import is_byte_code
from modelcompose.adoption.traces import Traces
from modelcompose.adoption.writing import Written, command_text
from modelcompose.pipeline.paths import covers, outermost

_NO_PARAMETER_ENDINGS = (
    *("_HOST", "_PORT", "_URL", "_URI", "_USER", "_DIR", "_PATH", "_FILE", "_TAG", "_IMAGE"),
    *("_VERSION", "_ENDPOINT", "_ADDR", "_DATABASE", "_DB", "_NAME", "_REGION", "_LEVEL", "_ID"),
)
_NO_PARAMETERS = frozenset(
    {
        *("UID", "GID", "TAG", "HOST", "PORT", "USER", "HOME", "PATH", "TZ", "LANG", "HOSTNAME"),
        *("PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DISPLAY", "DEBUG", "PWD"),
        *("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES"),
        *("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "http_proxy", "https_proxy", "no_proxy"),
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TOKENIZERS_PARALLELISM", "WORKERS"),
    }
)


class Finding(Struct, frozen=True):
    """What was found about one service."""

    service: str
    role: Role
    inputs: tuple[str, ...] | None = None
    """None: leave the key out, so that all code that the mounts show counts."""
    outputs: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    log_metrics: tuple[str, ...] = ()
    command: str | None = None
    """Another command than the one that is written, `${NAME}` and all; None to leave that."""
    extends: str | None = None
    """The service that a new one is made from; `service` is then its name."""
    folder: str | None = None
    """Another working folder, for a new service."""
    instead: Mapping[str, Any] = {}
    """Keys of a new service that replace what it would inherit."""
    notes: tuple[str, ...] = ()

    @property
    def is_proposed(self) -> bool:
        """Whether the service is to become a step."""
        if self.role.kind not in ("one-shot", "schedule"):
            return False
        return bool(self.written) or self.role.is_test

    @property
    def written(self) -> tuple[str, ...]:
        """Give every path that it writes."""
        return tuple(dict.fromkeys([*self.outputs, *self.metrics, *self.plots]))

    def step(self) -> dict[str, Any]:
        """Give what stands under `x-ml.step`."""
        keys: dict[str, Any] = {}
        if self.inputs is not None:
            keys["inputs"] = list(self.inputs)
        named = ("outputs", "params", "metrics", "plots", "log_metrics")
        return keys | {name: list(getattr(self, name)) for name in named if getattr(self, name)}

    def keys(self, profile: str | None) -> dict[str, Any]:
        """Give the keys to put on the service."""
        keys: dict[str, Any] = {}
        if self.extends is not None:
            keys |= {"extends": {"service": self.extends}, **self.instead}
        if self.command is not None:
            keys["command"] = Written(command_text(self.command))
        if self.folder is not None:
            keys["working_dir"] = self.folder
        if profile is not None:
            keys["profiles"] = [profile]
        return keys | {"x-ml": {"step": self.step()}}


def proposable_parameters(names: Iterable[str]) -> tuple[str, ...]:
    """Leave out variables that say where something is, not what is computed."""
    return tuple(
        name
        for name in dict.fromkeys(names)
        if name not in _NO_PARAMETERS and not name.upper().endswith(_NO_PARAMETER_ENDINGS)
    )


def from_traces(  # noqa: PLR0913 - facts from each side
    service: str,
    role: Role,
    traces: Traces,
    *,
    params: Iterable[str],
    present: Collection[str],
    notes: Iterable[str] = (),
) -> Finding:
    """Make a finding of what a service's files name.

    Args:
        service: its name.
        role: what it is.
        traces: what it names.
        params: its parameters.
        present: every file of the project.
        notes: what else the user should know.
    """
    read = [*traces.scripts, *traces.read, *traces.maybe_read]
    outputs = _outputs(traces, read)
    metrics, plots, rest = _sorted_out(outputs, traces.written)
    apart = {*traces.written, *traces.made}
    inputs = fold(
        (path for path in read if not _is_within(path, outputs)),
        present,
        least=4,
        share=0.6,
        apart=apart,
    )
    named = _ordered([*_without_byte_code(outermost(inputs), present), *traces.external])
    return Finding(
        service=service,
        role=role,
        inputs=tuple(named) or None,
        outputs=rest,
        params=proposable_parameters(params),
        metrics=metrics,
        plots=plots,
        log_metrics=traces.printed,
        notes=tuple(notes),
    )


def from_seen(
    service: str,
    role: Role,
    read: Iterable[str],
    written: Iterable[str],
    *,
    present: Collection[str],
) -> Finding:
    """Make a finding of what a command was seen to read and write.

    Args:
        service: its name.
        role: what it is.
        read: files and folders of the project; absolute paths are external data.
        written: files and folders of the project.
        present: every file of the project as it is now.
    """
    read, written = list(read), list(written)
    files = [path for path in present if _is_within(path, written)]
    outputs = fold(files or written, present, least=2, share=1.0, apart=[*read])
    outer = outermost(_narrowed(path, files) for path in outputs)
    inside = [path for path in read if not path.startswith("/")]
    data = fold((p for p in inside if not is_code(p)), present, least=2, share=1.0, apart=files)
    inputs = fold([*data, *inside], present, least=4, share=0.5, apart=files)
    metrics, plots, rest = _sorted_out(outer, files)
    outside = [path for path in read if path.startswith("/")]
    return Finding(
        service=service,
        role=role,
        inputs=tuple(_ordered([*_without_byte_code(outermost(inputs), present), *outside])),
        outputs=rest,
        metrics=metrics,
        plots=plots,
    )


def _narrowed(path: str, files: Iterable[str]) -> str:
    """Give the innermost folder that holds all that was written to a folder."""
    inside = [file for file in files if covers(path, file)]
    return posixpath.commonpath(inside) if inside else path


def _outputs(traces: Traces, read: Collection[str]) -> tuple[str, ...]:
    """Give what is written, by folder where the folder is the service's own."""
    own = {made for made in traces.made if not any(covers(made, path) for path in read)}
    counted: dict[str, int] = {}
    for path in traces.written:
        folder = path.rpartition("/")[0]
        counted[folder] = counted.get(folder, 0) + 1
    own |= {
        folder
        for folder, count in counted.items()
        if folder and count > 1 and not any(covers(folder, path) for path in read)
    }
    paths = {_within_own(path, own) for path in traces.written}
    paths |= {made for made in own if made in traces.made and _is_for_results(made, traces)}
    return outermost(paths)


def _is_for_results(made: str, traces: Traces) -> bool:
    """Tell whether a folder that is made is not only the parent of what is known anyway."""
    return not any(covers(made, path) for path in traces.written)


def _within_own(path: str, own: Collection[str]) -> str:
    return next((folder for folder in folders_above(path) if folder in own), path)


def _sorted_out(
    outputs: Iterable[str], files: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Tell metrics and plots from the other outputs; those inside a folder stand in both."""
    outputs = list(outputs)
    candidates = dict.fromkeys([*outputs, *files])
    metrics = [path for path in candidates if looks_like_metrics(path)]
    plots = [path for path in outputs if path not in metrics and is_plot(path)]
    rest = [path for path in outputs if path not in metrics and path not in plots]
    return tuple(sorted(metrics)), tuple(sorted(plots)), tuple(sorted(rest))


def _without_byte_code(paths: Iterable[str], present: Collection[str]) -> list[str]:
    """Give a folder of modules as the pattern of its modules: Python keeps more there."""
    return [_modules_of(path, present) for path in paths]


def _modules_of(folder: str, present: Collection[str]) -> str:
    inside = [path for path in present if path.startswith(f"{folder}/") and not is_byte_code(path)]
    if not inside or any(ending(path) != "py" for path in inside):
        return folder
    is_flat = all("/" not in path.removeprefix(f"{folder}/") for path in inside)
    return f"{folder}/*.py" if is_flat else f"{folder}/**/*.py"


def _is_within(path: str, folders: Iterable[str]) -> bool:
    return any(covers(folder, path) for folder in folders)


def _ordered(paths: Iterable[str]) -> list[str]:
    """Give data before code, as people write it."""
    return sorted(paths, key=lambda path: (is_code(path), path))
