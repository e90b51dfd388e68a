"""What an image is built from, as one value."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import Build
from modelcompose.errors import PlanError
from modelcompose.pipeline.image_definition import Definition, define


def text_of(path: Path) -> str:
    return path.read_text()


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def nothing(_path: Path) -> bool:
    return False


def write(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


def defined(
    root: Path,
    dockerfile: str = "FROM scratch\nCOPY . .",
    *,
    excluded: Callable[[Path], bool] = nothing,
    **build: object,
) -> Definition:
    return define(
        replace(Build(context=str(root), dockerfile_inline=dockerfile), **build),
        project_directory=root,
        excluded=excluded,
        digest=text_of,
    )


def test_a_file_that_the_image_does_not_copy_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "notes.md")
    before = defined(tmp_path, "FROM scratch\nCOPY app.py /")

    write(tmp_path, "more.py")
    (tmp_path / "notes.md").write_text("changed")

    assert defined(tmp_path, "FROM scratch\nCOPY app.py /").digest == before.digest


@pytest.mark.parametrize(
    "change",
    [
        {"dockerfile_inline": "FROM scratch\nCOPY .  ."},
        {"args": {"A": "1"}},
        {"target": "x"},
        {"platforms": ("linux/arm64",)},
    ],
)
def test_every_part_of_the_build_is_part_of_the_digest(
    tmp_path: Path, change: dict[str, object]
) -> None:
    write(tmp_path, "app.py")
    build = Build(context=str(tmp_path), dockerfile_inline="FROM scratch\nCOPY . .")
    changed = replace(build, **change)

    digests = {
        define(each, project_directory=tmp_path, excluded=nothing, digest=text_of).digest
        for each in (build, changed)
    }

    assert len(digests) == 2


def test_the_same_digest_comes_from_another_clone(tmp_path: Path) -> None:
    first = write(tmp_path / "a", "app.py", "src/x.py", "shared/s.py")
    (first / "Dockerfile").write_text("FROM python\nCOPY . .\nCOPY --from=s . .")
    (first / "empty").mkdir()
    second = tmp_path / "else" / "b"
    shutil.copytree(first, second)
    (second / "empty").rmdir()
    (second / "app.py").touch()

    digests = {
        define(
            Build(context=str(root), additional_contexts={"s": str(root / "shared")}),
            project_directory=root,
            excluded=nothing,
            digest=digest_of,
        ).digest
        for root in (first, second)
    }

    assert len(digests) == 1


def test_the_executable_bit_counts(tmp_path: Path) -> None:
    write(tmp_path, "run.sh")
    plain = defined(tmp_path)
    (tmp_path / "run.sh").chmod(0o755)

    assert plain.files == {"run.sh": "run.sh"}
    assert defined(tmp_path).files == {"run.sh": "run.sh executable"}


def test_a_source_that_is_not_there_is_part_of_the_definition(tmp_path: Path) -> None:
    write(tmp_path, "hidden.py")
    (tmp_path / ".dockerignore").write_text("hidden.py")

    found = defined(tmp_path, "FROM scratch\nCOPY gone.py hidden.py no*thing /x/")

    assert found.files == {"gone.py": "missing", "hidden.py": "missing"}


def test_own_outputs_are_left_out_of_a_broad_copy_and_named(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "models/delay/model.bin", "models/notes.md", "metrics.json")
    outputs = (tmp_path / "models/delay", tmp_path / "metrics.json")

    found = defined(tmp_path, excluded=lambda path: path in outputs)

    assert list(found.files) == ["app.py", "models/notes.md"]
    assert found.own_outputs == ("metrics.json", "models/delay")


def test_an_output_that_a_copy_names_is_meant(tmp_path: Path) -> None:
    write(tmp_path, "models/delay/model.bin", "models/delay/extra.txt")
    output = tmp_path / "models" / "delay"

    def excluded(path: Path) -> bool:
        return path.is_relative_to(output)

    whole = defined(tmp_path, "FROM scratch\nCOPY models/delay /m", excluded=excluded)
    inside = defined(tmp_path, "FROM scratch\nCOPY models/delay/*.bin /m/", excluded=excluded)

    assert list(whole.files) == ["models/delay/extra.txt", "models/delay/model.bin"]
    assert list(inside.files) == ["models/delay/model.bin"]
    assert whole.own_outputs == inside.own_outputs == ()


def test_an_output_that_is_ignored_needs_no_warning(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "models/model.bin")
    (tmp_path / ".dockerignore").write_text("models")

    found = defined(tmp_path, excluded=lambda path: path.name == "models")

    assert found.own_outputs == ()


def test_the_whole_context_counts_where_the_sources_cannot_be_told(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "data/big.bin", "ignored.md")
    (tmp_path / ".dockerignore").write_text("*.md\n.dockerignore")

    found = defined(tmp_path, "FROM python\nCOPY $SOMETHING /x")

    assert found.whole_context
    assert found.reason == "line 2: $SOMETHING may come from the base image"
    assert list(found.files) == ["app.py", "data/big.bin"]


def test_additional_contexts_are_files_images_services_or_addresses(tmp_path: Path) -> None:
    write(tmp_path / "main", "app.py")
    write(tmp_path / "lib", "used.py")
    contexts = {
        "lib": "../lib",
        "base": "docker-image://alpine:3",
        "other": "service:trainer",
        "far": "https://example.org/x.git",
        "unused": "docker-image://nginx",
    }
    copies = "\n".join(f"COPY --from={name} /used.py /" for name in contexts if name != "unused")

    found = defined(tmp_path / "main", f"FROM scratch\n{copies}", additional_contexts=contexts)

    assert found.files == {"lib://used.py": "used.py", "far://": "https://example.org/x.git"}
    assert found.bases == ("alpine:3",)
    assert found.services == ("trainer",)


def test_parents_keeps_what_the_pattern_names(tmp_path: Path) -> None:
    write(tmp_path, "a/x.txt", "a/b/y.txt", "a/b/z.md", "c/x.txt")

    found = defined(tmp_path, "FROM scratch\nCOPY --parents a/./**/*.txt c/x.txt /d/")

    assert list(found.files) == ["a/b/y.txt", "a/x.txt", "c/x.txt"]


def test_links_do_not_lead_out_of_the_context(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.txt")
    root = write(tmp_path / "root", "app.py")
    (root / "out").symlink_to("../outside")
    (root / "loop").symlink_to("loop")

    found = defined(root, "FROM scratch\nCOPY out /x\nCOPY loop /y\nCOPY ../../app.py /z")

    assert found.files == {"app.py": "app.py", "loop": "missing", "out": "missing"}


def test_a_remote_context_is_its_address(tmp_path: Path) -> None:
    build = Build(context="https://github.com/acme/x.git#main")

    found = define(build, project_directory=tmp_path, excluded=nothing, digest=text_of)

    assert found.whole_context
    assert found.reason == "the build context is remote: https://github.com/acme/x.git#main"
    assert found.files == {"://": "https://github.com/acme/x.git#main"}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (Build(context="nowhere"), "nowhere: this build context is not a folder"),
        (Build(context="."), "Dockerfile: the Dockerfile cannot be read: No such file"),
        (
            Build(context=".", dockerfile_inline="FROM x", additional_contexts={"x": "gone"}),
            "gone: the additional context x is not a folder",
        ),
    ],
)
def test_what_is_not_there_is_an_error_that_names_it(
    tmp_path: Path, build: Build, message: str
) -> None:
    with pytest.raises(PlanError) as error:
        define(build, project_directory=tmp_path, excluded=nothing, digest=text_of)

    assert message in error.value.message
    assert error.value.hint
