"""Segments of a film that lies on another machine: the same pictures, from a part of its bytes."""

from pathlib import Path

import msgspec
import pytest

from tests.engines.ffmpeg.conftest import Studio, make_job
from zordon_app.domain.projects import ProjectFile
from zordon_app.storage.projects import ProjectStore

PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=24:d=82", "-f", "lavfi", "-i", "sine=d=82")
KINDS = {
    # With an index at its end, at its beginning, none of whose key pictures is near, and one of another kind.
    "end.mov": ("-c:v", "mpeg4", "-q:v", "1", "-g", "12"),
    "beginning.mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-movflags", "+faststart"),
    "cues.mkv": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-g", "48", "-bf", "2"),
}


@pytest.mark.parametrize("kind", KINDS)
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


def _lent(store: ProjectStore, film: Path, sent: list[int]) -> str:
    """The address of a film that lies elsewhere; ``sent`` gets how many bytes each request for it brought."""
    contents = film.read_bytes()

    def bring(start: int, end: int) -> bytes:
        sent.append(end - start)
        return contents[start:end]

    file = ProjectFile(path=film.name, bytes=len(contents), sha256="a" * 64)
    return store.in_parts(file, bring)
