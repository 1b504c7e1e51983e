import pytest

from zordon_app.engines.base import EventKind
from zordon_app.engines.ffmpeg.explain import explain
from zordon_app.engines.ffmpeg.output import is_progress, read_line

BLOCK = """frame=120
fps=0.00
stream_0_0_q=28.0
bitrate=N/A
total_size=1048624
out_time_us=4916667
out_time_ms=4916667
out_time=00:00:04.916667
dup_frames=0
drop_frames=0
speed=   0x
progress=continue""".splitlines()


def test_a_block_tells_how_far_the_film_is():
    events = [event for line in BLOCK for event in read_line(line)]

    assert [(event.kind, event.facts) for event in events] == [(EventKind.PROGRESS, {"seconds": 4.916667})]
    assert all(is_progress(line) for line in BLOCK)


@pytest.mark.parametrize("line", ["out_time_us=N/A", "out_time_us=-42000", "", "frame=x", "[mov] out_time_us=5 x"])
def test_other_lines_tell_nothing(line):
    assert read_line(line) == []


@pytest.mark.parametrize(
    ("lines", "status", "sentence"),
    [
        (["av_interleaved_write_frame(): No space left on device"], 1, "There is no room left on the disk."),
        (
            ["[vost#0:0 @ 0x55] Unknown encoder 'libx264'", "Error opening output files: Encoder not found"],
            8,
            "This FFmpeg lacks the encoder: Unknown encoder 'libx264'.",
        ),
        (["[mov @ 0x1] moov atom not found"], 183, "The film is damaged or cut off: moov atom not found."),
        ([], -11, "FFmpeg crashed (a bad memory access). Another version may help."),
        ([], 137, "FFmpeg was ended from outside; where nobody did, the machine may have run out of memory."),
        (["Something odd."], 187, "FFmpeg ended with status 187. It said: Something odd."),
        ([], 1, "FFmpeg ended with status 1."),
    ],
)
def test_the_last_lines_explain_an_end(lines, status, sentence):
    assert explain([*lines, *BLOCK], status) == sentence
