from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.pipeline.model_mounts.folders import Held, held_in, model_folders
from modelcompose.registry.records import Origin, Version
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

PLACE = "models/served"


class Shop:
    """A project folder, and a home folder with versions of a model."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.folder = root / "shop"
        self.folder.mkdir()
        self.notes: list[str] = []

    @property
    def served(self) -> dict[str, str]:
        root = self.folder / PLACE
        files = (path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_text() for path in files}

    def fill(self, version: Version) -> Held | None:
        with model_folders(self.folder, self.home, self.notes.append) as folders:
            return folders.fill(PLACE, version)

    def logged(self, number: int, **files: str) -> Version:
        """Give a version that a client of MLflow's logged."""
        root = self.home / "artifacts" / "1" / f"m-{number}"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return version(number, f"mlflow-artifacts:/1/m-{number}")

    def gated(self, number: int, name: str, text: str) -> Version:
        """Give a version of one file that a gate let through."""
        path = self.home / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        with FileStates(self.home / "states.db") as states:
            content = states.look(path)
            assert content is not None
            Store(self.home / "store").put(path, content, states)
        return version(
            number, "mlflow-artifacts:/content/file/x", Origin("shop", f"out/{name}", content)
        )


def version(number: int, storage: str, origin: Origin | None = None) -> Version:
    return Version(
        number, "delay", number, None, "ana", "None", storage, storage, None, None, None,
        "READY", None, 1.0, 1.0, origin,
    )  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_folder_holds_what_a_client_logged_then_what_a_gate_let_through(shop: Shop) -> None:
    first, second = shop.logged(1, MLmodel="flavors:", weights="1"), shop.gated(2, "w.bin", "2")
    assert shop.fill(first) is None
    assert shop.served == {"MLmodel": "flavors:", "weights": "1"}
    assert shop.fill(first) == held_in(shop.folder)[PLACE]
    before = shop.fill(second)
    assert before is not None
    assert before.label == "delay@1"
    assert shop.served == {"w.bin": "2"}


def test_the_folder_itself_is_never_another(shop: Shop) -> None:
    shop.fill(shop.logged(1, weights="1"))
    inode = (shop.folder / PLACE).stat().st_ino
    shop.fill(shop.logged(2, weights="2"))
    assert (shop.folder / PLACE).stat().st_ino == inode


def test_files_from_elsewhere_are_left_alone(shop: Shop) -> None:
    (shop.folder / PLACE).mkdir(parents=True)
    (shop.folder / PLACE / "thesis").write_text("mine")
    with pytest.raises(StoreError, match="files that did not come from one") as caught:
        shop.fill(shop.logged(1, weights="1"))
    assert "mv models/served models/served.old" in (caught.value.hint or "")
    assert shop.served == {"thesis": "mine"}


def test_an_edit_is_kept_and_told_before_it_is_replaced(shop: Shop) -> None:
    first = shop.logged(1, weights="1")
    shop.fill(first)
    (shop.folder / PLACE / "weights").write_text("edited")
    shop.fill(first)
    assert shop.served == {"weights": "1"}
    (note,) = shop.notes
    assert "models/served/weights was changed by hand; to bring it back: cp" in note
    assert Path(note.split()[-2]).read_text() == "edited"


def test_a_command_that_died_in_the_middle_leaves_no_edit(shop: Shop) -> None:
    first, second = shop.logged(1, weights="1"), shop.logged(2, weights="2")
    shop.fill(first)
    (digest,) = held_in(shop.folder)[PLACE].digests
    begun = {PLACE: Held("delay", 2, (digest, "sha256:of-the-second"))}
    (shop.folder / ".ml" / "models" / "held.json").write_bytes(msgspec.json.encode(begun))
    shop.fill(second)
    assert shop.served == {"weights": "2"}
    assert shop.notes == []


def test_a_file_in_the_folders_place_is_said(shop: Shop) -> None:
    (shop.folder / "models").mkdir()
    (shop.folder / PLACE).write_text("a file")
    with pytest.raises(StoreError, match="expected a folder for a model, found a file"):
        shop.fill(shop.logged(1, weights="1"))


def test_files_that_are_gone_or_elsewhere_change_nothing(shop: Shop) -> None:
    shop.fill(shop.logged(1, weights="1"))
    with pytest.raises(NotFound, match="its files are gone"):
        shop.fill(version(2, "mlflow-artifacts:/1/m-2"))
    with pytest.raises(UsageError, match="its files are at s3:"):
        shop.fill(version(3, "s3://bucket/m-3"))
    assert shop.served == {"weights": "1"}
    assert held_in(shop.folder)[PLACE].label == "delay@1"
