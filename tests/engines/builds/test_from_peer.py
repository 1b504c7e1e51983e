"""Two real nodes of one farm: one has a build that it downloaded, the other can reach no site at all."""

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes.api import Api, wait_until
from tests.fakes.archives import BPY, blender_34, blender_45, tar_of
from tests.fakes.mirror import Mirror, add_blender
from tests.fakes.patience import HANG_SECONDS
from zordon_app.api.routes import handover
from zordon_app.app import Zordon
from zordon_app.engines.builds.giving import Giving

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(shutil.which("blender") is None, reason="no Blender here"),
]
BLENDER = {"engine": "blender", "version": "3.4.1"}
NOBODY = "http://127.0.0.1:1"
"""Where no mirror answers."""


class Node:
    """One node that others reach."""

    def __init__(self, folder, name, site):
        config = folder / name / "config" / "settings.yaml"
        config.parent.mkdir(parents=True)
        mirrors = dict.fromkeys(("blender", "blender-daily", "ffmpeg-btbn"), site)
        config.write_text(json.dumps({"name": name, "mirrors": mirrors}), encoding="utf-8")
        self.zordon = Zordon(folder / name, port=0, lan=True, discovery=False, timescale=0.1)
        self.zordon.start()
        self.api = Api(self.zordon.address)

    @property
    def lan(self):
        return f"127.0.0.1:{self.api.get('/api/farm').json['urls'][0].rpartition(':')[2]}"

    def join(self, member):
        self.api.post("/api/farm/join", {"address": member.lan})
        (newcomer,) = wait_until(lambda: member.api.get("/api/farm").json["pending"])
        member.api.post("/api/farm/admit", {"id": newcomer["id"]})
        wait_until(lambda: self.sees(member) and member.sees(self))

    def sees(self, other):
        me = self.api.get("/api/farm").json
        return any(one["name"] == other.api.get("/api/farm").json["name"] and one["online"] for one in me["members"])

    def ended(self, record):
        return wait_until(lambda: self._when_ended(record["id"]))

    def _when_ended(self, download_id):
        record = self.api.get(f"/api/engines/downloads/{download_id}").json
        return record if record["state"] in {"installed", "failed"} else None

    def get_build(self, version):
        """How its download ended."""
        return self.ended(self.api.post("/api/engines/download", {"engine": "blender", "version": version}).json)

    def managed(self):
        builds = self.api.get("/api/engines/blender").json["versions"]
        return {build["version"]: build for build in builds if build["managed"]}

    def offered(self):
        offers = self.api.get("/api/engines/available", engine="blender").json
        return [offer for offer in offers if offer["source"] == "peer"]

    def stop(self):
        self.api.close()
        self.zordon.stop()


@pytest.fixture(scope="module")
def archive():
    """The system's Blender, with a few megabytes that do not become smaller."""
    name, _ = blender_34()
    folder = name.removesuffix(".tar.xz")
    shim = f'#!/bin/sh\nexec {shutil.which("blender")} "$@"\n'.encode()
    return name, tar_of(folder, {"blender": shim, "datafiles/noise": random.Random(1).randbytes(3_000_000)})


@pytest.fixture(scope="module")
def farm(tmp_path_factory, archive):
    """atlas has Blender 3.4.1 from a site; bert has nothing and reaches no site."""
    folder = tmp_path_factory.mktemp("farm")
    with Mirror() as mirror:
        add_blender(mirror, dict([archive, *([blender_45()] if BPY else [])]))
        atlas, bert = Node(folder, "atlas", mirror.url), Node(folder, "bert", NOBODY)
        try:
            assert atlas.get_build("3.4.1")["state"] == "installed"
            bert.join(atlas)
            wait_until(bert.offered)
            yield atlas, bert
        finally:
            bert.stop()
            atlas.stop()


@pytest.fixture
def bert(farm):
    bert = farm[1]
    yield bert
    if "3.4.1" in bert.managed():
        bert.api.post("/api/engines/delete", BLENDER)


def test_what_a_member_has_is_on_offer_at_the_other(bert):
    (offer,) = bert.offered()

    assert (offer["version"], offer["file_name"], offer["installed"]) == ("3.4.1", "from atlas", False)


def test_a_build_comes_from_the_other_machine_whole_and_runs(farm, bert):
    atlas, _ = farm
    record = bert.get_build("3.4.1")

    assert (record["state"], record["reason"], record["source"]) == ("installed", "", "peer")
    here, there = bert.managed()["3.4.1"], atlas.managed()["3.4.1"]
    assert here["sha256"] == there["sha256"]
    noise = "datafiles/noise"
    folders = [next(node.zordon.paths.builds.glob("blender/*")) for node in farm]
    assert (folders[0] / noise).read_bytes() == (folders[1] / noise).read_bytes()
    assert list((bert.zordon.paths.cache / "builds" / "downloads").iterdir()) == []


def test_a_copy_that_was_broken_off_goes_on_where_it_was(bert, monkeypatch):
    served = []
    send_file = handover.send_file

    def cut_once(ask, path, sending, take):
        answer = send_file(ask, path, sending, take)
        served.append((ask.header("Range"), int(answer.headers["Content-Length"])))
        if len(served) == 1:
            answer.body = CutBody(answer.body, 1_000_000)
        return answer

    monkeypatch.setattr(handover, "send_file", cut_once)
    record = bert.get_build("3.4.1")

    assert record["state"] == "installed", record
    (_, whole), (asked, rest) = served
    assert asked == f"bytes={whole - rest}-"
    assert 0 < rest < whole


class CutBody:
    """A body that ends early, as a cable that is pulled."""

    def __init__(self, body, count):
        self._body, self._left = body, count

    def __iter__(self):
        while self._left and (chunk := self._body.read(self._left)):
            self._left -= len(chunk)
            yield chunk
        self._body.close()


def test_a_damaged_copy_is_not_kept(bert, monkeypatch):
    packed = Giving.packed

    def lied(giving, program_sha256):
        return packed(giving, program_sha256)[0], "0" * 64

    monkeypatch.setattr(Giving, "packed", lied)
    monkeypatch.setattr("zordon_app.engines.builds.tasks.PEER_WAITS", (0,))
    record = bert.get_build("3.4.1")

    assert (record["state"], record["reason"]) == ("failed", "The build arrived damaged from atlas.")
    assert bert.managed() == {}
    assert list((bert.zordon.paths.cache / "builds" / "downloads").iterdir()) == []


@pytest.mark.skipif(not BPY, reason="ZORDON_TEST_BPY names no Python with bpy")
def test_a_machine_that_helps_gets_the_build_it_lacks_from_the_one_that_asks(farm, bert, tmp_path):
    atlas, _ = farm
    assert atlas.get_build("4.5.15")["state"] == "installed"
    bert.api.send("PATCH", "/api/settings", json={"engine_downloads": "always"})
    script = Path(__file__).parents[2] / "fixtures" / "blender" / "make_scenes.py"
    subprocess.run([BPY, str(script), str(tmp_path)], capture_output=True, check=True, timeout=HANG_SECONDS)
    only_bert = [bert.api.get("/api/nodes").json[0]["id"]]
    job = atlas.api.add(tmp_path / "main.blend", frames="1,3", engine_version="4.5.15", nodes=only_bert)

    done = atlas.api.wait_ended(job["id"])
    assert (done["status"], done["engine_version"]) == ("completed", "4.5.15"), done
    assert {unit["node"] for unit in atlas.api.units(job["id"]).values()} == set(only_bert)
    assert bert.managed()["4.5.15"]["sha256"] == atlas.managed()["4.5.15"]["sha256"]


def test_only_members_get_builds(farm):
    atlas, _ = farm
    program = atlas.managed()["3.4.1"]["sha256"]

    atlas.api.get(f"/api/peer/builds/{program}").refused(403)
