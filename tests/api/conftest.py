"""One live node for all tests of a module, with an engine that does what its project says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.api import Api
from tests.fakes.engine import ColdEngine, FakeEngine, write_project
from zordon_app.app import Zordon


class Node:
    """A running node, its API, and projects to send to it."""

    def __init__(self, zordon: Zordon, folder: Path) -> None:
        self.zordon = zordon
        self.api = Api(zordon.address)
        self.folder = folder
        self._made = 0

    def project(self, frames: tuple[int, int] = (1, 4), kind: str = ".fake", **content: Any) -> Path:
        self._made += 1
        return write_project(self.folder / f"shot{self._made}" / f"shot{self._made}{kind}", frames, **content)

    def finished(self, **content: Any) -> dict[str, Any]:
        """A job of four frames that has completed."""
        job = self.api.wait_ended(self.api.add(self.project(**content))["id"])
        assert job["status"] == "completed", job
        return job

    def running(self) -> dict[str, Any]:
        """A job whose second frame never ends."""
        job = self.api.add(self.project(faults={2: {"how": "hang"}}))
        return self.api.wait_for(job["id"], lambda job: job["units"]["done"] == 1)

    def failed(self) -> dict[str, Any]:
        """A job whose third frame failed for good."""
        job = self.api.add(self.project(faults={3: {"how": "no_file"}}), max_attempts=1)
        return self.api.wait_status(job["id"], "error")

    def paused(self, **fields: object) -> dict[str, Any]:
        return self.api.add(self.project(), paused=True, **fields)


@pytest.fixture(scope="module")
def make_node(tmp_path_factory) -> Iterator[Any]:
    """Start a node of the test's own making; all are stopped at the end of the module."""
    made: list[Node] = []

    def make(engines: Any = None, **options: Any) -> Node:
        folder = tmp_path_factory.mktemp("node")
        known = {"port": 0, "lan": False, "discovery": False}
        zordon = Zordon(folder / "home", engines=engines or [FakeEngine(), ColdEngine()], **(known | options))
        try:
            zordon.start()
        except BaseException:
            zordon.stop()
            raise
        made.append(Node(zordon, folder / "projects"))
        return made[-1]

    yield make
    for node in made:
        node.api.close()
        node.zordon.stop()


@pytest.fixture(scope="module")
def node(make_node) -> Node:
    return make_node()


@pytest.fixture(scope="module")
def api(node) -> Api:
    return node.api


@pytest.fixture
def unchanged(api: Api) -> Iterator[None]:
    """No job may come of what the test sends."""
    before = len(api.get("/api/jobs").json["jobs"])
    yield
    assert len(api.get("/api/jobs").json["jobs"]) == before
