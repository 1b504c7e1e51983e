"""The builds that are installed on this machine, found once and looked for again when asked."""

import threading
from collections.abc import Sequence
from pathlib import Path

from zordon_app.domain.jobs import BuildRef
from zordon_app.engines.base import Build
from zordon_app.engines.registry import EngineRegistry


class InstalledBuilds:
    """Builds by engine. Finding them starts programs, so it is done at first need and by ``refresh``."""

    def __init__(self, registry: EngineRegistry, folders: Sequence[Path]) -> None:
        """``folders`` hold managed builds."""
        self._registry = registry
        self._folders = list(folders)
        self._lock = threading.Lock()
        self._found: dict[str, list[Build]] = {}
        self._known: dict[str, list[Build]] = {}
        """What was found last: unlike ``_found`` it is there while builds are looked for again."""

    def of(self, engine: str) -> list[Build]:
        """Builds of one engine, newest first."""
        with self._lock:
            if engine not in self._found:
                self._found[engine] = self._registry.get(engine).find_builds(self._folders)
                self._known = self._known | {engine: self._found[engine]}
            return list(self._found[engine])

    def known(self) -> dict[str, list[Build]]:
        """Builds by engine as they were found last, without waiting."""
        return self._known

    def find(self, wanted: BuildRef) -> Build | None:
        """The installed build that a job is bound to: of that version, and with the same bytes if there is one."""
        same = [build for build in self.of(wanted.engine) if build.version == wanted.version]
        return next((build for build in same if build.sha256 == wanted.sha256), same[0] if same else None)

    def refresh(self) -> None:
        """Look again."""
        with self._lock:
            self._found.clear()
        for name in self._registry.names():
            self.of(name)
