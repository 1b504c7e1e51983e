"""A disk that fills up pauses work and counts no failure; with room again it goes on by itself (F14, F15, F16)."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.fakes.api import wait_until
from tests.faults.conftest import also
from tests.faults.oracle import is_sound, nothing_lost

pytestmark = [pytest.mark.faults, pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")]

BIG = {"size": [512, 256], "seconds": 0.05}
"""Frames of about 400 kB: noise that nothing compresses."""


class Volume:
    """A small disk of its own."""

    def __init__(self, path: Path, mebibytes: int) -> None:
        self.path = path
        path.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(path)], check=True)

    def fill(self, leave: int = 0) -> None:
        """Take all room but ``leave`` bytes."""
        filler = self.path / "filler"
        with filler.open("ab", buffering=0) as file, pytest.raises(OSError, match="No space"):
            write_for_ever(file)
        if leave:
            os.truncate(filler, max(filler.stat().st_size - leave, 0))

    def free(self) -> None:
        (self.path / "filler").unlink(missing_ok=True)

    def end(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=False)


def write_for_ever(file):
    while True:
        file.write(bytes(64 * 1024))


@pytest.fixture
def volume(tmp_path):
    made = []

    def make(mebibytes):
        made.append(Volume(tmp_path / f"volume{len(made)}", mebibytes))
        return made[-1]

    yield make
    for each in made:
        each.end()


def failures(node, job):
    return sum(unit["failures"] for unit in node.api.units(job["id"]).values())


@pytest.mark.parametrize("kind", [".fake", *also(".cold")])
def test_a_full_output_disk_pauses_the_job_which_goes_on_when_there_is_room(make_alone, volume, kind):
    node, output = make_alone().start(), volume(8)
    job = node.api.add(node.project((1, 30), kind=kind, **BIG), output_path=str(output.path / "frames"))
    paused = node.api.wait_status(job["id"], "paused")
    assert "Waiting for disk space" in paused["reason"]
    assert "by itself" in paused["reason"]
    assert paused["units"]["failed"] == 0
    assert 0 < paused["units"]["done"] < 30
    subprocess.run(["mount", "-o", "remount,size=64m", str(output.path)], check=True)
    job = nothing_lost(node.api, node.home, job["id"], range(1, 31))
    assert failures(node, job) == 0


@pytest.mark.parametrize("kind", [".fake", *also(".cold")])
def test_a_disk_that_fills_at_once_while_frames_are_written_costs_no_attempt(make_alone, volume, kind):
    """Everything of the node is on it: ledger, logs, attempts, output."""
    disk = volume(200)
    node = make_alone(home=disk.path / "home").start()
    job = node.api.add(node.project((1, 40), kind=kind, **BIG))
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] >= 3)
    disk.fill()
    paused = node.api.wait_status(job["id"], "paused")
    assert "disk" in paused["reason"]
    assert node.api.get("/api/heartbeat").status == 200
    disk.free()
    job = nothing_lost(node.api, node.home, job["id"], range(1, 41))
    assert failures(node, job) == 0
    assert is_sound(node.home)


def test_a_full_disk_while_the_parts_are_joined_pauses_and_joins_them_later(make_alone, volume):
    node, output = make_alone().start(), volume(8)
    output.fill(leave=100_000)
    big = {"size": [512, 256], "assemble": "good"}
    job = node.api.add(node.project((1, 4), **big), output_path=str(output.path / "film"))
    assert "disk" in node.api.wait_status(job["id"], "paused")["reason"].lower()
    output.free()
    job = node.api.wait_ended(job["id"])
    assert (job["status"], job["file_count"]) == ("completed", 1)
    assert [path.name for path in (output.path / "film").iterdir() if path.suffix != ""] == ["film.png"]


@pytest.mark.fault(16, "the disk fills where the queue is kept")
def test_a_full_disk_of_the_ledger_refuses_changes_in_words_and_loses_nothing(make_alone, volume):
    disk = volume(100)
    node = make_alone(home=disk.path / "home").start()
    kept = [node.api.add(node.project(), paused=True)["id"] for _ in range(3)]
    disk.fill()
    refused = fill_by_asking(node, disk, kept)
    assert "disk" in refused.lower()
    assert node.api.get("/api/heartbeat").status == 200
    assert [job["id"] for job in node.api.get("/api/jobs").json["jobs"]] == kept
    before = {job["id"]: job["status"] for job in node.api.get("/api/jobs").json["jobs"]}
    disk.free()
    added = wait_until(lambda: (answer := node.api.post("/api/add_job", wanted(node))).status == 200 and answer.json)
    node.stop()
    assert node.process.returncode == 0
    node.start()
    after = {job["id"]: job["status"] for job in node.api.get("/api/jobs").json["jobs"]}
    assert after == before | {added["id"]: "paused"}
    assert is_sound(node.home)


def wanted(node):
    return {"local_path": str(node.project()), "paused": True}


def fill_by_asking(node, disk, kept):
    """The sentence of the first refusal; what is taken before that is kept too."""
    for _ in range(50):
        answer = node.api.post("/api/add_job", wanted(node))
        if answer.status != 200:
            return answer.refused(503)
        kept.append(answer.json["id"])
        disk.fill()
    raise AssertionError("a full disk took every job")


def test_a_node_can_stop_and_start_on_a_full_disk(make_alone, volume):
    disk = volume(100)
    node = make_alone(home=disk.path / "home").start()
    job = node.api.add(node.project(), paused=True)
    disk.fill()
    node.stop()
    assert node.process.returncode == 0
    disk.fill()
    node.start()
    assert [entry["id"] for entry in node.api.get("/api/jobs").json["jobs"]] == [job["id"]]
    disk.free()
    node.api.post(f"/api/jobs/{job['id']}/resume")
    nothing_lost(node.api, node.home, job["id"], range(1, 5))


def test_a_ledger_that_cannot_be_opened_on_a_full_disk_is_left_as_it_is(make_alone, volume):
    disk = volume(100)
    node = make_alone(home=disk.path / "home").start()
    job = node.api.add(node.project(), paused=True)
    node.stop()
    (node.home / "data" / "ballast").unlink()
    disk.fill()
    assert node.try_start() == ""
    assert [path.name for path in (node.home / "data").glob("*damaged*")] == []
    disk.free()
    node.start()
    assert [entry["id"] for entry in node.api.get("/api/jobs").json["jobs"]] == [job["id"]]


def test_an_upload_that_does_not_fit_is_refused_in_words_and_leaves_nothing(make_alone, volume, tmp_path):
    disk = volume(64)
    node = make_alone(home=disk.path / "home").start()
    project = node.project()
    project.write_text(project.read_text() + " " * 80_000_000)
    node.api.upload("/api/add_job", {}, project).refused(503)
    assert list((node.home / "data" / "uploads").iterdir()) == []
    assert node.api.get("/api/jobs").json["jobs"] == []
    assert tmp_path.exists()
