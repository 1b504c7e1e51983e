import pytest

from zordon_app.engines.base import EventKind
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
