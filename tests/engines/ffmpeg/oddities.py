"""Films made of real parts: containers × codecs × oddities. Each is tiny, with flashes and beeps once a second."""

from collections.abc import Callable
from pathlib import Path

import av
from msgspec import Struct

from tests.engines.ffmpeg.conftest import Sources
from tests.engines.ffmpeg.flashes import flash_and_beep

SECONDS = 22
"""Just long enough to be cut in two."""

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
CODECS: dict[str, tuple[str, ...]] = {
    "h264": (*X264, "-g", "48", "-bf", "2"),
    "h264-open": (*X264, "-preset", "veryfast", "-x264-params", "open-gop=1:keyint=40"),
    "h264-refresh": (*X264, "-bf", "0", "-x264-params", "intra-refresh=1:keyint=60"),
    "hevc": (
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:keyint=48",
        "-pix_fmt",
        "yuv420p",
    ),
    "mpeg4": ("-c:v", "mpeg4", "-q:v", "5", "-g", "30", "-bf", "2"),
    "mpeg2": ("-c:v", "mpeg2video", "-q:v", "5", "-g", "12", "-bf", "2"),
    "vp9": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k"),
    "prores": ("-c:v", "prores_ks", "-profile:v", "proxy", "-pix_fmt", "yuv422p10le"),
    "ffv1-alpha": ("-c:v", "ffv1", "-pix_fmt", "yuva444p10le"),
}
CONTAINERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mp4": (("h264", "h264-open", "h264-refresh", "hevc", "mpeg4", "vp9"), ("-c:a", "aac")),
    "mov": (("h264", "prores", "mpeg4", "ffv1-alpha"), ("-c:a", "pcm_s16le")),
    "mkv": (tuple(CODECS), ("-c:a", "libopus", "-b:a", "64k")),
    "webm": (("vp9",), ("-c:a", "libopus", "-b:a", "64k")),
    "avi": (("mpeg4",), ("-c:a", "libmp3lame")),
    "flv": (("h264", "h264-refresh"), ("-c:a", "aac")),
    "ts": (("h264", "h264-open", "h264-refresh", "hevc", "mpeg2"), ("-c:a", "mp2")),
    "mpg": (("mpeg2",), ("-c:a", "mp2")),
}
"""Which codecs each container is tried with, and its sound."""

ODD_SIZE = ("-vf", "scale=161:91,setsar=1", "-pix_fmt", "yuv444p")


class Oddity(Struct, frozen=True):
    """What is odd about a film: options of FFmpeg that make it, in which containers, and what becomes of the file."""

    options: tuple[str, ...] = ()
    rate: str = "25"
    containers: frozenset[str] = frozenset(CONTAINERS)
    after: Callable[[Sources, Path], Path] | None = None


def _stamps(expression: str) -> tuple[str, ...]:
    return ("-vf", f"setpts='{expression}'", "-fps_mode", "passthrough", "-enc_time_base", "1:1000")


def _copied(*options: str, before: tuple[str, ...] = ()) -> Callable[[Sources, Path], Path]:
    def copy(sources: Sources, film: Path) -> Path:
        return sources.make(f"again{film.suffix}", *before, "-i", str(film), "-map", "0", "-c", "copy", *options)

    return copy


def _doubled(sources: Sources, film: Path) -> Path:
    """As ``cat`` makes it of two recordings: the stamps of the second begin anew, a hundred seconds on."""
    second = sources.make("second.ts", "-i", str(film), "-c", "copy", "-output_ts_offset", "100")
    both = film.parent / "both.ts"
    both.write_bytes(film.read_bytes() + second.read_bytes())
    return both


def _other_size(sources: Sources, film: Path) -> Path:
    """The same, with the second of another size."""
    second = sources.make("small.ts", "-i", str(film), "-s", "80x60", *CODECS["h264"], "-c:a", "copy")
    both = film.parent / "sizes.ts"
    both.write_bytes(film.read_bytes() + second.read_bytes())
    return both


def _damaged(_sources: Sources, film: Path) -> Path:
    """A picture of the middle is nothing but zeros."""
    content = bytearray(film.read_bytes())
    with av.open(str(film)) as container:
        begin = (container.start_time or 0) / 1_000_000
        bodies = [
            bytes(packet)
            for packet in container.demux(video=0)
            if packet.size and 7.5 < packet.pts * packet.time_base - begin < 7.6
        ]
    at = content.find(bodies[0][-200:]) if bodies else -1
    if at >= 0:
        content[at : at + len(bodies[0][-200:])] = bytes(len(bodies[0][-200:]))
    damaged = film.parent / f"damaged{film.suffix}"
    damaged.write_bytes(content)
    return damaged


_INDEXED = frozenset({"mp4", "mov", "mkv"})
ODDITIES: dict[str, Oddity] = {
    "plain": Oddity(),
    "ntsc": Oddity(rate="30000/1001"),
    "late-picture": Oddity(options=("-vf", "select='gte(t,0.8)'", "-fps_mode", "passthrough")),
    "gap": Oddity(options=("-vf", "select='lt(t,9.5)+gte(t,10.5)'", "-fps_mode", "passthrough")),
    "uneven": Oddity(options=_stamps("(N/25+0.01*mod(N,3))/TB"), containers=_INDEXED | {"webm", "flv"}),
    "same-stamps": Oddity(options=_stamps("floor(N/2)*2/25/TB"), containers=frozenset({"ts", "mkv"})),
    "offset": Oddity(after=_copied("-output_ts_offset", "5.5"), containers=_INDEXED | {"ts", "webm", "flv"}),
    "negative": Oddity(
        after=_copied("-avoid_negative_ts", "disabled", "-output_ts_offset", "-0.52"), containers=frozenset({"mkv"})
    ),
    "edit-list": Oddity(after=_copied(before=("-ss", "0.7")), containers=frozenset({"mp4", "mov"})),
    "turned": Oddity(after=_copied(before=("-display_rotation:v:0", "90")), containers=frozenset({"mp4", "mov"})),
    "odd-size": Oddity(options=ODD_SIZE, containers=frozenset({"mkv", "mp4"})),
    "joined": Oddity(after=_doubled, containers=frozenset({"ts"})),
    "resized": Oddity(after=_other_size, containers=frozenset({"ts"})),
    "damaged": Oddity(after=_damaged, containers=_INDEXED | {"ts"}),
}


_IMPOSSIBLE = {
    *((codec, "odd-size") for codec in CODECS if codec not in {"h264", "ffv1-alpha"}),
    *((codec, oddity) for codec in ("mpeg4", "mpeg2") for oddity in ("uneven", "same-stamps")),
}
"""What the encoders refuse to make: odd sizes, ticks of milliseconds."""


def combinations() -> list[tuple[str, str, str]]:
    """Containers, codecs and oddities that go together."""
    found = [
        (container, codec, oddity)
        for container, (codecs, _) in CONTAINERS.items()
        for codec in codecs
        for oddity, how in ODDITIES.items()
        if container in how.containers
    ]
    return [one for one in found if one[1:] not in _IMPOSSIBLE]


def make_odd(sources: Sources, container: str, codec: str, oddity: str) -> Path:
    """The film of a combination."""
    how = ODDITIES[oddity]
    inputs = flash_and_beep(SECONDS, how.rate)
    film = sources.make(f"odd.{container}", *inputs, *CODECS[codec], *how.options, *CONTAINERS[container][1])
    return how.after(sources, film) if how.after else film
