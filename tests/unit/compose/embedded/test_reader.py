from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modelcompose.compose.embedded import EmbeddedDocument, read_document
from modelcompose.compose.project import ComposeOptions
from modelcompose.errors import (
    ComposeError,
    ModelComposeError,
    ProjectError,
    UnsupportedError,
    UsageError,
    VariableError,
)

Write = Callable[[Mapping[str, str]], Path]
HOME = {"HOME": "/home/user"}


def reading(options: ComposeOptions | None = None, **more: str) -> EmbeddedDocument:
    return read_document(options or ComposeOptions(), environment={**HOME, **more})


def refusal(kind: type[ModelComposeError]) -> ModelComposeError:
    with pytest.raises(kind) as refused:
        reading()
    return refused.value


def test_a_project_is_read_as_compose_prints_it(write: Write) -> None:
    folder = write(
        {
            "compose.yaml": """
                name: Flights
                services:
                  train:
                    build: .
                    command: python train.py --lr $LR
                    volumes: [".:/app"]
                    env_file: run.env
                    environment: {PRICE: "$$5", DEPTH: }
                    x-ml: {step: {inputs: ["data/$LR"]}}
            """,
            ".env": "LR=0.1\n",
            "run.env": "FROM_FILE=${LR}\n",
        }
    )

    found = reading(DEPTH="6")

    assert found.document == {
        "name": "flights",
        "services": {
            "train": {
                "build": {"context": str(folder), "dockerfile": "Dockerfile"},
                "command": ["python", "train.py", "--lr", "0.1"],
                "environment": {"PRICE": "$$5", "DEPTH": "6", "FROM_FILE": "0.1"},
                "networks": {"default": None},
                "volumes": [
                    {
                        "type": "bind",
                        "source": str(folder),
                        "target": "/app",
                        "bind": {"create_host_path": True},
                    }
                ],
                "x-ml": {"step": {"inputs": ["data/0.1"]}},
            }
        },
        "networks": {"default": {"name": "flights_default"}},
    }
    assert found.directory == folder
    assert found.files == (folder / "compose.yaml",)
    assert found.env_files == (folder / ".env", folder / "run.env")
    assert found.variables["LR"] == "0.1"
    assert found.variables["COMPOSE_PROJECT_NAME"] == "flights"


def test_profiles_add_to_those_of_the_user(write: Write) -> None:
    write(
        {
            "compose.yaml": """
                services:
                  a: {image: x, profiles: [one]}
                  b: {image: x, profiles: [two]}
                  c: {image: x, profiles: [three]}
            """
        }
    )

    found = read_document(
        ComposeOptions(), environment={"COMPOSE_PROFILES": "one"}, profiles=("two",)
    )

    assert list(found.document["services"]) == ["a", "b"]
    assert found.profiles == ("one", "two")


def test_environment_files_of_inactive_profiles_are_named_but_not_read(write: Write) -> None:
    folder = write(
        {"compose.yaml": "services: {a: {image: x, profiles: [p], env_file: absent.env}}"}
    )

    found = reading()

    assert found.document == {"name": folder.name, "services": {}}
    assert found.env_files == (folder / "absent.env",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "services:\n  web:\n    image: x\n    portz: []\n",
            ":4:5: services.web: additional properties 'portz' not allowed",
        ),
        ("services:\n  web:\n    image: 3\n", ":3:5: services.web.image: must be a string"),
        (
            'services:\n  web:\n    image: x\n    ports:\n      - "80"\n      - "http"\n',
            ":6:9: services.web.ports.1: invalid containerPort: http",
        ),
        (
            "services:\n  web:\n    image: x\n    depends_on: [db]\n",
            ':2:3: services.web: service "web" depends on undefined service "db"',
        ),
        ("services:\n  web:\n    user: ${\n", ":3:5: services.web.user: invalid interpolation"),
        ("1: 2\n", ":1:1: non-string key: 1"),
        ("", ": empty compose file"),
        ("[]", ": top-level object must be a mapping"),
        ('name: "--"\n', ":1:1: name: project name must not be empty"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_column(
    text: str, message: str, write: Write
) -> None:
    folder = write({"compose.yaml": ""})
    (folder / "compose.yaml").write_text(text)

    refused = refusal(ComposeError)

    assert refused.message.startswith(f"{folder / 'compose.yaml'}{message}")


def test_a_required_variable_is_named_with_its_place(write: Write) -> None:
    folder = write({"compose.yaml": "services: {web: {image: 'x:${TAG:?which?}'}}"})

    refused = refusal(VariableError)

    where = f"{folder / 'compose.yaml'}: services.web.image"
    assert refused.message == f"{where}: required variable TAG is missing a value: which?"
    assert refused.hint == "set it in the environment or in .env: TAG=…"


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"compose.yaml": "services: {a: {extends: b}, b: {image: x}}"}, "services.a: extends"),
        ({"compose.yaml": "include: [other.yaml]"}, "include"),
        ({"compose.yaml": "services: {a: !reset null}"}, "services.a: the tag !reset"),
        ({"compose.yaml": "services: {a: {ports: !override []}}"}, "the tag !override"),
        ({"compose.yaml": "name: a\n---\nname: b\n"}, "several YAML documents in one file"),
        ({"compose.yaml": "name: a", "compose.override.yaml": "name: b"}, "several Compose files"),
    ],
)
def test_what_only_compose_reads_is_refused_with_how_to_get_it(
    files: dict[str, str], what: str, write: Write
) -> None:
    write(files)

    refused = refusal(UnsupportedError)

    assert what in refused.message
    assert refused.message.endswith("only Docker Compose can read this")
    assert refused.hint is not None
    assert refused.hint.startswith("install the Docker Compose plugin")


@pytest.mark.parametrize("file", ["-", "oci://registry/project", "https://example.org/a.git"])
def test_a_file_that_is_not_on_this_machine_is_for_compose(file: str, write: Write) -> None:
    write({})

    with pytest.raises(UnsupportedError):
        reading(ComposeOptions(files=(file,)))


def test_a_project_without_a_file_says_how_to_name_one(write: Write) -> None:
    folder = write({})

    refused = refusal(ComposeError)

    assert refused.message == f"{folder}: no configuration file provided: not found"


def test_a_file_that_is_not_there_is_named(write: Write) -> None:
    folder = write({})

    with pytest.raises(ComposeError, match="no such file or directory") as refused:
        reading(ComposeOptions(files=("absent.yaml",)))

    assert refused.value.message.startswith(f"{folder / 'absent.yaml'}: ")


def test_an_absent_environment_file_is_named(write: Write) -> None:
    folder = write({"compose.yaml": "services: {a: {image: x, env_file: absent.env}}"})

    refused = refusal(ProjectError)

    assert refused.message == f"{folder / 'absent.env'}: environment file not found"


def test_a_project_name_with_other_characters_is_refused(write: Write) -> None:
    write({"compose.yaml": "services: {}"})

    with pytest.raises(UsageError, match="invalid project name 'My App'") as refused:
        reading(ComposeOptions(project_name="My App"))

    assert refused.value.hint == "name it myapp"


def test_where_no_values_are_needed_what_they_would_decide_is_left_out(write: Write) -> None:
    folder = write(
        {
            "compose.yaml": """
                name: ${NAME:?}
                x-ml: {remote: "${REMOTE:?}", hub: here}
                services:
                  web:
                    image: x:${TAG:?}
                    ports: ["${PORT:?}:80", 81]
                    volumes: ["${DATA:?}:/d", {type: bind, source: "${SOURCE:?}", target: /t}]
                    deploy: {replicas: "${REPLICAS:?}"}
                    env_file: absent.env
                    depends_on: [absent]
                    x-ml: {step: {inputs: [a, "${INPUT:?}"]}}
            """
        }
    )

    found = read_document(ComposeOptions(), environment=HOME, need_values=False).document

    assert found["name"] == folder.name
    assert found["x-ml"] == {"hub": "here"}
    assert found["services"]["web"] == {
        "deploy": {},
        "depends_on": {"absent": {"condition": "service_started", "required": True}},
        "networks": {"default": None},
        "ports": [{"mode": "ingress", "target": 81, "protocol": "tcp"}],
        "x-ml": {"step": {"inputs": ["a"]}},
    }


def test_where_no_values_are_needed_a_wrong_key_is_still_refused(write: Write) -> None:
    write({"compose.yaml": "services: {web: {image: 'x:${TAG:?}', portz: []}}"})

    with pytest.raises(ComposeError, match="additional properties 'portz' not allowed"):
        read_document(ComposeOptions(), environment=HOME, need_values=False)
