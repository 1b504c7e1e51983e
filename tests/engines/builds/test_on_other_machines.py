"""Two real nodes of one farm, over TLS: at one of them a person lets the other install builds."""

import sys
import threading

import pytest

from tests.engines.builds.test_from_peer import Node
from tests.fakes.api import wait_until
from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Fault, Mirror, add_blender
from zordon_app.cli.main import run

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux", reason="the archives hold programs for Linux"),
]
NAME = "blender-4.5.15-linux-x64"
PATH = f"/release/Blender4.5/{NAME}.tar.xz"
WANTED = {"engine": "blender", "version": "4.5.15"}
DOWNLOADS = "/api/engines/downloads"


@pytest.fixture(scope="module")
def mirror():
    archive = tar_of(NAME, {"blender": saying("4.5.15"), "data": b"frames " * 100_000}, "w:gz")
    with Mirror() as mirror:
        add_blender(mirror, {f"{NAME}.tar.xz": archive})
        yield mirror


@pytest.fixture(scope="module")
def farm(tmp_path_factory, mirror):
    folder = tmp_path_factory.mktemp("farm")
    atlas, bert = (Node(folder, name, mirror.url) for name in ("atlas", "bert"))
    try:
        bert.join(atlas)
        yield atlas, bert
    finally:
        bert.stop()
        atlas.stop()


@pytest.fixture
def atlas(farm):
    return farm[0]


@pytest.fixture
def bert(farm, mirror):
    bert = farm[1]
    bert.id = id_of(bert)
    yield bert
    mirror.faults.clear()
    for record in bert.api.get(DOWNLOADS).json:
        bert.api.post(f"{DOWNLOADS}/{record['id']}/cancel")
    bert.api.post("/api/engines/delete", WANTED)


def id_of(node):
    return node.api.get("/api/nodes").json[0]["id"]


def test_a_machine_installs_what_it_is_told_to_from_another(atlas, bert):
    begun = atlas.api.post("/api/engines/download", {**WANTED, "node": bert.id})
    assert begun.status == 200, begun.text
    record = begun.json

    ended = bert.ended(record)

    assert ended["state"] == "installed", ended
    assert atlas.api.get(f"{DOWNLOADS}/{record['id']}", node=bert.id).json == ended
    assert [one["id"] for one in atlas.api.get(DOWNLOADS, node=bert.id).json] == [record["id"]]
    assert (list(bert.managed()), list(atlas.managed())) == (["4.5.15"], [])
    assert atlas.api.get(DOWNLOADS).json == []


def test_a_download_elsewhere_is_held_gone_on_with_and_ended(atlas, bert, mirror):
    gate = threading.Event()
    mirror.faults[PATH] = Fault(wait=gate, times=1)
    record = atlas.api.post("/api/engines/download", {**WANTED, "node": bert.id}).json
    single = f"{DOWNLOADS}/{record['id']}"
    wait_until(lambda: atlas.api.get(single, node=bert.id).json["state"] == "downloading")

    assert atlas.api.post(f"{single}/pause", node=bert.id).json["state"] == "paused"
    gate.set()
    assert bert.api.get(single).json["state"] == "paused"
    atlas.api.post(f"{single}/resume", node=bert.id)
    assert bert.ended(record)["state"] == "installed"
    assert "installed" in atlas.api.post(f"{single}/cancel", node=bert.id).refused(400)


def test_what_the_other_machine_refuses_is_refused_in_its_words(atlas, bert):
    for wanted in ({**WANTED, "version": "9"}, {"engine": "maya", "version": "1"}):
        here = atlas.api.post("/api/engines/download", {**wanted, "node": bert.id})
        assert here.refused(404) == bert.api.post("/api/engines/download", wanted).refused(404)
    assert "'nothing'" in atlas.api.get(f"{DOWNLOADS}/nothing", node=bert.id).refused(404)


def test_a_machine_that_is_not_known_or_waited_for_is_refused(atlas, bert):
    wrong = {**WANTED, "node": "nobody"}
    assert "no machine 'nobody'" in atlas.api.post("/api/engines/download", wrong).refused(404)
    assert "no machine 'nobody'" in atlas.api.get(DOWNLOADS, node="nobody").refused(404)
    waits = atlas.api.post("/api/engines/download", {**WANTED, "node": bert.id, "wait": True})
    assert "wait" in waits.refused(400)
    assert bert.api.get(DOWNLOADS).json == atlas.api.get(DOWNLOADS, node=bert.id).json
    assert bert.managed() == {}


def test_a_machine_that_is_off_is_told_from_one_that_refuses(atlas, tmp_path, mirror):
    carl = Node(tmp_path, "carl", mirror.url)
    try:
        carl.join(atlas)
        wanted = {**WANTED, "node": id_of(carl)}
    finally:
        carl.stop()

    assert "carl does not answer" in atlas.api.post("/api/engines/download", wanted).refused(503)


def test_this_machine_may_be_named_too(atlas):
    begun = atlas.api.post("/api/engines/download", {**WANTED, "node": id_of(atlas)})

    assert atlas.ended(begun.json)["state"] == "installed"
    atlas.api.post("/api/engines/delete", WANTED)


def test_the_command_line_installs_on_a_machine_by_its_name(atlas, bert, mirror, capsys):
    mirror.faults[PATH] = Fault(status=403, times=1)
    install = ["engines", "install", "blender", "--on", "BERT", "--host", atlas.api.address]
    assert run(install) == 1, "the site refused"
    assert "403" in capsys.readouterr().err

    assert run(install) == 0, "an earlier failure does not count"
    assert "blender 4.5.15 is installed on bert." in capsys.readouterr().err
    assert list(bert.managed()) == ["4.5.15"]
    asked = mirror.paths().count(PATH)
    assert run(install) == 0
    assert "blender 4.5.15 is installed on bert already." in capsys.readouterr().err
    assert mirror.paths().count(PATH) == asked
    assert run(["engines", "install", "blender", "--on", "nobody", "--host", atlas.api.address]) != 0
    assert "Machines: atlas, bert" in capsys.readouterr().err
