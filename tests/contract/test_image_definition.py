"""The files of an image's definition are those that BuildKit puts into the image.

Every file holds its own path, so that what a built image contains tells where it came from.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from modelcompose.compose.project import Build
from modelcompose.pipeline.image_definition import Definition, define

pytestmark = pytest.mark.docker

TREE = (
    "app.py",
    "app.pyc",
    "README.md",
    "requirements.txt",
    "requirements-dev.txt",
    ".hidden",
    "a b.txt",
    "[1].txt",
    "src/main.py",
    "src/main.pyc",
    "src/lib/one.py",
    "src/lib/two.py",
    "src/lib/deep/three.py",
    "src/lib/deep/__pycache__/three.pyc",
    "src/test/one.py",
    "data/raw/a.csv",
    "data/raw/b.csv",
    "data/clean/a.csv",
    "data/notes.md",
    "docs/README.md",
    "docs/guide/start.md",
    "docs/guide/images/one.png",
)
LINKS = {
    "link.py": "src/main.py",
    "linked": "src/lib",
    "src/lib/up": "../main.py",
    "src/absolute": "/data/raw",
    "docs/broken": "nowhere",
}


class Case(Struct, frozen=True):
    dockerfile: str
    ignore: str = ""
    args: Mapping[str, str] = {}
    target: str | None = None


SYNTAX_CASES = {
    "all": Case("COPY . /"),
    "one file": Case("COPY app.py /x"),
    "files and a folder": Case("COPY app.py requirements.txt src /x/"),
    "lower case": Case("copy app.py /x"),
    "a leading slash": Case("COPY /src/main.py /x"),
    "a trailing slash": Case("COPY src/ /x/"),
    "a path above the context": Case("COPY ../../src/main.py /x"),
    "a path with dots inside": Case("COPY src/lib/../main.py /x"),
    "the JSON form": Case('COPY ["a b.txt", "app.py", "/x/"]'),
    "an escaped bracket": Case("COPY [[]1].txt /x/"),
    "flags": Case("COPY --chown=1:1 --chmod=644 --link app.py /x"),
    "ADD": Case("ADD app.py src /x/"),
    "a continuation": Case("COPY app.py \\\n  # a comment\n\n  requirements.txt \\  \n  /x/"),
    "a continued word": Case("COPY src/ma\\\nin.py /x"),
    "another escape": Case("# escape=`\nFROM scratch\nCOPY app.py `\n  README.md /x/"),
    "a comment": Case("# COPY README.md /x\nCOPY app.py /x"),
    "a comment that looks like a directive": Case(
        "FROM scratch\n# escape=`\nCOPY app.py \\\n README.md /x/"
    ),
    "a heredoc": Case("COPY <<EOF /here\nCOPY README.md /x\nEOF\nCOPY app.py /x"),
    "two heredocs and a file": Case(
        'COPY <<one <<-"two" app.py /h/\nCOPY README.md /x\none\n\ttabs\n\ttwo\nCOPY src/main.py /y'
    ),
    "several globs": Case("COPY *.py require*.txt /x/"),
    "a glob of one character": Case("COPY app.p? /x/"),
    "a glob of a class": Case("COPY [a-b]pp.py /x/"),
    "a glob of a negated class": Case("COPY requirements[^x]txt /x/"),
    "a glob in the middle": Case("COPY docs/*/start.md /x/"),
    "a glob that matches a folder": Case("COPY src/l* /x/"),
    "a star that stays in its folder": Case("COPY src/*.py /x/"),
    "a double star that is no double star": Case("COPY src/**/t*.py /x/"),
    "a glob without a match": Case("COPY app.py nothing*.here /x/"),
    "a hidden file": Case("COPY .h* /x/"),
    "exclude": Case("COPY --exclude=*.pyc --exclude=lib/deep src /x/"),
    "exclude in quotes": Case('COPY --exclude="*.pyc" src /x/'),
    "exclude at any depth": Case("COPY --exclude=**/*.pyc --exclude=**/one.py . /x/"),
    "exclude of a glob": Case("COPY --exclude=*.txt require* app.py /x/"),
    "exclude of a folder that a glob matches": Case(
        "COPY --exclude=deep --exclude=raw src/l* data /x/"
    ),
}

VARIABLE_CASES = {
    "ARG with a default": Case("ARG WHAT=app\nCOPY $WHAT.py /x"),
    "ARG that is given": Case("ARG WHAT=app\nCOPY ${WHAT}/ /x", args={"WHAT": "docs"}),
    "ARG without a value": Case("ARG EXTRA\nCOPY requirements${EXTRA}.txt /x"),
    "ARG given, not declared": Case("COPY src${WHAT}/main.py /x", args={"WHAT": "nothing"}),
    "ARG before FROM": Case("ARG WHAT=docs\nFROM scratch\nARG WHAT\nCOPY $WHAT /x"),
    "ARG before FROM, not declared again": Case(
        "ARG WHAT=docs\nFROM scratch\nCOPY app.py src$WHAT/main.py /x/"
    ),
    "the first of two ARGs": Case("ARG A=app.py\nARG A=README.md\nCOPY $A /x"),
    "ENV": Case("ENV WHAT=docs OTHER=src\nCOPY $WHAT/README.md $OTHER/main.py /x/"),
    "ENV in the old form": Case("ENV WHAT docs/guide\nCOPY $WHAT /x/"),
    "ENV over ARG": Case("ARG WHAT=src\nENV WHAT=docs\nCOPY $WHAT /x/", args={"WHAT": "data"}),
    "ENV of ENV": Case("ENV A=src B=$A\nENV C=$A/lib\nCOPY ${B:-docs}/README.md $C /x/"),
    "defaults": Case("ARG A\nARG B=\nCOPY ${A:-src}/lib ${B-docs}docs ${B:+x}app.py /x/"),
    "quotes": Case("ARG A=src\nCOPY \"$A\"/main.py 'app.py' /x/"),
    "an escaped dollar": Case("ARG A=src\nCOPY src/main.py \\$A* /x/"),
    "a variable in exclude, which stays": Case("ARG A=py\nCOPY --exclude=*.$A src/lib /x/"),
}

STAGE_CASES = {
    "only what the target needs": Case(
        "FROM scratch AS one\nCOPY app.py /x\nFROM scratch AS two\nCOPY README.md /x", target="one"
    ),
    "the last stage": Case("FROM scratch\nCOPY app.py /x\nFROM scratch\nCOPY README.md /x"),
    "a stage upon a stage": Case("FROM scratch AS A\nCOPY app.py /x\nFROM a\nCOPY README.md /y"),
    "a copy from a stage": Case(
        "FROM scratch AS a\nCOPY src /s\nFROM scratch\nCOPY --from=a /s /s\nCOPY README.md /y"
    ),
    "a copy from a stage by number": Case(
        "FROM scratch\nCOPY src /s\nFROM scratch AS b\nCOPY app.py /x\n"
        "FROM scratch\nCOPY --from=0 /s /s"
    ),
    "variables of the stage below": Case(
        "FROM scratch AS a\nARG A=src\nENV B=docs\nFROM a\nCOPY $A/main.py $B/README.md /x/"
    ),
    "ONBUILD of the stage below": Case(
        "FROM scratch AS a\nONBUILD COPY app.py /x\nFROM a AS b\nCOPY README.md /y\n"
        "FROM b\nCOPY docs /d"
    ),
}

LINK_CASES = {
    "a link to a file": Case("COPY link.py /x"),
    "a link to a folder": Case("COPY linked /x/"),
    "a path through a link": Case("COPY linked/deep /x/"),
    "a link inside a folder": Case("COPY src /x/"),
    "an absolute link": Case("COPY src/absolute /x/"),
    "a glob that matches links": Case("COPY link* /x/"),
    "a glob below a link": Case("COPY linked/*.py /x/"),
    "links at all": Case("COPY . /"),
}

IGNORE_CASES = {
    "a name": "README.md",
    "a name with a slash": "/README.md",
    "a folder": "src",
    "a folder with a slash": "src/",
    "a path with dots": "./src/../docs",
    "a glob at the top": "*.pyc",
    "a glob at depth one": "*/*.py",
    "a glob at any depth": "**/*.pyc",
    "a name at any depth": "**/README.md",
    "a name at any depth, without a slash": "**one.py",
    "everything in a folder": "src/**",
    "a double star in the middle": "src/**/one.py",
    "a double star in a name": "src/l**.py",
    "a folder at any depth": "**/lib/**",
    "a question mark": "app.p?",
    "a class": "[a-b]pp.*",
    "an escaped character": r"\[1\].txt",
    "everything": "*",
    "all": "**",
    "a dot": ".",
    "an exception": "*\n!app.py",
    "an excepted folder": "*\n!src",
    "an exception in a folder": "src\n!src/lib/one.py",
    "an exception deep in all": "**\n!src/lib/deep/three.py",
    "an exception by glob": "*\n!**/*.py",
    "ignored again": "*\n!src\nsrc/lib\n!src/lib/two.py",
    "the last match": "*.md\n!README.md\nREADME*",
    "an exception before": "!README.md\n*.md",
    "an excepted folder in all": "**\n!docs/guide/",
    "an exception by glob in a folder": "docs/*\n!docs/gui*",
    "an exception for what is in an ignored folder": "docs\n!docs/guide/*.md\ndocs/guide/s*",
    "comments and blanks": "# src\n\n  docs  \n #data",
    "an exception with a space": "*\n! app.py",
    "a byte order mark": "\ufeffsrc\ndocs",
    "the Dockerfile and itself": "Dockerfile\n.dockerignore",
    "windows line ends": "src\r\ndocs\r\n",
    "many stars": "**/*t*h*r*e*e*",
    "dots and pluses": "a+p.py\napp.p.",
}

IGNORED_SOURCE_CASES = {
    "a source in an ignored folder with exceptions": Case(
        "COPY src/lib /x/", "src\n!src/lib/one.py"
    ),
    "a glob and an ignore": Case("COPY *.py* /x/", "*.pyc"),
    "a glob below an ignored folder": Case("COPY src/*/one.py app.py /x/", "src\n!src/lib/one.py"),
    "a link to an ignored file among others": Case("COPY src /x/", "src/main.py"),
}

CASES = {
    **SYNTAX_CASES,
    **VARIABLE_CASES,
    **STAGE_CASES,
    **LINK_CASES,
    **{f"ignored: {name}": Case("COPY . /", text) for name, text in IGNORE_CASES.items()},
    **IGNORED_SOURCE_CASES,
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_files_of_a_definition_are_those_in_the_image(case: Case, tmp_path: Path) -> None:
    build = write_context(tmp_path, case)

    definition = defined(build)

    assert not definition.whole_context, definition.reason
    assert found(definition) == built(build)


def test_a_mount_counts_what_it_shows(tmp_path: Path) -> None:
    build = write_context(
        tmp_path,
        Case(
            "FROM python:3.11-slim AS a\n"
            "RUN --mount=type=bind,source=src,target=/m --mount=source=app.py,target=/f "
            "cp -rL /m /f /tmp; mkdir /out; cp -r /tmp/m /tmp/f /out; true\n"
            "FROM scratch\nCOPY --from=a /out /"
        ),
    )

    definition = defined(build)

    assert {path for path in definition.files if "lib/up" not in path} <= {
        *built(build),
        "src/absolute",
    }
    assert definition.bases == ("python:3.11-slim",)


def test_an_additional_context_has_files_and_an_ignore_file_of_its_own(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in ("used.txt", "ignored.txt"):
        (shared / name).write_text(f"extra://{name}")
    (shared / ".dockerignore").write_text("ignored.txt\n.dockerignore")
    build = write_context(tmp_path / "main", Case("COPY --from=extra . /x/\nCOPY app.py /y"))
    build = Build(context=build.context, additional_contexts={"extra": str(shared)})

    definition = defined(build)

    assert found(definition) == built(build, "--build-context", f"extra={shared}")


def test_the_ignore_file_of_the_dockerfile_goes_first(tmp_path: Path) -> None:
    build = write_context(tmp_path / "main", Case("COPY . /", ignore="src"))
    outside = tmp_path / "build" / "train.Dockerfile"
    outside.parent.mkdir()
    outside.write_text("FROM scratch\nCOPY . /\n")
    outside.with_name("train.Dockerfile.dockerignore").write_text("docs")
    build = Build(context=build.context, dockerfile="../build/train.Dockerfile")

    definition = defined(build)

    assert found(definition) == built(build)
    assert "src/main.py" in definition.files
    assert "docs/README.md" not in definition.files


def write_context(root: Path, case: Case) -> Build:
    for path in TREE:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    for path, target in LINKS.items():
        (root / path).symlink_to(target)
    if case.ignore:
        (root / ".dockerignore").write_bytes(case.ignore.encode())
    text = case.dockerfile if "FROM" in case.dockerfile else f"FROM scratch\n{case.dockerfile}"
    (root / "Dockerfile").write_text(f"{text}\n")
    return Build(context=str(root), args=case.args, target=case.target)


def defined(build: Build) -> Definition:
    return define(
        build,
        project_directory=Path(build.context),
        excluded=lambda _path: False,
        digest=lambda path: hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def found(definition: Definition) -> set[str]:
    """Give the files, links by their target."""
    entries = definition.files.items()
    links = {text for _, text in entries if text.startswith("link:")}
    files = {path for path, text in entries if not text.startswith(("link:", "missing"))}
    return known(files | links)


def built(build: Build, *options: str) -> set[str]:
    """Build the image, and give what the files in it say of themselves."""
    command = ["docker", "build", "--quiet", "--output", "type=tar,dest=-", *options]
    command += [f"--build-arg={name}={value}" for name, value in build.args.items()]
    command += ["--target", build.target] if build.target else []
    command += ["--file", str(Path(build.context, build.dockerfile)), build.context]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        members = [m for m in archive.getmembers() if not m.name.endswith(".dockerignore")]
        links = {f"link:{member.linkname}" for member in members if member.issym()}
        files = {read(archive, member) for member in members if member.isfile()}
    return known(files | links)


def read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member)
    assert file is not None
    return file.read().decode()


def known(paths: set[str]) -> set[str]:
    """Leave out what does not hold its own path: the Dockerfile, and heredocs."""
    return {path for path in paths if path in TREE or path.startswith(("link:", "extra://"))}
