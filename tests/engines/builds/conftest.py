"""A node's managed builds, fed by a local mirror."""

import threading
from pathlib import Path

import pytest

from tests.fakes.mirror import Mirror
from tests.fakes.patience import HANG_SECONDS
from zordon_app.clock import SystemClock
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.builds.assembly import managed_builds
from zordon_app.engines.builds.service import ManagedBuilds
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.installed import InstalledBuilds
from zordon_app.engines.registry import EngineRegistry


class Node:
    """Managed builds with the thread that installs them."""

    def __init__(self, home: Path, mirror_url: str, *, peers=None) -> None:
        self.home = home
        self.shortage = ""
        self.jobs: dict[str, str] = {}
        """Version of a build to the job that is bound to it."""
        self.mirrors = dict.fromkeys(("blender", "blender-daily", "ffmpeg-btbn", "ffmpeg-evermeet"), mirror_url)
        self.registry = EngineRegistry([BlenderEngine(), FfmpegEngine()])
        self.installed = InstalledBuilds(self.registry, [home / "engines"])
        clock = SystemClock()
        self.managed: ManagedBuilds = managed_builds(
            registry=self.registry,
            installed=self.installed,
            builds_folder=home / "engines",
            cache_folder=home / "cache",
            mirrors=lambda: self.mirrors,
            shortage=lambda _folder: self.shortage,
            in_use=lambda build: self.jobs.get(build.version, ""),
            on_change=lambda: None,
            now=clock.now,
            monotonic=clock.monotonic,
            peers=peers,
            timescale=0.001,
        )
        self._thread = threading.Thread(target=self._work, name="engine downloads")
        self._thread.start()

    def _work(self) -> None:
        while not self.managed.downloads._closed:
            self.managed.downloads.run_once(60)

    def ended(self, record):
        return self.managed.downloads.wait(record.id, HANG_SECONDS)

    def builds(self, engine):
        """Those that were managed or installed by pip, by version."""
        return {build.version: build for build in self.installed.of(engine) if build.origin in {"managed", "bpy"}}

    def leftovers(self) -> list[str]:
        """Files that should not be there after an installation, and half installed builds."""
        folders = (self.home / "cache" / "downloads", self.home / "engines.incoming")
        return [str(path) for folder in folders if folder.exists() for path in folder.rglob("*")]

    def close(self) -> None:
        self.managed.close()
        self._thread.join(HANG_SECONDS)
        assert not self._thread.is_alive()


@pytest.fixture
def mirror():
    with Mirror() as mirror:
        yield mirror


@pytest.fixture
def make_node(tmp_path, mirror):
    nodes = []

    def make(name="node", **options):
        node = Node(tmp_path / name, mirror.url, **options)
        nodes.append(node)
        return node

    yield make
    for node in nodes:
        node.close()


@pytest.fixture
def node(make_node):
    return make_node()
