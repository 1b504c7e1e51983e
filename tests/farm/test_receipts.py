"""The receipt of a job that two machines rendered, checked far from both of them."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.farm.conftest import MakeFarm
from zordon_app.peers.identity.signing import read_receipt

pytestmark = [pytest.mark.farm, pytest.mark.engines, pytest.mark.xdist_group("namespaces")]


def test_it_names_both_machines_and_fits_a_copy_of_the_film(make_farm: MakeFarm, tmp_path: Path) -> None:
    farm = make_farm(2, ZORDON_FARM_OPEN="1")
    first, second = farm.start_real()
    farm.wait_until_joined()
    film = _film(tmp_path / "minute.mp4")
    job = first.finish(first.submit(film, args={"container": "mp4", "preset": "slower"}), 110)
    document = first.call("GET", f"/api/jobs/{job['id']}/receipt")[1]
    receipt = read_receipt(document)

    assert (receipt.node.id, receipt.node.name) == (first.id(), "node1")
    by = {(unit.node.id, unit.node.name) for unit in receipt.units if unit.node}
    assert by == {(first.id(), "node1"), (second.id(), "node2")}
    assert all(unit.sha256 and unit.attempt >= 1 and unit.seconds for unit in receipt.units)
    with Path(imageio_ffmpeg.get_ffmpeg_exe()).open("rb") as program:
        assert {unit.program for unit in receipt.units} == {hashlib.file_digest(program, "sha256").hexdigest()}
    assert (receipt.build.version, receipt.build.kind) == (job["engine_version"], "embedded")
    _check(tmp_path / "copy", Path(job["output_path"]), document)


def _check(copy: Path, output: Path, document: bytes) -> None:
    shutil.copytree(output, copy)
    (copy / "job.receipt.json").write_bytes(document)
    film = next(path for path in copy.iterdir() if path.suffix == ".mp4")
    assert _verify(copy) == (0, [], [])
    whole = film.read_bytes()
    film.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert _verify(copy) == (1, [film.name], [])
    film.unlink()
    assert _verify(copy) == (1, [], [film.name])


def _verify(copy: Path) -> tuple[int, list[str], list[str]]:
    """Exit status, changed and missing files."""
    command = [sys.executable, "-m", "zordon_app", "receipt", "verify", str(copy / "job.receipt.json"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = json.loads(done.stdout)["files"]
    return done.returncode, found["changed"], found["missing"]


def _film(path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc2=s=480x270:r=24:d=60"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(path)], check=True)
    return path
