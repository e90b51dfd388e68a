"""What may be a `resume` or a `live` output: a folder of its own, in an isolated workspace."""

from __future__ import annotations

from posixpath import splitext

from modelcompose.compose.fault import Fault, Path
from modelcompose.compose.grammar import StepKeys
from modelcompose.compose.project import Output

_FILES = frozenset(
    {
        *(".bin", ".ckpt", ".csv", ".db", ".gz", ".h5", ".html", ".json", ".jsonl", ".log"),
        *(".npy", ".npz", ".onnx", ".parquet", ".pickle", ".pkl", ".png", ".pt", ".pth"),
        *(".safetensors", ".sqlite", ".svg", ".tar", ".toml", ".tsv", ".txt", ".yaml", ".yml"),
        ".zip",
    }
)
"""Suffixes that folders do not have."""


def refuse_impossible(output: Output, keys: StepKeys, path: Path) -> None:
    """Make sure that an output which is kept or live can be so.

    Args:
        output: one of the step's.
        keys: what else stands under `x-ml.step`.
        path: where the output stands, for faults.

    Raises:
        Fault: it is both, a file, or the step works in the project folder.
    """
    if not output.resume and not output.live:
        return
    key = "resume" if output.resume else "live"
    if output.resume and output.live:
        raise Fault(
            path,
            "expected resume or live, found both",
            hint="keep checkpoints in a folder of their own, and logs in another",
        )
    if splitext(output.path)[1] in _FILES or output.path in (*keys.metrics, *keys.plots):
        raise Fault(
            (*path, key),
            f'a {key} output is a folder, found the file "{output.path}"',
            hint="name the folder that holds it, and let the step write the file there",
        )
    if keys.workspace == "project":
        raise Fault(
            (*path, key),
            f"{key} has no meaning with `workspace: project`, where the step writes in the project "
            "folder and nothing is taken away",
            hint="take one of the two away",
        )


def refuse_nested(outputs: tuple[Output, ...], path: Path) -> None:
    """Make sure that no output which is kept or live lies in another output.

    Raises:
        Fault: one does.
    """
    for inner in (output for output in outputs if output.resume or output.live):
        for outer in outputs:
            if inner.path.startswith(f"{outer.path}/"):
                raise Fault(
                    (*path, inner.path),
                    f"{inner.path} lies in {outer.path}, which is an output of its own",
                    hint="give each a folder of its own",
                )
