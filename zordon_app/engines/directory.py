"""Engines as the API tells of them."""

import os
import platform
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from zordon_app.engines.base import Build, Engine, RunProgram
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BuildNotFound, NotFound


class EngineDirectory:
    """What is known of engines and their builds on this machine."""

    def __init__(self, registry: EngineRegistry, builds: InstalledBuilds, run: Callable[[], RunProgram]) -> None:
        """``run`` makes a runner for short commands (help texts)."""
        self._registry = registry
        self._builds = builds
        self._run = run

    def overview(self, *, full: bool) -> dict[str, Any]:
        """Data of every engine that has a build, by name."""
        return {name: self.one(name, full=full) for name in self.names()}

    def names(self) -> list[str]:
        """Engines with at least one build here."""
        return [name for name in self._registry.names() if self._builds.of(name)]

    def for_filename(self, filename: str) -> str:
        """Engine name for a file name."""
        return self._registry.for_filename(filename).name

    def one(self, name: str, *, full: bool) -> dict[str, Any]:
        """Label and installed builds; ``full`` adds extensions, formats, system and options."""
        engine = self._registry.get(name)
        data: dict[str, Any] = {
            "name": engine.name,
            "label": engine.label,
            "versions": [_build_data(build) for build in self._builds.of(name)],
        }
        if full:
            data |= {
                "supported_extensions": sorted(engine.extensions),
                "supported_export_formats": list(engine.export_formats),
                "system_info": {"system_os": platform.system().lower(), "cpu": platform.machine().lower()},
                "options": self.arguments(name),
            }
        return data

    def availability(self, name: str) -> dict[str, Any]:
        """Whether this machine takes jobs of the engine."""
        versions = [build.version for build in self._builds.of(self._registry.get(name).name)]
        return {
            "engine": name,
            "available": bool(versions),
            "reason": "" if versions else f"No build of {self._registry.get(name).label} is installed here.",
            "cpu_count": os.cpu_count() or 1,
            "versions": versions,
            "hostname": platform.node(),
        }

    def arguments(self, name: str) -> list[dict[str, Any]]:
        """The allow-list of an engine."""
        return [msgspec.to_builtins(argument) for argument in self._registry.get(name).arguments]

    def help(self, name: str) -> str:
        """The program's own help text, of the newest build."""
        engine: Engine = self._registry.get(name)
        builds = self._builds.of(name)
        if not builds:
            raise BuildNotFound(f"No build of {engine.label} is installed here, so there is no help text to show.")
        return engine.help(builds[0], self._run())

    def download_available(self, engine: str, version: str, *, system_os: str | None, cpu: str | None) -> NoReturn:  # noqa: ARG002
        """Managed downloads are not part of this version."""
        self._no_downloads(engine)

    def most_recent_version(self, engine: str, *, system_os: str | None, cpu: str | None) -> NoReturn:  # noqa: ARG002
        """Managed downloads are not part of this version."""
        self._no_downloads(engine)

    def download(self, engine: str, version: str, *, system_os: str | None, cpu: str | None) -> NoReturn:  # noqa: ARG002
        """Managed downloads are not part of this version."""
        self._no_downloads(engine)

    def delete_download(self, engine: str, version: str, *, system_os: str | None, cpu: str | None) -> NoReturn:  # noqa: ARG002
        """Managed downloads are not part of this version."""
        self._no_downloads(engine)

    def _no_downloads(self, name: str) -> NoReturn:
        label = self._registry.get(name).label
        raise NotFound(
            f"This Zordon does not download {label} yet. Install it on this machine; Zordon finds it at the next start."
        )


def _build_data(build: Build) -> dict[str, Any]:
    return {
        "version": build.version,
        "origin": build.origin,
        "path": build.path or build.command[0],
        "sha256": build.sha256,
        "system_os": platform.system().lower(),
        "cpu": platform.machine().lower(),
    }
