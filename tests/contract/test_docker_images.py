"""What images steps of the docker engine run in."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from modelcompose.compose.project import Build, Project, Service, Step
from modelcompose.engine.docker.engine import DockerEngine
from modelcompose.errors import BuildError, EngineError
from modelcompose.testing.engine_bench import Bench

pytestmark = pytest.mark.docker

IMAGE = "python:3.11-slim"
NOT_THERE = "modelcompose.invalid/nothing:1"
OTHER_DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def engine(said: list[str]) -> DockerEngine:
    return DockerEngine(progress=said.append)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def built(folder: Path) -> Iterator[Project]:
    """A project of one step that builds `FROM python:3.11-slim` and copies all it has."""
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nWORKDIR /code\nCOPY . .\n")
    (folder / "train.py").write_text("print('trained')")
    yield project_of(folder, Build(str(folder)))
    found = docker("images", "--quiet", "modelcompose-kit-step").split()
    if found:
        docker("rmi", "--force", *found)


def project_of(folder: Path, build: Build) -> Project:
    document = {"context": build.context, "dockerfile": build.dockerfile}
    if build.dockerfile_inline is not None:
        document = {"context": build.context, "dockerfile_inline": build.dockerfile_inline}
    service = Service(name="step", document={"build": document}, build=build, step=Step())
    return Project(
        name="modelcompose-kit",
        directory=folder,
        files=(),
        document={"services": {"step": service.document}},
        services={"step": service},
    )


def docker(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def files_of(image: str) -> set[str]:
    return set(docker("run", "--rm", "--network", "none", image, "ls", "-A", "/code").split())


def prepare(
    engine: DockerEngine,
    project: Project,
    *,
    pins: dict[str, str] | None = None,
    definition: str | None = None,
    ignore: tuple[str, ...] = (),
) -> str:
    image = engine.prepare(
        project, project.services["step"], pins or {}, definition=definition, ignore=ignore
    )
    assert image is not None
    return image


def test_an_image_that_no_registry_knows_is_pinned_by_its_id(engine: DockerEngine) -> None:
    if docker("image", "inspect", IMAGE, "--format", "{{len .RepoDigests}}") != "0":
        pytest.skip("here this image came from a registry")

    (pin,) = engine.pin([IMAGE, IMAGE])

    assert pin.reference == IMAGE
    assert pin.digest == docker("image", "inspect", IMAGE, "--format", "{{.Id}}")


def test_an_image_that_no_registry_knows_is_kept_when_pulling_fails(engine: DockerEngine) -> None:
    docker("tag", IMAGE, NOT_THERE)
    try:
        assert engine.pin([NOT_THERE], pull=True) == engine.pin([NOT_THERE])
    finally:
        docker("rmi", NOT_THERE)


def test_an_image_that_cannot_be_had_is_named(engine: DockerEngine) -> None:
    with pytest.raises(BuildError, match=NOT_THERE) as caught:
        engine.pin([NOT_THERE])

    assert caught.value.hint


def test_an_image_that_is_the_pinned_one_is_used(engine: DockerEngine, folder: Path) -> None:
    bench = Bench(engine, folder, IMAGE)
    project = bench.project(bench.service(["true"]))
    (pin,) = engine.pin([IMAGE])

    image = prepare(engine, project, pins={IMAGE: pin.digest})

    assert image == docker("image", "inspect", IMAGE, "--format", "{{.Id}}")


def test_an_image_other_than_the_pinned_one_is_an_error(engine: DockerEngine, folder: Path) -> None:
    bench = Bench(engine, folder, IMAGE)
    project = bench.project(bench.service(["true"]))
    (here,) = engine.pin([IMAGE])

    with pytest.raises(BuildError) as caught:
        prepare(engine, project, pins={IMAGE: OTHER_DIGEST})

    assert here.digest in caught.value.message
    assert OTHER_DIGEST in caught.value.message
    assert "--pull" in (caught.value.hint or "")


def test_a_service_is_built_from_its_context(engine: DockerEngine, built: Project) -> None:
    assert files_of(prepare(engine, built)) == {"Dockerfile", "train.py"}


def test_a_build_tells_of_its_progress(
    engine: DockerEngine, built: Project, said: list[str]
) -> None:
    prepare(engine, built)

    assert any("COPY" in line for line in said)


def test_what_is_ignored_does_not_reach_the_image(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    (folder / ".dockerignore").write_text("secret\n!models/keep")
    for path in (".git/HEAD", ".ml/cache", "secret", "models/keep", "models/large", "notes"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("x")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    image = prepare(engine, built, ignore=("models",))

    assert files_of(image) == {".dockerignore", "Dockerfile", "notes", "train.py"}
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_dockerfile_of_another_name_keeps_its_own_ignore_file(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    (folder / "docker").mkdir()
    (folder / "Dockerfile").rename(folder / "docker" / "train.Dockerfile")
    (folder / "docker" / "train.Dockerfile.dockerignore").write_text("docker")
    (folder / ".dockerignore").write_text("train.py")
    project = project_of(folder, Build(str(folder), dockerfile="docker/train.Dockerfile"))

    assert files_of(prepare(engine, project)) == {".dockerignore", "train.py"}


def test_a_dockerfile_in_the_compose_file_is_built(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    inline = f"FROM {IMAGE}\nWORKDIR /code\nCOPY train.py .\nENV A=$$PATH\n"
    project = project_of(folder, Build(str(folder), dockerfile_inline=inline.replace("$$", "$")))

    assert files_of(prepare(engine, project)) == {"train.py"}


def test_a_definition_that_was_built_is_not_built_again(
    engine: DockerEngine, built: Project, said: list[str]
) -> None:
    definition = f"sha256:{'1' * 64}"
    first = prepare(engine, built, definition=definition)
    said.clear()

    assert prepare(engine, built, definition=definition) == first
    assert said == []


def test_an_image_that_does_not_build_shows_the_end_of_its_output(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN echo about to fail && exit 9\n")

    with pytest.raises(BuildError, match=r"services\.step\.build") as caught:
        prepare(engine, built)

    assert "about to fail" in caught.value.message
    assert len(caught.value.message.splitlines()) <= 21


def test_a_build_starts_from_the_pinned_base_though_its_name_has_moved(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    base = "modelcompose-kit-base:1"
    build = ["build", "--quiet", "--tag", base, "-"]

    def make_base(mark: str) -> str:
        text = f"FROM {IMAGE}\nRUN mkdir /code && touch /code/{mark}\n"
        subprocess.run(["docker", *build], input=text, text=True, check=True, capture_output=True)
        return engine.pin([base])[0].digest

    old = make_base("old")
    docker("tag", base, "modelcompose-kit-base:kept")
    make_base("new")
    (folder / "Dockerfile").write_text(f"FROM {base}\n")
    try:
        image = prepare(engine, built, pins={base: old, IMAGE: OTHER_DIGEST})
        assert files_of(image) == {"old"}
    finally:
        pinned = docker("images", "modelcompose/pinned", "--format", "{{.Repository}}:{{.Tag}}")
        docker("rmi", "--force", base, "modelcompose-kit-base:kept", *pinned.split())


def test_a_base_whose_pinned_image_is_gone_is_an_error(
    engine: DockerEngine, built: Project
) -> None:
    with pytest.raises(BuildError, match=OTHER_DIGEST) as caught:
        prepare(engine, built, pins={IMAGE: OTHER_DIGEST})

    assert "--pull" in (caught.value.hint or "")


def test_a_dockerfile_that_is_missing_is_named(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    (folder / "Dockerfile").unlink()

    with pytest.raises(BuildError, match="Dockerfile"):
        prepare(engine, built)


def test_build_arguments_and_target_hold(engine: DockerEngine, folder: Path) -> None:
    (folder / "Dockerfile").write_text(
        f"FROM {IMAGE} AS wanted\nARG NAME\nRUN mkdir /code && touch /code/$NAME\n"
        "FROM wanted\nRUN exit 1\n"
    )
    build = Build(str(folder), args={"NAME": "made"}, target="wanted")
    project = project_of(folder, build)
    document = {"context": str(folder), "args": {"NAME": "made"}, "target": "wanted"}
    service = msgspec.structs.replace(project.services["step"], document={"build": document})
    project = msgspec.structs.replace(project, services={"step": service})

    assert files_of(prepare(engine, project)) == {"made"}


def test_a_build_may_start_from_another_service_s_image(
    engine: DockerEngine, built: Project, folder: Path
) -> None:
    base = Build(str(folder), dockerfile_inline=f"FROM {IMAGE}\nRUN mkdir /code && touch /code/a\n")
    build = Build(
        str(folder),
        dockerfile_inline="FROM base\nRUN touch /code/b\n",
        additional_contexts={"base": "service:base"},
    )
    project = project_of(folder, build)
    documents = {
        "base": {"context": base.context, "dockerfile_inline": base.dockerfile_inline},
        "step": {
            "context": build.context,
            "dockerfile_inline": build.dockerfile_inline,
            "additional_contexts": build.additional_contexts,
        },
    }
    services = {
        "base": Service(name="base", document={"build": documents["base"]}, build=base),
        "step": Service(name="step", document={"build": documents["step"]}, build=build),
    }
    project = msgspec.structs.replace(project, services=services)

    assert files_of(prepare(engine, project)) == {"a", "b"}
    docker("rmi", "--force", "modelcompose-kit-base")


def test_a_build_under_way_is_ended_by_an_interruption(built: Project, folder: Path) -> None:
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nRUN echo begun && sleep 300\n")

    def progress(line: str) -> None:
        if "sleep 300" in line:
            interrupted.interrupt()

    interrupted = DockerEngine(progress=progress)

    with pytest.raises(EngineError):
        prepare(interrupted, built)
    with pytest.raises(EngineError):
        interrupted.pin([NOT_THERE])
