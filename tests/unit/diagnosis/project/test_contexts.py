"""What builds take in that does not belong into an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelcompose.diagnosis.finding import Finding
from modelcompose.diagnosis.project import contexts
from modelcompose.diagnosis.project.contexts import look_at_contexts
from modelcompose.diagnosis.repair import AddLine
from tests.unit.diagnosis.conftest import Examined

LARGE = contexts.LARGE_BYTES


def train(*inputs: str, **keys: Any) -> dict[str, Any]:
    step = {"inputs": list(inputs), "outputs": ["models"]}
    return {"build": ".", "volumes": [".:/app"], "x-ml": {"step": step}, **keys}


def write(folder: Path, files: dict[str, str | int]) -> None:
    """Write files, each with its text, or so many bytes that take no room."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else "")
        if isinstance(content, int):
            with path.open("r+b") as stream:
                stream.truncate(content)


def by_path(found: list[Finding]) -> dict[str, Finding]:
    return {finding.what.split(" of ")[1].split(" ")[0]: finding for finding in found}


def test_outputs_and_data_that_a_build_sweeps_up_are_told_with_their_sizes(
    examined: Examined, folder: Path
) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", "train.py": "", "models/m": 2000})
    write(folder, {"data/big": LARGE, ".git/HEAD": "ref"})
    found = by_path(list(look_at_contexts(examined({"train": train("data", "train.py")}))))

    assert found.keys() == {"models", "data", ".git"}
    assert "takes 2 kB of models into the image; train writes it" in found["models"].what
    assert "takes 50 MB of data into the image; it is data" in found["data"].what
    assert found["models"].repair == AddLine(folder / ".dockerignore", "models")
    assert found["data"].repair == AddLine(folder / ".dockerignore", "data")
    assert found["models"].where == "compose.yaml:5:16"


def test_what_is_ignored_is_not_taken_in(examined: Examined, folder: Path) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", "models/m": 2000, "data/big": LARGE})
    write(folder, {".dockerignore": "models\ndata\n"})

    assert list(look_at_contexts(examined({"train": train("data")}))) == []


def test_files_that_no_copy_names_are_not_taken_in(examined: Examined, folder: Path) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY train.py .\n", "train.py": "", "data/big": LARGE})

    assert list(look_at_contexts(examined({"train": train("data")}))) == []


def test_data_that_the_dockerfile_names_is_a_persons_to_decide(
    examined: Examined, folder: Path
) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY data /data\n", "data/big": LARGE})
    (found,) = look_at_contexts(examined({"train": train("data")}))

    assert found.severity == "warning"
    assert found.repair is None


def test_large_folders_that_nobody_declared_are_a_persons_to_decide(
    examined: Examined, folder: Path
) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", "weights/a/one": LARGE, "src/x.py": "x"})
    (found,) = look_at_contexts(examined({"web": {"build": "."}}))

    assert "50 MB of weights/a into the image" in found.what
    assert found.repair is None


def test_a_service_that_is_no_step_may_mean_what_it_takes_in(
    examined: Examined, folder: Path
) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", "models/m": 2000})
    found = list(look_at_contexts(examined({"train": train(), "api": {"build": "."}})))

    assert [finding.repair for finding in found if "models" in finding.what] != []
    assert all(finding.repair is None for finding in found)


def test_a_dockerfile_with_an_ignore_file_of_its_own_gets_the_line(
    examined: Examined, folder: Path
) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", "models/m": 2000})
    write(folder, {"Dockerfile.dockerignore": "*.tmp\n"})
    (found,) = look_at_contexts(examined({"train": train()}))

    assert found.repair == AddLine(folder / "Dockerfile.dockerignore", "models")


def test_a_context_without_its_dockerfile_is_told(examined: Examined, folder: Path) -> None:
    (found,) = look_at_contexts(examined({"web": {"build": "."}}))

    assert "Dockerfile cannot be read" in found.what
    assert found.where == "compose.yaml:5:16"


def test_a_virtual_environment_belongs_into_no_image(examined: Examined, folder: Path) -> None:
    write(folder, {"Dockerfile": "FROM x\nCOPY . .\n", ".venv/pyvenv.cfg": "", ".venv/x": 100})
    (found,) = look_at_contexts(examined({"train": train()}))

    assert "of .venv into the image; no image needs it" in found.what
