"""What an engine prints and makes on a peer is seen where the job is: while it works, and when the peer has gone."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.farm import Machine, eventually

pytestmark = [pytest.mark.farm, pytest.mark.engines, pytest.mark.xdist_group("namespaces")]


def test_the_log_of_a_segment_that_a_peer_encoded_is_at_the_parent(make_farm: MakeFarm, tmp_path: Path) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_real()
    farm.wait_until_joined()
    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=20"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(film)], check=True)
    job_id = first.submit(film, nodes=[second.id()], args={"container": "mp4", "preset": "slower"})
    eventually(lambda: read(first, job_id), "the parent's log grows", every=0.05)
    during = first.job(job_id)["status"]
    first.finish(job_id)
    child = second.children()[0]["id"]
    there = {unit["unit"]: read(second, child, unit["unit"]) for unit in first.units(job_id)}

    assert during in {"running", "waiting_for_subjobs"}
    assert all(len(log.splitlines()) > 2 for log in there.values()), there
    eventually(lambda: {number: read(first, job_id, number) for number in there} == there, "all logs are the same")
    second.stop()
    assert {number: read(first, job_id, number) for number in there} == there
    assert "[node2] " in read(first, job_id)


def test_a_frame_that_a_peer_rendered_is_seen_at_the_parent_while_the_job_runs(make_farm: MakeFarm) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_walls(discovery=[True] * 2)
    farm.wait_until_joined()
    job_id = first.submit(farm.wall(seconds=0.5), start_frame=1, end_frame=400, nodes=[second.id()])
    eventually(lambda: first.job(job_id)["units"]["done"], "a frame has come home", every=0.05)
    status, picture = first.call("GET", f"/api/jobs/{job_id}/thumbnail")
    job = first.job(job_id)

    assert status == 200
    assert picture.startswith(b"\xff\xd8"), "a JPEG"
    assert job["units"]["done"] < 400
    assert job["status"] == "running"


def read(machine: Machine, job_id: str, unit: int | None = None) -> str:
    of_unit = "" if unit is None else f"?unit={unit}"
    status, data = machine.call("GET", f"/api/jobs/{job_id}/logs{of_unit}")
    assert status == 200, data
    return data.decode()
