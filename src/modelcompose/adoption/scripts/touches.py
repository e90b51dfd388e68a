"""The calls of a script that read or write files, with the paths that they name."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from modelcompose.adoption.scripts.modules import Files, Module, Modules, read_modules
from modelcompose.adoption.scripts.names import last_word
from modelcompose.adoption.scripts.values import Evaluator
from modelcompose.tracking.log_metrics import STEP_NAMES

_READS = frozenset(
    {
        *("read_csv", "read_parquet", "read_json", "read_excel", "read_table", "read_pickle"),
        *("read_feather", "read_hdf", "read_orc", "read_stata", "read_sas", "read_xml", "read_fwf"),
        *("scan_csv", "scan_parquet", "read_ndjson", "read_table", "loadtxt", "genfromtxt"),
        *("fromfile", "imread", "load_model", "load_weights", "load_state_dict", "safe_open"),
        *("load_file", "from_pretrained", "load_from_disk", "ImageFolder", "DatasetFolder"),
        *("image_dataset_from_directory", "flow_from_directory", "iglob", "listdir", "scandir"),
        *("memmap", "open_dataset", "read_file", "load_dataset", "read_image", "load_model_from"),
    }
)
"""Functions whose first argument is a path that they read."""

_READS_OF_PATH = frozenset({"read_text", "read_bytes", "iterdir", "glob", "rglob"})
_WRITES_OF_PATH = frozenset({"write_text", "write_bytes", "mkdir", "touch"})
"""Methods of a path."""

_WRITES = frozenset(
    {
        *("to_csv", "to_parquet", "to_json", "to_pickle", "to_excel", "to_feather", "to_hdf"),
        *("to_html", "to_markdown", "to_latex", "to_netcdf", "to_zarr", "write_csv"),
        *("write_parquet", "write_json", "write_ndjson", "write_excel", "sink_parquet"),
        *("savetxt", "savez", "savez_compressed", "savefig", "imwrite", "save_model"),
        *("save_weights", "save_pretrained", "save_to_disk", "save_file", "tofile"),
        *("SummaryWriter", "FileHandler", "write_image", "write_html", "write_video", "imsave"),
        *("ModelCheckpoint", "CSVLogger", "TensorBoard", "save_raw", "set_output"),
    }
)
"""Functions and methods whose first argument is a path that they write."""

_WRITES_SECOND = frozenset({"dump", "save_image"})
"""`joblib.dump(model, path)`; `json.dump(value, file)` has a file there that was opened."""
_COPIES = frozenset({"copy", "copy2", "copyfile", "move", "copytree", "rename", "replace"})
_COPIERS = frozenset({"shutil", "os", "fs"})
_BUILDS_PATHS = frozenset({"join", "joinpath", "with_name", "with_suffix", "replace", "split"})
_NAMED = re.compile(r"(?:^|[\s,;|(\[{])([A-Za-z_][\w./@-]*)=$")
_WRITING_MODES = frozenset("wax")
_PATH_KEYWORDS = frozenset(
    {
        *("path", "file", "filename", "fname", "path_or_buf", "filepath", "filepath_or_buffer"),
        *("save_directory", "log_dir", "logdir", "dirpath", "root", "directory", "name", "buf"),
        *("filepath", "save_path", "f", "fp", "io", "excel_writer"),
    }
)


class Touches(Struct, frozen=True):
    """What a script names; paths as the container sees them, relative to its working folder."""

    modules: tuple[str, ...] = ()
    """The script itself and the modules of the project that it imports."""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    """Folders that it makes, with what lies above them: they are its own."""
    mentions: tuple[str, ...] = ()
    """Texts that may be paths, where no call tells what is done with them."""
    printed: tuple[str, ...] = ()
    """Names of what is printed as `name=value` beside an epoch or a step."""


def touches(  # noqa: PLR0913 - what a script knows, by kind
    scripts: Sequence[str],
    files: Files,
    *,
    roots: Sequence[str],
    variables: Mapping[str, str | None],
    arguments: Sequence[str],
    settings: Mapping[str, str],
) -> Touches:
    """Tell which files a script reads and writes.

    Args:
        scripts: container paths of Python files, the one that is executed first.
        files: finds them on this machine.
        roots: where modules are looked for besides each script's own folder.
        variables: the container's.
        arguments: what the script is given on its command line.
        settings: texts by their keys, from the files of settings that it is given.
    """
    modules = read_modules(scripts, files, roots)
    look = _Look(modules, Evaluator(modules, variables, arguments, settings))
    look.everything()
    return Touches(
        modules=tuple(modules),
        reads=tuple(dict.fromkeys(look.reads)),
        writes=tuple(dict.fromkeys(look.writes)),
        makes=tuple(dict.fromkeys(look.makes)),
        mentions=tuple(dict.fromkeys(look.mentions)),
        printed=tuple(dict.fromkeys(look.printed)),
    )


class _Look:
    def __init__(self, modules: Modules, evaluator: Evaluator) -> None:
        self._modules = modules
        self._evaluator = evaluator
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.makes: list[str] = []
        self.mentions: list[str] = []
        self.printed: list[str] = []

    def everything(self) -> None:
        for module in self._modules.values():
            parts = _parts_of_paths(module.tree)
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    self._call(node, module)
                elif isinstance(node, ast.JoinedStr):
                    self.printed += _printed(node)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    self.mentions += [] if node in parts else [node.value]
            for name in module.names.options:
                self.mentions += self._evaluator.option(name)

    def _call(self, node: ast.Call, module: Module) -> None:
        take = _BY_FUNCTION.get(last_word(node.func))
        if take is not None:
            take(self, node, module)

    def _read(self, node: ast.Call, module: Module) -> None:
        self.reads += self._first(node, module)

    def _load(self, node: ast.Call, module: Module) -> None:
        if not _is_of_open_file(node):
            self.reads += self._first(node, module)

    def _write(self, node: ast.Call, module: Module) -> None:
        self.writes += self._first(node, module)

    def _make(self, node: ast.Call, module: Module) -> None:
        self.makes += self._first(node, module)

    def _settings_of_hydra(self, node: ast.Call, module: Module) -> None:
        """Take `@hydra.main(config_path="../conf")`, which counts from the script's folder."""
        paths = [k.value for k in node.keywords if k.arg == "config_path"]
        folder = posixpath.dirname(module.path)
        found = [text for path in paths for text in self._evaluator.texts(path, module)]
        self.reads += [posixpath.normpath(posixpath.join(folder, text)) for text in found]

    def _write_second(self, node: ast.Call, module: Module) -> None:
        if len(node.args) > 1:
            self.writes += self._evaluator.texts(node.args[1], module)

    def _save(self, node: ast.Call, module: Module) -> None:
        """Take `np.save(path, x)` and `model.save(path)`, but `torch.save(x, path)`."""
        (self._write_second if _has_path_second(node) else self._write)(node, module)

    def _copy(self, node: ast.Call, module: Module) -> None:
        """Take `shutil.copy(one, other)`, not a method of a text or a table."""
        if len(node.args) > 1 and _owner(node) in _COPIERS:
            self.reads += self._evaluator.texts(node.args[0], module)
            self.writes += self._evaluator.texts(node.args[1], module)

    def _read_path(self, node: ast.Call, module: Module) -> None:
        """Take `path.glob(…)`; `glob.glob(pattern)` is a function."""
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if owner is None or last_word(owner) == "glob":
            self._read(node, module)
        else:
            self.reads += self._evaluator.texts(owner, module)

    def _write_path(self, node: ast.Call, module: Module) -> None:
        if isinstance(node.func, ast.Attribute):
            found = self._evaluator.texts(node.func.value, module)
            (self.makes if node.func.attr == "mkdir" else self.writes).extend(found)

    def _open(self, node: ast.Call, module: Module) -> None:
        """Take `open(path, mode)` and `path.open(mode)`."""
        is_method = isinstance(node.func, ast.Attribute) and last_word(node.func.value) not in (
            *("gzip", "bz2", "lzma", "io", "codecs", "fsspec", "builtins", "h5py", "zipfile"),
            *("Image", "rasterio", "tarfile", "wave", "smart_open", "fs"),
        )
        if is_method and isinstance(node.func, ast.Attribute):
            paths, modes = self._evaluator.texts(node.func.value, module), node.args[:1]
        else:
            paths, modes = self._first(node, module), node.args[1:2]
        modes += [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
        texts = [text for mode in modes for text in self._evaluator.texts(mode, module)]
        is_written = any(not _WRITING_MODES.isdisjoint(text) for text in texts)
        (self.writes if is_written else self.reads).extend(paths)

    def _first(self, node: ast.Call, module: Module) -> list[str]:
        named = [k.value for k in node.keywords if k.arg in _PATH_KEYWORDS]
        for value in (*node.args[:1], *named):
            found = self._evaluator.texts(value, module)
            if found:
                return found
        return []


def _printed(node: ast.JoinedStr) -> list[str]:
    """Give the names in `f"epoch={epoch} loss={loss:.4f}"`, that of the step left out."""
    names = [
        name
        for part, value in pairwise(node.values)
        if isinstance(part, ast.Constant) and isinstance(value, ast.FormattedValue)
        for name in _NAMED.findall(str(part.value))
    ]
    return [name for name in names if name not in STEP_NAMES] if {*names} & {*STEP_NAMES} else []


def _is_of_open_file(node: ast.Call) -> bool:
    """Tell `json.load(file)` from `joblib.load(path)`: the file was opened, which shows."""
    return _owner(node) in (
        "json",
        "pickle",
        "toml",
        "tomllib",
        "yaml",
        "ujson",
        "orjson",
        "marshal",
    )


def _has_path_second(node: ast.Call) -> bool:
    return _owner(node) in ("torch", "mx", "paddle", "th")


def _owner(node: ast.Call) -> str:
    """Give `a` for a call of `a.b`."""
    return last_word(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def _parts_of_paths(tree: ast.Module) -> set[ast.AST]:
    """Give the texts that are only parts of a path, and those under `==`, `in` and subscripts."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_path = isinstance(node, ast.Call) and last_word(node.func) in _BUILDS_PATHS
        if is_path or isinstance(node, ast.BinOp | ast.JoinedStr | ast.Compare | ast.Subscript):
            found.update(ast.walk(node))
    return found


_BY_FUNCTION: dict[str, Callable[[_Look, ast.Call, Module], None]] = {
    **dict.fromkeys(_READS, _Look._read),  # noqa: SLF001 - a table of its own methods
    **dict.fromkeys(_WRITES, _Look._write),  # noqa: SLF001
    **dict.fromkeys(_READS_OF_PATH, _Look._read_path),  # noqa: SLF001
    **dict.fromkeys(_WRITES_OF_PATH, _Look._write_path),  # noqa: SLF001
    **dict.fromkeys(_WRITES_SECOND, _Look._write_second),  # noqa: SLF001
    **dict.fromkeys(_COPIES, _Look._copy),  # noqa: SLF001
    "open": _Look._open,  # noqa: SLF001
    "load": _Look._load,  # noqa: SLF001
    "save": _Look._save,  # noqa: SLF001
    "main": _Look._settings_of_hydra,  # noqa: SLF001
    "makedirs": _Look._make,
}
