"""Real encoders write into their films how many threads they used; the others must at least obey."""

import re

import pytest

from tests.fakes.matrix import thorough

pytestmark = pytest.mark.engines


X264, X265 = rb" threads=(\d+) ", rb" (?:numa-)?pools=(\d+) "
"""What the encoders write of their settings into a film."""


@pytest.mark.parametrize("threads", [1, *thorough(2)])
@pytest.mark.parametrize("passes", [{}, {"two_pass": True, "video_bitrate": 200}], ids=["one pass", "two passes"])
@pytest.mark.parametrize(("codec", "written"), [("libx264", X264), ("libx265", X265)])
def test_the_encoder_uses_as_many_threads_as_it_may(studio, sources, threads, passes, codec, written):
    args = {"video_codec": codec, "preset": "ultrafast", **passes}
    film = studio.make(sources.film("short.mp4", seconds=3), args, threads=threads)

    assert re.search(written, film.path.read_bytes()).group(1) == str(threads).encode()


@pytest.mark.parametrize(
    "args",
    [
        {"video_codec": "libsvtav1", "container": "mkv"},
        {"video_codec": "libvpx-vp9", "container": "webm"},
        {"video_codec": "prores_ks", "container": "mov"},
        {"video_codec": "ffv1", "container": "mkv"},
        {"container": "gif"},
        {"video_codec": "copy", "container": "mkv"},
    ],
    ids=lambda args: args.get("video_codec", args["container"]),
)
def test_every_encoder_takes_the_limit(studio, sources, args):
    assert studio.make(sources.film("short.mp4", seconds=3), args, threads=1).path.exists()
