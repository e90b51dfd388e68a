from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.database.database import Database
from modelcompose.hub.kept.access import experiment_of, token_for
from modelcompose.hub.tokens import store
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.runs import FOLDER_TAG


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.at(tmp_path / "home" / "hub.db")
    yield database
    database.close()


def test_a_service_keeps_its_token_while_it_is_valid(database: Database, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with database.write() as connection:
        first = token_for(connection, home, "lab", "notebook", 1.0)
        assert token_for(connection, home, "lab", "notebook", 2.0) == first
        assert token_for(connection, home, "lab", "other", 2.0) != first
        store.revoke(connection, "lab/notebook", 3.0)
        second = token_for(connection, home, "lab", "notebook", 4.0)
        assert second != first
        found = store.find(connection, store.hashed(second), 5.0)
    assert found is not None
    assert found.grants == {"lab": "writer"}


def test_the_experiment_knows_its_folder(database: Database, tmp_path: Path) -> None:
    with database.write() as connection:
        number = experiment_of(connection, "lab", tmp_path / "a", 1.0)
        assert experiment_of(connection, "lab", tmp_path / "b", 2.0) == number
        found = find_experiment(connection, str(number))
    assert found.name == "lab"
    assert found.tags[FOLDER_TAG] == str(tmp_path / "b")
