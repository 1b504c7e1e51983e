"""Segments of a film that lies on another machine: the same pictures, from a part of its bytes."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.engines.ffmpeg.conftest import Studio, make_job
from tests.fakes.matrix import thorough
from zordon_app.domain.projects import BLOCK, ProjectFile
from zordon_app.engines.base import ProjectFiles
from zordon_app.errors import ZordonError
from zordon_app.storage import projects
from zordon_app.storage.projects import ProjectHashes, ProjectStore

PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=24:d=82", "-f", "lavfi", "-i", "sine=d=82")
KINDS = {
    # With an index at its end, at its beginning, none of whose key pictures is near, and one of another kind.
    "end.mov": ("-c:v", "mpeg4", "-q:v", "1", "-g", "12"),
    "beginning.mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-movflags", "+faststart"),
    "cues.mkv": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-g", "48", "-bf", "2"),
}


@pytest.mark.parametrize("kind", ["end.mov", *thorough("beginning.mp4", "cues.mkv")])
def test_each_segment_is_the_same_and_needs_a_part_of_the_bytes(studio: Studio, kind: str) -> None:
    film = studio.tmp / kind
    studio.ffmpeg(*PICTURES, *KINDS[kind], "-shortest", film)
    request, plan = studio.plan(film, {"video_codec": "libx264", "preset": "ultrafast", "container": "mp4"})
    assert plan.reads_parts
    assert len(plan.units) >= 4
    last, middle = plan.units[-1], plan.units[len(plan.units) // 2]
    job = make_job(film, request, plan, studio.build)
    for unit in (last, middle):
        sent: list[int] = []
        store = ProjectStore(studio.tmp / f"store{unit.number}")
        there = _lent(store, film, sent)
        folders = [studio.tmp / f"{where}{unit.number}" for where in ("here", "there")]
        for folder, project in zip(folders, (str(film), there), strict=True):
            folder.mkdir()
            studio.run_unit(msgspec.structs.replace(job, project=project), unit, folder, studio.build)
        store.close()
        here, away = (studio.frame_hashes(folder / unit.file) for folder in folders)
        assert here == away
        assert len(here) == unit.last - unit.first + 1
        assert sum(sent) < film.stat().st_size * 0.6


def test_of_a_film_with_a_wrong_byte_no_segment_is_made(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "LARGE", BLOCK)
    film = studio.tmp / "end.mov"
    studio.ffmpeg(*PICTURES, *KINDS["end.mov"], "-shortest", film)
    request, plan = studio.plan(film, {"video_codec": "libx264", "preset": "ultrafast", "container": "mp4"})
    manifest = ProjectHashes().manifest(ProjectFiles(main=film, files=(film,)))
    unit, contents = plan.units[len(plan.units) // 2], bytearray(film.read_bytes())
    for at in range(3 * BLOCK, len(contents) - BLOCK, BLOCK):
        contents[at + 1000] ^= 1
    film.write_bytes(contents)
    store = ProjectStore(studio.tmp / "store")
    job = make_job(film, request, plan, studio.build)
    job = msgspec.structs.replace(job, project=_lent(store, film, [], manifest.blocks))
    with pytest.raises(ZordonError):
        studio.run_unit(job, unit, studio.tmp, studio.build)
    store.close()
    assert not (studio.tmp / unit.file).exists()


def _lent(store: ProjectStore, film: Path, sent: list[int], blocks: Sequence[str] = ()) -> str:
    """The address of a film that lies elsewhere; ``sent`` gets how many bytes each request for it brought."""
    contents = film.read_bytes()

    def bring(start: int, end: int) -> bytes:
        sent.append(end - start)
        return contents[start:end]

    file = ProjectFile(path=film.name, bytes=len(contents), sha256="a" * 64)
    return store.in_parts(file, bring, blocks)
