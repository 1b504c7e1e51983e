"""What accompanies the picture: sound, subtitles, chapters, titles."""

import av
import pytest

from tests.fakes.matrix import thorough
from zordon_app.errors import BadRequest

pytestmark = pytest.mark.engines

METADATA = """;FFMETADATA1
title=Der Film: "Ä" = 1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=12000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=12000
END=25000
title=Two
"""
WORDS = "1\n00:00:02,000 --> 00:00:04,000\nHello\n\n2\n00:00:20,000 --> 00:00:22,000\nWorld\n"


@pytest.fixture
def rich(sources):
    """A film with two sound tracks, subtitles, chapters and a title."""
    words, notes = sources.folder / "words.srt", sources.folder / "notes.txt"
    words.write_text(WORDS, encoding="utf-8")
    notes.write_text(METADATA, encoding="utf-8")
    base = sources.film("24.mp4")
    return sources.make(
        "rich.mkv",
        *("-i", str(base), "-f", "lavfi", "-i", "sine=frequency=880:d=25", "-i", str(words), "-i", str(notes)),
        *("-map", "0:v", "-map", "0:a", "-map", "1:a", "-map", "2:s", "-map_metadata", "3", "-map_chapters", "3"),
        *("-c:v", "copy", "-c:a", "aac", "-c:s", "srt", "-metadata:s:a:0", "language=eng"),
        *("-metadata:s:a:1", "language=ger", "-metadata:s:s:0", "language=ger"),
    )


def company(path):
    with av.open(str(path)) as container:
        texts = [
            (packet.pts * packet.time_base, packet.size)
            for packet in (container.demux(container.streams.subtitles[0]) if container.streams.subtitles else ())
            if packet.size > 2
        ]
        return {
            "title": container.metadata.get("title"),
            "chapters": [
                # Sound that starts before zero moves everything by its 0.02 s.
                (round(chapter["start"] * float(chapter["time_base"]), 1), chapter["metadata"].get("title"))
                for chapter in container.chapters()
            ],
            "sound": [stream.metadata.get("language") for stream in container.streams.audio],
            "subtitles": [stream.metadata.get("language") for stream in container.streams.subtitles],
            "texts": [round(float(start), 2) for start, _ in texts],
        }


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("container", ["mp4", "mkv", *thorough("mov")])
def test_all_of_it_comes_along(studio, rich, container, split):
    made = studio.make(rich, {"container": container, "preset": "ultrafast"}, enable_split_jobs=split)
    found = company(made.path)

    assert found["title"] == 'Der Film: "Ä" = 1'
    assert found["chapters"] == [(0.0, "One"), (12.0, "Two")]
    assert found["sound"] == ["eng", "ger"]
    assert found["subtitles"] == ["ger"]
    assert found["texts"] == pytest.approx([2.0, 20.0], abs=0.1)


def test_webm_takes_its_own_kind_of_subtitles(studio, rich):
    args = {"container": "webm", "video_codec": "libvpx-vp9", "preset": "8", "width": 64}
    found = company(studio.make(rich, args).path)

    assert found["texts"] == pytest.approx([2.0, 20.0], abs=0.1)
    assert found["sound"] == ["eng", "ger"]


def test_trimming_moves_subtitles_and_chapters(studio, rich):
    args = {"container": "mkv", "preset": "ultrafast", "trim_start": 10, "trim_end": 24}
    found = company(studio.make(rich, args).path)

    assert found["texts"] == pytest.approx([10.0], abs=0.05)
    assert found["chapters"][-1] == (2.0, "Two")


def test_what_a_container_cannot_hold_is_left_out_with_a_warning(one_studio, rich):
    made = one_studio.make(rich, {"container": "avi", "preset": "ultrafast"})

    assert made.plan.warnings == ("avi cannot hold the film's subtitles.",)
    assert company(made.path)["subtitles"] == []


def test_no_sound_when_none_is_wanted(studio, rich):
    made = studio.make(rich, {"preset": "ultrafast", "audio": "none"})

    assert company(made.path)["sound"] == []
    assert not made.plan.expected.audio


def test_sound_that_a_container_cannot_hold_is_not_copied(one_studio, sources):
    source = sources.film("prores.mov", "-c:v", "prores_ks", "-c:a", "pcm_s16le")
    with pytest.raises(BadRequest, match="mp4 cannot hold pcm_s16le sound as it is"):
        one_studio.plan(source, {"audio": "copy"})


def test_bit_rate_and_codec_of_the_sound(studio, sources):
    source = sources.film("short.mp4", seconds=3)
    made = studio.make(
        source, {"container": "mkv", "preset": "ultrafast", "audio_codec": "libopus", "audio_bitrate": 32}
    )

    with av.open(str(made.path)) as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == "opus"
        size = sum(packet.size for packet in container.demux(container.streams.audio[0]))
    assert size * 8 / 3000 == pytest.approx(32, rel=0.5)


def test_a_film_without_sound_needs_none(studio, sources):
    source = sources.film("silent.mp4", "-an", seconds=25)
    made = studio.make(source, {"preset": "ultrafast"})

    assert len(made.plan.units) == 2
    assert not made.plan.expected.audio
