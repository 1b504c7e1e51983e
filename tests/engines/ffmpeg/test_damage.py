"""Pictures that cannot be decoded, in the middle of a film (faults.md, films 17): a result, and when it is damaged."""

from pathlib import Path

import av
import pytest
from msgspec import structs

from tests.engines.ffmpeg.conftest import Sources, Studio, make_job
from zordon_app.errors import EngineFailed
from zordon_app.render.check import BadArtifact

pytestmark = pytest.mark.engines

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=44")
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-pix_fmt", "yuv420p", "-threads", "3")
"""With as many threads everywhere: how many there are decides what is in each packet, and so what its damage breaks."""


def damage(source: Path, target: Path, *, seconds: list[float], part: float) -> Path:
    """A copy of a film in which a part of the packets of these moments is overwritten."""
    content = bytearray(source.read_bytes())
    with av.open(str(source)) as container:
        begin = container.start_time / 1_000_000
        for packet in container.demux(video=0):
            when = float(packet.pts * packet.time_base) - begin if packet.size else -1.0
            if any(abs(when - wanted) < 0.019 for wanted in seconds):
                _overwrite(content, bytes(packet), part)
    target.write_bytes(content)
    return target


def _overwrite(content: bytearray, body: bytes, part: float) -> None:
    """The end of a packet; where the file keeps it in pieces (transport streams) each piece that is found."""
    first = int(len(body) * (1 - part))
    step = len(body) - first if content.find(body) >= 0 else 20
    for begin in range(first, len(body), step):
        at = content.find(body[begin : begin + step])
        if at >= 0 and len(body[begin : begin + step]) == step:
            content[at : at + step] = bytes(step)


KINDS = {
    "gone.mp4": (X264, 1.0),
    "gone.mkv": (X264, 1.0),
    "half.mp4": (X264, 0.5),
    "hevc.mkv": (("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"), 1.0),
    "mpeg4.mp4": (("-c:v", "mpeg4", "-q:v", "4"), 1.0),
    "half.ts": (X264, 0.5),
}


@pytest.mark.parametrize("split", [True, False], ids=["cut", "whole"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_film_with_damaged_pictures_has_a_result_that_names_the_times(
    one_studio: Studio, sources: Sources, kind: str, split: bool
):
    options, part = KINDS[kind]
    source = sources.make(f"sound-{kind}", *PICTURE, *options)
    film = damage(source, one_studio.tmp / kind, seconds=[11.48, 30.6], part=part)
    made = one_studio.make(film, {"preset": "ultrafast"}, enable_split_jobs=split)

    assert len(made.plan.units) == (1 if kind.endswith(".ts") or not split else 3)
    said = " ".join(made.remarks)
    assert "at 11." in said
    # In a transport stream, which keeps pictures in pieces, small ones are not found again.
    assert kind == "half.ts" or "30." in said
    with av.open(str(made.path)) as container:
        stamps = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
    assert max(stamps) - min(stamps) == pytest.approx(44 - 0.04, abs=0.05)
    assert len(stamps) >= 1080


def test_a_sound_film_is_looked_at_but_once(one_studio: Studio, sources: Sources, monkeypatch: pytest.MonkeyPatch):
    from zordon_app.engines.ffmpeg import review

    monkeypatch.setattr(review, "damaged", lambda *_: pytest.fail("nothing hints at damage"))
    made = one_studio.make(sources.make("sound.mp4", *PICTURE, *X264), {"preset": "ultrafast"})

    assert made.remarks == []


@pytest.mark.parametrize("kind", ["gone.mp4", "half.mp4", "half.ts"])
def test_a_job_that_takes_no_damage_fails_and_says_where(one_studio: Studio, sources: Sources, kind: str):
    options, part = KINDS[kind]
    film = damage(sources.make(f"sound-{kind}", *PICTURE, *options), one_studio.tmp / kind, seconds=[11.48], part=part)
    with pytest.raises((EngineFailed, BadArtifact), match=r"damaged at 11\.|has \d+ frames"):
        one_studio.make(film, {"preset": "ultrafast", "damaged_pictures": "error"}, enable_split_jobs=False)


def test_pictures_that_are_missing_and_not_damaged_are_no_damage(one_studio: Studio, sources: Sources):
    """Damage is shown by the film alone; else a seek to the wrong place would pass for it."""
    source = sources.make("sound.mp4", *PICTURE, *X264)
    request, plan = one_studio.plan(source, {"preset": "ultrafast"})
    job = make_job(source, request, plan, one_studio.build)
    unit = plan.units[1]
    shorter = structs.replace(unit, detail=unit.detail | {"after": unit.detail["after"] + 0.4, "frames": 0})
    one_studio.run_unit(job, shorter, one_studio.tmp, one_studio.build)
    with pytest.raises(EngineFailed, match=r"\d+ pictures are missing .* not damaged"):
        one_studio.engine.review(job, unit, one_studio.tmp / unit.file, "")


def test_a_damaged_key_where_a_part_begins_is_left_to_the_one_before(one_studio: Studio, sources: Sources):
    source = sources.make("sound.mp4", *PICTURE, *X264)
    _, plan = one_studio.plan(source, {"preset": "ultrafast"})
    cut = plan.units[1].first / 25
    film = damage(source, one_studio.tmp / "key.mp4", seconds=[cut // 2 * 2], part=1.0)
    made = one_studio.make(film, {"preset": "ultrafast"})

    assert made.remarks
    with av.open(str(made.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) >= 1040
