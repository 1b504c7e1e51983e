"""What the benchmark of one machine gave is known to the planner of another."""

import pytest

from tests.engines.builds.test_from_peer import NOBODY, Node
from tests.fakes.api import wait_until

pytestmark = pytest.mark.engines


@pytest.fixture
def farm(tmp_path):
    """atlas was measured at 20 frames a second, bert at 80."""
    nodes = []
    for name, value in (("atlas", 20.0), ("bert", 80.0)):
        line = f'{{"kind": "ffmpeg", "value": {value}, "at": "2026-01-31T12:00:00Z", "version": "9.0"}}\n'
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data" / "benchmarks.jsonl").write_text(line)
        nodes.append(Node(tmp_path, name, NOBODY))
    nodes[1].join(nodes[0])
    yield nodes
    for node in nodes:
        node.stop()


def test_the_planner_of_one_machine_knows_the_speed_of_the_other(farm):
    atlas, bert = farm
    ids = [node.api.get("/api/nodes").json[0]["id"] for node in farm]
    told = wait_until(lambda: [node for node in atlas.api.get("/api/nodes").json if node["name"] == "bert"])

    assert told[0]["speeds"] == {"ffmpeg": 80.0}
    assert [atlas.zordon._farm._engine_speed(node, "ffmpeg") for node in ids] == [20.0, 80.0]
    assert [bert.zordon._farm._engine_speed(node, "ffmpeg") for node in ids] == [20.0, 80.0]
    assert atlas.zordon._farm._engine_speed(ids[1], "blender") is None
