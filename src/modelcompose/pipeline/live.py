"""`live` outputs: folders that a step writes in the project itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import InputMount
from modelcompose.errors import StepError, StoreError
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.letting_in import let_in
from modelcompose.store.content import Content
from modelcompose.store.failures import translated
from modelcompose.store.outputs import check_outputs, kind_of
from modelcompose.store.placing import remove
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store


class LiveFolders:
    """The live folders of one project's steps; to be changed with the project's lock held."""

    def __init__(self, project: Project, collector: Collector, states: FileStates) -> None:
        self._project = project
        self._collector = collector
        self._states = states

    def give(
        self, service: Service, paths: Sequence[str], own: Callable[[list[Path]], None]
    ) -> list[InputMount]:
        """Empty a step's folders for a run that is about to start, the folders themselves kept.

        What was there is in the store before.

        Args:
            service: the step's.
            paths: its live outputs.
            own: makes what lies under paths the caller's.

        Raises:
            StepError: a file stands where the folder belongs.
            StoreError: a folder cannot be written, or lies behind a symbolic link.
        """
        check_outputs(self._project.directory, paths)
        places = [self._project.directory / path for path in paths]
        for path, place in zip(paths, places, strict=True):
            if kind_of(place) not in (None, "folder"):
                raise StepError(
                    f"services.{service.name}: the live output {path} is no folder",
                    hint=f"let the step write a folder, or move away what is there: mv {path} "
                    f"{path}.old",
                )
        own([place for place in places if place.exists()])
        for path, place in zip(paths, places, strict=True):
            self._collector.keep(path)
            with translated(place, "cannot be emptied"):
                place.mkdir(parents=True, exist_ok=True)
                for entry in place.iterdir():
                    remove(entry)
                let_in(place, self._project.directory)
            self._states.forget(place)
        mounts = zip(places, paths, strict=True)
        return [InputMount(place, path, read_only=False) for place, path in mounts]


def found_live(
    project: Project, paths: Sequence[str], store: Store, states: FileStates
) -> dict[str, Content]:
    """Keep what lies in live folders after a run that did not succeed; give it by path.

    A folder that cannot be kept, or changes at this very moment, is left out: the failure
    counts, and the folder is in the project all the same.
    """
    contents: dict[str, Content] = {}
    for path in paths:
        place = project.directory / path
        try:
            content = states.look(place)
            if content is not None:
                store.put(place, content, states)
                contents[path] = content
        except StoreError:
            continue
    return contents
