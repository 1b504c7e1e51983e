"""Real Blender and FFmpeg on three machines that found each other: whole results, and the same as from one machine.

Of a film that they encoded, the receipt is checked far from all of them.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import OpenImageIO
import pytest

from tests.engines.ffmpeg.flashes import flash_and_beep, offsets
from tests.fakes.patience import HANG_SECONDS
from tests.farm.farm import Farm
from tests.farm.network import Network, can_make_namespaces
from zordon_app.domain.jobs import Expected
from zordon_app.peers.identity.signing import read_receipt
from zordon_app.render.check import check_artifact

ROOT = Path(__file__).parents[2]
MAKE_SCENE = ROOT / "tests" / "fixtures" / "blender" / "make_shared_scene.py"
FRAMES = range(1, 25)

pytestmark = [pytest.mark.farm, pytest.mark.engines, pytest.mark.xdist_group("namespaces")]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """Three nodes as ``zordon serve`` starts them; mDNS alone brings them together."""
    if not can_make_namespaces():
        pytest.skip("Network namespaces need root, ip and nft.")
    with Network(3) as network:
        farm = Farm(network, tmp_path_factory.mktemp("farm"), ZORDON_FARM_OPEN="1")
        try:
            farm.start_real()
            farm.wait_until_joined()
            yield farm
        finally:
            farm.end()


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .blend with textures by ``//../`` and by absolute path, and a linked library."""
    blender = shutil.which("blender")
    if blender is None:
        pytest.skip("There is no Blender here.")
    folder = tmp_path_factory.mktemp("studio")
    command = [blender, "--background", "--factory-startup", "--python-exit-code", "1", "--python", str(MAKE_SCENE)]
    subprocess.run([*command, "--", str(folder)], check=True, capture_output=True, timeout=HANG_SECONDS)
    return folder / "shot" / "shot.blend"


def test_a_blend_file_is_rendered_by_all_machines(farm: Farm, shot: Path) -> None:
    first = farm.machines[0]
    job = first.finish(first.submit(shot, end_frame=FRAMES.stop - 1))
    units = first.units(job["id"])
    _check_frames(job, units)
    by = Counter(unit["node"] for unit in units)
    assert len(by) == 3, by


def test_a_peer_renders_a_scattered_project_the_same_as_its_owner(farm: Farm, shot: Path) -> None:
    first, second, _ = farm.machines
    frames = {"start_frame": 10, "end_frame": 12}
    jobs = [
        first.finish(first.submit(shot, nodes=[machine.id()], output_path=str(farm.root / f"by {place}"), **frames))
        for place, machine in enumerate((first, second))
    ]
    assert [{unit["node"] for unit in first.units(job["id"])} for job in jobs] == [{first.id()}, {second.id()}]
    for file in [unit["file"] for unit in first.units(jobs[0]["id"])]:
        here, there = (_pixels(Path(job["output_path"]) / file) for job in jobs)
        assert (here == there).all()
        height, width = here.shape[:2]
        strips = [tuple(here[height - 4, width * part // 6][:3] > 200) for part in (1, 3, 5)]
        assert strips == [(True, False, False), (False, True, False), (False, False, True)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute: three segments, one for each machine."""
    path = tmp_path_factory.mktemp("film") / "minute.mp4"
    sources = ("testsrc2=s=320x180:r=24:d=60", "sine=frequency=440:sample_rate=48000:d=60")
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *inputs, *codecs, str(path)], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def encoded(farm: Farm, film: Path) -> dict[str, Any]:
    """The job that encoded it."""
    first = farm.machines[0]
    return first.finish(first.submit(film, args={"container": "mp4", "preset": "slower", "audio": "copy"}))


def test_a_film_is_cut_rendered_by_all_and_joined_to_the_frame(farm: Farm, film: Path, encoded: dict[str, Any]) -> None:
    first, job = farm.machines[0], encoded
    joined = Path(job["output_path"]) / first.get(f"/api/jobs/{job['id']}/files")[0]
    assert _decoded_frames(joined) == _decoded_frames(film) == 60 * 24
    assert _sound(joined) == _sound(film)
    by = Counter(unit["node"] for unit in first.units(job["id"]))
    assert len(by) == 3, by


def test_its_receipt_names_all_machines_and_fits_a_copy_of_the_film(
    farm: Farm, encoded: dict[str, Any], tmp_path: Path
) -> None:
    first = farm.machines[0]
    document = first.call("GET", f"/api/jobs/{encoded['id']}/receipt")[1]
    receipt = read_receipt(document)

    assert (receipt.node.id, receipt.node.name) == (first.id(), "node1")
    by = {(unit.node.id, unit.node.name) for unit in receipt.units if unit.node}
    assert by == {(machine.id(), machine.name) for machine in farm.machines}
    assert all(unit.sha256 and unit.attempt >= 1 and unit.seconds for unit in receipt.units)
    with Path(imageio_ffmpeg.get_ffmpeg_exe()).open("rb") as program:
        assert {unit.program for unit in receipt.units} == {hashlib.file_digest(program, "sha256").hexdigest()}
    assert (receipt.build.version, receipt.build.kind) == (encoded["engine_version"], "embedded")
    _check(tmp_path / "copy", Path(encoded["output_path"]), document)


def test_an_odd_film_made_on_other_machines_is_as_plain_ffmpeg_makes_it(farm: Farm, tmp_path: Path) -> None:
    """Its picture begins after its sound, and none of its keys but the first is whole at once."""
    first, *others = farm.machines
    film, bare = tmp_path / "odd.mkv", tmp_path / "bare.mov"
    late = ("-vf", "select='gte(t,0.8)'", "-fps_mode", "passthrough")
    refresh = ("-c:v", "libx264", "-bf", "0", "-x264-params", "intra-refresh=1:keyint=60", "-c:a", "pcm_s16le")
    lossless = ("-fps_mode", "passthrough", "-c:v", "ffv1", "-pix_fmt", "yuv420p")
    for argv in ((*flash_and_beep(50), *late, *refresh, film), ("-i", film, *lossless, bare)):
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *map(str, argv)], check=True, capture_output=True)
    args = {"container": "mov", "video_codec": "ffv1", "pixel_format": "yuv420p"}
    job = first.finish(first.submit(film, args=args, nodes=[machine.id() for machine in others]))
    joined = Path(job["output_path"]) / first.get(f"/api/jobs/{job['id']}/files")[0]

    assert {unit["node"] for unit in first.units(job["id"])} <= {machine.id() for machine in others}
    assert _hashes(joined) == _hashes(bare)
    assert offsets(joined) == pytest.approx([offsets(bare)[0]] * 49, abs=0.02)


def test_of_a_large_film_only_the_parts_that_a_machine_encodes_travel_to_it(farm: Farm, tmp_path: Path) -> None:
    first, *others = farm.machines
    film = tmp_path / "large.mov"
    source = ("-f", "lavfi", "-i", "testsrc2=s=240x136:r=24:d=60", "-c:v", "rawvideo", "-pix_fmt", "uyvy422")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *source, str(film)], check=True, capture_output=True)
    args = {"container": "mp4", "preset": "slower"}
    job = first.finish(first.submit(film, args=args, nodes=[machine.id() for machine in others]))
    joined = Path(job["output_path"]) / first.get(f"/api/jobs/{job['id']}/files")[0]
    assert _decoded_frames(joined) == 60 * 24
    by = Counter(unit["node"] for unit in first.units(job["id"]))
    assert set(by) == {machine.id() for machine in others}, by
    for machine in others:
        [copy] = (machine.home / "data" / "projects" / "files").glob("*.in-parts")
        assert copy.stat().st_size == film.stat().st_size
        assert copy.stat().st_blocks * 512 < film.stat().st_size


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
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANG_SECONDS)
    found = json.loads(done.stdout)["files"]
    return done.returncode, found["changed"], found["missing"]


def _check_frames(job: dict[str, Any], units: list[dict[str, Any]]) -> None:
    assert [unit["unit"] for unit in units] == list(FRAMES)
    folder = Path(job["output_path"])
    assert sorted(path.name for path in folder.iterdir() if path.suffix) == sorted(unit["file"] for unit in units)
    for unit in units:
        assert check_artifact(folder / unit["file"], Expected(format="png"))[0] == unit["sha256"]
    assert len({unit["sha256"] for unit in units}) == len(FRAMES)


def _pixels(path: Path) -> Any:
    return OpenImageIO.ImageBuf(str(path)).get_pixels("uint8")


def _decoded_frames(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def _sound(path: Path) -> str:
    digest = hashlib.sha256()
    with av.open(str(path)) as film:
        for packet in film.demux(audio=0):
            digest.update(bytes(packet))
    return digest.hexdigest()


def _hashes(film: Path) -> list[str]:
    """Of every decoded frame."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(film), "-map", "0:v", "-fps_mode", "passthrough"]
    done = subprocess.run([*command, "-f", "framemd5", "-"], check=True, capture_output=True, text=True)
    return [line.split(",")[-1].strip() for line in done.stdout.splitlines() if line[0] != "#"]
