"""What names say: which folders and options are for what goes in, and which for what comes out."""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["in", "out"]

_OUT = frozenset(
    {
        *("out", "output", "outputs", "result", "results", "model", "models", "checkpoint"),
        *("checkpoints", "ckpt", "ckpts", "weights", "artifact", "artifacts", "log", "logs"),
        *("run", "runs", "report", "reports", "figure", "figures", "plot", "plots", "metrics"),
        *("prediction", "predictions", "export", "exports", "exported", "save", "saved", "dest"),
        *("destination", "target", "dist", "scores", "evaluation", "submission", "submissions"),
        *("processed", "prepared", "features", "interim", "cleaned", "lightning", "experiments"),
        *("mlruns", "tensorboard", "tb", "trained"),
    }
)
_IN = frozenset(
    {
        *("in", "input", "inputs", "data", "dataset", "datasets", "raw", "source", "sources"),
        *("src", "corpus", "images", "assets", "resources", "pretrained", "vocab", "labels"),
        *("annotations", "external"),
        *("fixtures", "reference", "schema", "queries", "sql", "scripts", "notebooks"),
    }
)
_SETTINGS = frozenset({"config", "configs", "conf", "cfg", "settings", "params", "hparams"})
_METRIC_WORDS = ("metric", "score", "eval")
_METRIC_ENDINGS = (".json", ".yaml", ".yml", ".jsonl", ".csv", ".tsv")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

DATA_ENDINGS = frozenset(
    {
        *("csv", "tsv", "json", "jsonl", "parquet", "feather", "arrow", "pkl", "pickle", "joblib"),
        *("npy", "npz", "h5", "hdf5", "pt", "pth", "ckpt", "onnx", "safetensors", "txt", "zip"),
        *("gz", "tar", "db", "sqlite", "sqlite3", "duckdb", "xlsx", "yaml", "yml", "toml", "png"),
        *("jpg", "jpeg", "svg", "pdf", "html", "md", "bin", "model", "ubj", "cbm", "lgb", "wav"),
    }
)
"""Endings of files that programs read and write, code apart."""


def direction_of(name: str) -> Direction | None:
    """Tell what a variable's, an option's or a folder's name says; None where it says nothing.

    Settings go in whatever they are for; else a word that means output counts more than one that
    means input: `MODEL_CONFIG` and `data_dir` are in, `model_dir` and `OUTPUT_DATA` are out.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if not _SETTINGS.isdisjoint(words):
        return "in"
    if any(word in _OUT for word in words):
        return "out"
    return "in" if any(word in _IN for word in words) else None


def direction_of_path(path: str) -> Direction | None:
    """Tell what a path's own parts say, the innermost first."""
    for part in reversed(path.split("/")):
        found = direction_of(part.partition(".")[0])
        if found is not None:
            return found
    return None


def ending(path: str) -> str:
    """Give a path's ending without the dot, in lower case; empty where it has none."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""


def is_code(path: str) -> bool:
    """Tell whether a path names a script, a notebook or what was compiled from one."""
    return ending(path) in {"py", "sh", "ipynb", "pyc"}


def looks_like_path(text: str) -> bool:
    """Tell whether a text would hardly be anything else than a path."""
    if not text or len(text) > 200 or any(c in text for c in " \t\n<>|\"'\\"):  # noqa: PLR2004 - no path of a project is longer
        return False
    is_relative = text.startswith(("./", "../"))
    if "://" in text or (text.startswith(("-", "@", "#", ".")) and not is_relative):
        return False
    return "/" in text.strip("/") or ending(text) in DATA_ENDINGS or text.startswith("/")


def looks_like_metrics(path: str) -> bool:
    """Tell whether a file is named as one that holds metrics."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_METRIC_ENDINGS) and any(word in name for word in _METRIC_WORDS)


def is_plot(path: str) -> bool:
    """Tell whether a file is one to draw: an image, or a table named as a curve."""
    if ending(path) in {"png", "svg", "jpg", "jpeg"}:
        return True
    words = {word.lower() for word in _WORD.findall(path.rpartition("/")[2])}
    curves = {"roc", "curve", "pr", "confusion", "plot", "calibration", "importance"}
    return ending(path) in {"csv", "tsv", "json", "jsonl"} and not curves.isdisjoint(words)
