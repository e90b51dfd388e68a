"""Registered models, their versions, aliases and tags, over both databases."""

from __future__ import annotations

import pytest

from modelcompose.database.database import Connection
from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.registry.aliases import moves_of, remove_alias, set_alias, version_called
from modelcompose.registry.models import (
    create_model,
    delete_model,
    delete_model_tag,
    describe_model,
    model_named,
    rename_model,
    set_model_tag,
)
from modelcompose.registry.records import Model, Origin, Version
from modelcompose.registry.search import search_models, search_versions
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import (
    create_version,
    delete_version,
    delete_version_tag,
    describe_version,
    latest_by_stage,
    move_to_stage,
    set_version_tag,
    version_named,
    versions_of,
)
from modelcompose.store.content import Content

SOURCE = Source("s3://models/1", "s3://models/1", "run1")


def a_version(connection: Connection, model: Model, now: float = 2.0) -> Version:
    return create_version(connection, model, SOURCE, now)


def names(connection: Connection, text: str = "", *keys: str) -> list[str]:
    page = search_models(connection, text, keys, size=100, token=None, now=0.0)
    return [model.name for model in page.items]


def labels(connection: Connection, text: str = "", *keys: str) -> list[str]:
    page = search_versions(connection, text, keys, size=100, token=None, now=0.0)
    return [version.label for version in page.items]


def test_a_model_is_found_as_it_was_made(connection: Connection) -> None:
    made = create_model(connection, "delay", 1.5, description="d", tags={"a": "1"})
    assert model_named(connection, "delay") == made
    assert (made.created_at, made.tags, made.last_version) == (1.5, {"a": "1"}, 0)


def test_a_name_is_given_once_and_is_free_again_after_a_deletion(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    a_version(connection, model)
    with pytest.raises(AlreadyExists):
        create_model(connection, "delay", 1.0)
    delete_model(connection, model, 2.0)
    assert names(connection) == []
    assert labels(connection) == []
    again = create_model(connection, "delay", 3.0)
    assert versions_of(connection, again) == []


@pytest.mark.parametrize("name", ["", " ", "a/b", "a:b", ".", "..", "a\0b", "x" * 257])
def test_what_cannot_be_a_name_is_refused(connection: Connection, name: str) -> None:
    with pytest.raises(UsageError):
        create_model(connection, name, 1.0)


def test_a_renamed_model_keeps_its_versions_and_aliases(connection: Connection) -> None:
    model = create_model(connection, "old", 1.0)
    version = a_version(connection, model)
    set_alias(connection, model, "best", version, now=3.0)
    create_model(connection, "taken", 1.0)

    renamed = rename_model(connection, model, "new", 4.0)

    assert renamed.aliases == {"best": 1}
    assert version_named(connection, "new", "1").label == "new@1"
    with pytest.raises(NotFound):
        model_named(connection, "old")
    with pytest.raises(AlreadyExists):
        rename_model(connection, renamed, "taken", 5.0)


def test_a_model_is_described_and_tagged(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    describe_model(connection, model, "words", 2.0)
    set_model_tag(connection, model, "a", "1", 2.0)
    set_model_tag(connection, model, "a", "2", 2.0)
    set_model_tag(connection, model, "b", "1", 2.0)
    delete_model_tag(connection, model, "b", 2.0)
    found = model_named(connection, "delay")
    assert (found.description, found.tags, found.updated_at) == ("words", {"a": "2"}, 2.0)


def test_versions_are_numbered_and_a_number_is_never_given_twice(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    first, second = a_version(connection, model), a_version(connection, model)
    delete_version(connection, second, 3.0)
    third = a_version(connection, model)
    assert (first.version, second.version, third.version) == (1, 2, 3)
    assert [version.version for version in versions_of(connection, model)] == [3, 1]
    with pytest.raises(NotFound):
        version_named(connection, "delay", "2")


def test_a_version_remembers_all_that_it_was_made_from(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    content = Content("folder", "sha256:" + "a" * 64, 12, 3, executable=False)
    origin = Origin("flights", "models/delay", content, {"runs": {"train": "r"}})
    made = create_version(
        connection, model, SOURCE, 2.0, description="d", user="u", tags={"k": "v"}, origin=origin
    )
    assert version_named(connection, "delay", "1") == made
    assert (made.origin, made.user, made.run, made.tags) == (origin, "u", "run1", {"k": "v"})


def test_a_version_is_described_and_tagged(connection: Connection) -> None:
    version = a_version(connection, create_model(connection, "delay", 1.0))
    describe_version(connection, version, "words", 3.0)
    set_version_tag(connection, version, "a", "1", 3.0)
    set_version_tag(connection, version, "b", "2", 3.0)
    delete_version_tag(connection, version, "b", 3.0)
    found = version_named(connection, "delay", "1")
    assert (found.description, found.tags) == ("words", {"a": "1"})


def test_an_alias_points_to_one_version_and_remembers_where_it_pointed(
    connection: Connection,
) -> None:
    model = create_model(connection, "delay", 1.0)
    first, second = a_version(connection, model), a_version(connection, model)
    set_alias(connection, model, "best", first, now=3.0, cause="a")
    model = model_named(connection, "delay")
    set_alias(connection, model, "best", second, now=4.0, cause="b")
    model = model_named(connection, "delay")

    assert set_alias(connection, model, "best", second, now=5.0) is None
    assert version_called(connection, model, "best").version == 2
    remove_alias(connection, model, "best", 6.0)
    model = model_named(connection, "delay")
    assert model.aliases == {}
    assert remove_alias(connection, model, "best", 7.0) is None
    moves = [(move.old, move.new, move.cause) for move in moves_of(connection, model)]
    assert moves == [(2, None, ""), (1, 2, "b"), (None, 1, "a")]


@pytest.mark.parametrize("alias", ["", "latest", "LATEST", "v1", "V22", "a b", "a/b", "x" * 256])
def test_what_cannot_be_an_alias_is_refused(connection: Connection, alias: str) -> None:
    model = create_model(connection, "delay", 1.0)
    with pytest.raises(UsageError):
        set_alias(connection, model, alias, a_version(connection, model), now=3.0)


def test_a_version_is_called_by_its_number_an_alias_or_as_the_latest(
    connection: Connection,
) -> None:
    model = create_model(connection, "delay", 1.0)
    with pytest.raises(NotFound):
        version_called(connection, model, "latest")
    first = a_version(connection, model)
    a_version(connection, model)
    set_alias(connection, model, "best", first, now=3.0)
    model = model_named(connection, "delay")
    called = [version_called(connection, model, name).version for name in ("1", "best", "latest")]
    assert called == [1, 1, 2]
    for unknown in ("9", "99999999999999999999", "other"):
        with pytest.raises(NotFound):
            version_called(connection, model, unknown)


def test_deleting_a_version_removes_its_aliases(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    version = a_version(connection, model)
    set_alias(connection, model, "best", version, now=3.0)
    delete_version(connection, version, 4.0)
    assert model_named(connection, "delay").aliases == {}
    assert versions_of(connection, model) == []


def test_stages_hold_versions_and_archive_others(connection: Connection) -> None:
    model = create_model(connection, "delay", 1.0)
    first, second = a_version(connection, model), a_version(connection, model)
    third = a_version(connection, model)
    move_to_stage(connection, first, "PRODUCTION", 3.0, archive_others=False)
    move_to_stage(connection, second, "Production", 4.0, archive_others=True)

    latest = latest_by_stage(connection, [model])["delay"]
    assert {v.stage: v.version for v in latest} == {
        "Archived": first.version,
        "Production": second.version,
        "None": third.version,
    }
    with pytest.raises(UsageError, match="not an Active stage"):
        move_to_stage(connection, first, "None", 5.0, archive_others=True)


def test_models_are_chosen_by_name_and_tag_and_sorted(connection: Connection) -> None:
    for number, name in enumerate(("Beta", "alpha", "gamma")):
        create_model(connection, name, float(number), tags={"n": str(number)})
    assert names(connection) == ["Beta", "alpha", "gamma"]
    assert names(connection, "", "last_updated_timestamp DESC") == ["gamma", "alpha", "Beta"]
    assert names(connection, "name ilike 'B%' or tags.n = '2'") == ["Beta", "gamma"]
    assert names(connection, "name = 'alpha' and not tags.n = '2'") == ["alpha"]
    assert names(connection, "creation_timestamp >= 1000", "name DESC") == ["gamma", "alpha"]
    with pytest.raises(UsageError, match="filter:1"):
        names(connection, "nothing = 1")


def test_prompts_are_apart_unless_they_are_asked_for(connection: Connection) -> None:
    create_model(connection, "model", 1.0)
    create_model(connection, "prompt", 1.0, tags={"mlflow.prompt.is_prompt": "true"})
    tag = "tags.`mlflow.prompt.is_prompt`"
    assert names(connection) == ["model"]
    assert names(connection, "name LIKE '%'") == ["model"]
    assert names(connection, f"{tag} != 'true'") == ["model"]
    assert names(connection, "tag.`mlflow.prompt.is_prompt` = 'false' AND name LIKE '%o%'") == [
        "model"
    ]
    assert names(connection, f"{tag} = 'true'") == ["prompt"]


def test_a_search_gives_every_model_once_page_by_page(connection: Connection) -> None:
    for number in range(7):
        create_model(connection, f"m{number}", 1.0)
    found: list[str] = []
    token = None
    while True:
        page = search_models(connection, "", (), size=3, token=token, now=0.0)
        found += [model.name for model in page.items]
        token = page.token
        if token is None:
            break
    assert found == [f"m{number}" for number in range(7)]


def test_versions_are_chosen_by_run_source_and_number(connection: Connection) -> None:
    one, two = create_model(connection, "one", 1.0), create_model(connection, "two", 1.0)
    a_version(connection, one, 2.0)
    create_version(connection, one, Source("s3://x", "s3://x", "run2"), 3.0)
    a_version(connection, two, 4.0)
    assert labels(connection) == ["two@1", "one@2", "one@1"]
    assert labels(connection, "run_id = 'run2'") == ["one@2"]
    assert labels(connection, "run_id IN ('run1','other')", "name") == ["one@1", "two@1"]
    assert labels(connection, "version_number >= 2") == ["one@2"]
    assert labels(connection, "source_path LIKE 's3://models%'", "version_number") == [
        "one@1",
        "two@1",
    ]
