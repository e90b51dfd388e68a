"""The embedded reader gives what `docker compose config` prints, and refuses what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcompose.compose.project import ComposeOptions
from tests.contract.compose_config import CALLER, arguments_of, comparable, printed, read

CORPUS = Path(__file__).with_name("compose_corpus")
FILES = sorted(path.name for path in CORPUS.glob("*.yaml"))
EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*/compose.yaml"))
SERVICE = "services:\n  web:\n    image: x\n"

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_corpus_reads_as_compose_prints_it(name: str) -> None:
    options = ComposeOptions(files=(name,))

    expected = printed(*arguments_of(options), folder=CORPUS)

    assert expected is not None
    assert comparable(read(options, folder=CORPUS)) == comparable(expected)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_reads_as_compose_prints_it(path: Path) -> None:
    options = ComposeOptions(profiles=("*",))

    expected = printed(*arguments_of(options), folder=path.parent)

    assert expected is not None
    assert comparable(read(options, folder=path.parent)) == comparable(expected)


@pytest.mark.parametrize("profiles", [("one",), ("two",), ("none", "two"), ("*",)])
@pytest.mark.parametrize("name", ["profiles.yaml", "example_flights.yaml"])
def test_profiles_select_the_services_that_compose_selects(
    name: str, profiles: tuple[str, ...]
) -> None:
    options = ComposeOptions(files=(name,), profiles=profiles)

    expected = printed(*arguments_of(options), folder=CORPUS)

    assert comparable(read(options, folder=CORPUS)) == comparable(expected)


REFUSED = {
    "nothing": "",
    "a list": "[]",
    "services without a mapping": "services: []",
    "a service without a mapping": "services: {web: null}",
    "a service that runs nothing": "services: {web: {command: x}}",
    "a service name with a space": 'services: {"a b": {image: x}}',
    "an unknown top-level key": f"imagess: 1\n{SERVICE}",
    "an unknown key": f"{SERVICE}    imagee: 1\n",
    "a key twice": f"{SERVICE}    image: y\n",
    "a merge twice": f"{SERVICE}    <<: {{user: a}}\n    <<: {{user: b}}\n",
    "a key that is a number": f"{SERVICE}    labels: {{1: 2}}\n",
    "a number for a text": f"{SERVICE}    user: 1000\n",
    "a boolean for a text": f"{SERVICE}    restart: false\n",
    "a date": f"{SERVICE}    environment: {{A: 2024-01-01}}\n",
    "an environment of nothing": f"{SERVICE}    environment:\n",
    "an environment of a list of lists": f"{SERVICE}    environment: {{A: [1]}}\n",
    "a variable with a trailing space": f'{SERVICE}    environment: ["A =1"]\n',
    "an unclosed quote": f"{SERVICE}    command: '\"a'\n",
    "a command of numbers": f"{SERVICE}    command: [1]\n",
    "ports without a list": f"{SERVICE}    ports: 80\n",
    "a port that is a word": f"{SERVICE}    ports: [http]\n",
    "a port with a wrong address": f'{SERVICE}    ports: ["1.2.3:80:80"]\n',
    "a port with a bare IPv6 address": f'{SERVICE}    ports: ["::1:80:80"]\n',
    "ranges of different lengths": f'{SERVICE}    ports: ["80-81:80-85"]\n',
    "a port out of range": f'{SERVICE}    ports: ["70000"]\n',
    "a port without a target": f"{SERVICE}    ports: [{{published: 1}}]\n",
    "an undeclared volume": f'{SERVICE}    volumes: ["data:/data"]\n',
    "a volume of four parts": f'{SERVICE}    volumes: ["data:/data:ro:more"]\n',
    "a bind mount of nothing": f"{SERVICE}    volumes: [{{type: bind, target: /x}}]\n",
    "two mounts on one target": f'{SERVICE}    volumes: ["/x"]\n    tmpfs: /x\n',
    "an unknown dependency": f"{SERVICE}    depends_on: [nope]\n",
    "a dependency on itself": f"{SERVICE}    depends_on: [web]\n",
    "a dependency without a condition": f"{SERVICE}    depends_on: {{web: {{}}}}\n",
    "an undeclared network": f"{SERVICE}    networks: [nope]\n",
    "an undeclared secret": f"{SERVICE}    secrets: [nope]\n",
    "a network beside a mode": f"{SERVICE}    network_mode: host\n    networks: [default]\n",
    "an absent environment file": f"{SERVICE}    env_file: nope.env\n",
    "a number without a unit": f"{SERVICE}    stop_grace_period: 10\n",
    "an unknown unit": f"{SERVICE}    stop_grace_period: 10x\n",
    "a size of another unit": f"{SERVICE}    mem_limit: 10x\n",
    "a boolean in other words": f"{SERVICE}    privileged: maybe\n",
    "text twice where it must differ": f"{SERVICE}    security_opt: [a, a]\n",
    "a required variable that is unset": f'{SERVICE}    user: "${{UNSET:?needed}}"\n',
    "a required variable in a default": f'{SERVICE}    user: "${{A_VALUE:-${{UNSET:?}}}}"\n',
    "an unclosed substitution": f'{SERVICE}    user: "${{A"\n',
    "a substitution of a number": f'{SERVICE}    user: "${{1}}"\n',
    "double braces": f'{SERVICE}    x-a: "${{{{ a }}}}"\n',
    "containers of one name": "services: {a: {image: x, container_name: same},"
    " b: {image: x, container_name: same}}",
    "replicas with one name": f"{SERVICE}    scale: 2\n    container_name: aa\n",
    "two numbers of replicas": f"{SERVICE}    scale: 2\n    deploy: {{replicas: 3}}\n",
    "a secret from nowhere": f"{SERVICE}secrets: {{a: {{}}}}\n",
    "a config from two places": f"{SERVICE}configs: {{a: {{file: x, content: y}}}}\n",
    "an outside volume with a driver": f"{SERVICE}volumes: {{a: {{external: true, driver: x}}}}\n",
    "count beside ids": f'{SERVICE}    gpus: [{{count: 1, device_ids: ["1"]}}]\n',
    "a name without letters": f'{SERVICE}name: "---"\n',
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_compose_refuses_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(text)

    assert printed(folder=tmp_path) is None
    assert read(ComposeOptions(), folder=tmp_path) is None


PLACES = {
    "the current folder": ("project", ComposeOptions(), {}),
    "a folder below": ("project/below", ComposeOptions(), {}),
    "-f from below": ("project/below", ComposeOptions(files=("../compose.yaml",)), {}),
    "-f from elsewhere": ("other", ComposeOptions(files=("../project/compose.yaml",)), {}),
    "COMPOSE_FILE": ("other", ComposeOptions(), {"COMPOSE_FILE": "../project/compose.yaml"}),
    "--project-directory": ("other", ComposeOptions(project_directory="../project/below"), {}),
    "-f and --project-directory": (
        "other",
        ComposeOptions(files=("../project/compose.yaml",), project_directory="../project/below"),
        {},
    ),
    "--env-file": (
        "project",
        ComposeOptions(env_files=("below/.env", "../other/more.env")),
        {},
    ),
    "COMPOSE_ENV_FILES": (
        "project",
        ComposeOptions(),
        {"COMPOSE_ENV_FILES": "below/.env,../other/more.env"},
    ),
    "no environment file": ("project", ComposeOptions(), {"COMPOSE_DISABLE_ENV_FILE": "1"}),
    "-p": ("project", ComposeOptions(project_name="given"), {"COMPOSE_PROJECT_NAME": "lost"}),
    "COMPOSE_PROJECT_NAME": ("project", ComposeOptions(), {"COMPOSE_PROJECT_NAME": "named"}),
    "COMPOSE_PROFILES": ("project", ComposeOptions(), {"COMPOSE_PROFILES": "other, extra"}),
    "--profile over COMPOSE_PROFILES": (
        "project",
        ComposeOptions(profiles=("other",)),
        {"COMPOSE_PROFILES": "extra"},
    ),
    "the caller over .env": ("project", ComposeOptions(), {"TAG": "caller"}),
    "names by preference": ("several", ComposeOptions(), {}),
    "a folder that gives the name": ("My.Project_1", ComposeOptions(), {}),
    "a project without a file": ("empty", ComposeOptions(files=("absent.yaml",)), {}),
}


@pytest.mark.parametrize(("start", "options", "variables"), PLACES.values(), ids=PLACES.keys())
def test_files_and_variables_are_found_where_compose_finds_them(
    start: str, options: ComposeOptions, variables: dict[str, str], tmp_path: Path
) -> None:
    _lay_out(tmp_path)
    environment = {**CALLER, **variables}

    expected = printed(*arguments_of(options), folder=tmp_path / start, environment=environment)

    found = read(options, folder=tmp_path / start, environment=environment)
    assert comparable(found) == comparable(expected)


def _lay_out(root: Path) -> None:
    text = json.dumps(
        {
            "services": {
                "web": {"image": "x:$TAG-$MORE", "build": ".", "environment": {"AT": "$PWD"}},
                "extra": {"image": "x", "profiles": ["extra"]},
            }
        }
    )
    contents = {
        "project/compose.yaml": text,
        "project/.env": "TAG=project\nMORE=project\n",
        "project/below/.env": "TAG=below\n",
        "other/more.env": "TAG=more-${TAG}\n",
        "several/compose.yml": text,
        "several/docker-compose.yml": "services: {lost: {image: x}}",
        "My.Project_1/docker-compose.yaml": text,
        "empty/readme": "",
    }
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
