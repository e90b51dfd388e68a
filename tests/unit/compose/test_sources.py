from __future__ import annotations

from modelcompose.compose.discovery import discover
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.sources import Sources

from .conftest import Write


def _sources(*files: str, **variables: str) -> Sources:
    return Sources(discover(ComposeOptions(files=files), variables))


def test_included_files_come_before_the_one_that_includes_them_and_extended_ones_last(
    write: Write,
) -> None:
    folder = write(
        {
            "compose.yaml": """
            include: [one/a.yaml]
            services: {s: {extends: {file: base/e.yaml, service: e}}}
            """,
            "one/a.yaml": "include: [b.yaml]",
            "one/b.yaml": "services: {}",
            "base/e.yaml": "services: {e: {extends: {file: f.yaml, service: f}}}",
            "base/f.yaml": "services: {f: {image: a}}",
        }
    )
    names = ["one/b.yaml", "one/a.yaml", "compose.yaml", "base/e.yaml", "base/f.yaml"]
    sources = _sources()
    assert list(sources.by_path) == [folder / name for name in names]
    assert [source.path for source in sources.merged] == [folder / name for name in names[:3]]


def test_an_include_may_have_several_files_and_a_folder_of_its_own(write: Write) -> None:
    folder = write(
        {
            "compose.yaml": """
            include:
              - path: [inc/a.yaml, inc/b.yaml]
                project_directory: inc/work
                env_file: inc/x.env
            """,
            "inc/a.yaml": "services: {a: {env_file: a.env}}",
            "inc/b.yaml": "services: {b: {env_file: [{path: b.env, required: false}]}}",
        }
    )
    sources = _sources()
    assert {source.path.name for source in sources.merged} == {"a.yaml", "b.yaml", "compose.yaml"}
    assert sources.env_files == [
        folder / "inc/work/a.env",
        folder / "inc/work/b.env",
        folder / "inc/x.env",
    ]


def test_files_that_include_each_other_are_read_once(write: Write) -> None:
    write({"compose.yaml": "include: [b.yaml]", "b.yaml": "include: [compose.yaml]"})
    assert len(_sources().by_path) == 2


def test_paths_take_variables_and_remote_ones_are_left_out(write: Write) -> None:
    folder = write(
        {"compose.yaml": "include: ['${WHERE}/a.yaml', 'oci://host/x', 'https://host/c.git']"}
    )
    assert list(_sources(WHERE="sub").by_path) == [folder / "sub/a.yaml", folder / "compose.yaml"]


def test_a_services_profiles_are_those_of_all_files_and_of_what_it_extends(write: Write) -> None:
    write(
        {
            "a.yaml": "services: {s: {profiles: [one], extends: base}, base: {profiles: ['${P}']}}",
            "b.yaml": "services: {s: {profiles: [two]}, plain: {image: a}}",
        }
    )
    sources = _sources("a.yaml", "b.yaml", P="three")
    assert sources.profiles("s") == {"one", "two", "three"}
    assert sources.profiles("plain") == set()
    assert sources.profiles("unknown") is None
    assert sources.service_names() == {"s", "base", "plain"}


def test_a_service_of_a_file_that_is_only_extended_is_no_service_of_the_project(
    write: Write,
) -> None:
    write(
        {
            "compose.yaml": "services: {s: {extends: {file: e.yaml, service: e}}}",
            "e.yaml": "services: {e: {image: a}}",
        }
    )
    assert _sources().service_names() == {"s"}


def test_a_file_that_is_no_map_has_no_services(write: Write) -> None:
    write({"a.yaml": "- extends", "b.yaml": "services: [extends]", "c.yaml": "{"})
    assert _sources("a.yaml", "b.yaml", "c.yaml", "missing.yaml").service_names() == set()
