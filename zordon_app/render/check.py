"""Engines lie: only a file that was decoded whole, and is what was expected, counts."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from zordon_app.domain.jobs import Expected
from zordon_app.domain.pictures import Picture
from zordon_app.domain.results import Checked
from zordon_app.errors import ZordonError
from zordon_app.render.looking import look_at
from zordon_app.render.lossless import Lossy, compare_frames

FILM_FORMATS = frozenset({"mp4", "mov", "matroska", "webm", "avi", "gif", "mxf", "flv", "mpegts", "mpeg", "ogg", "asf"})


_MOST_VALUES = 256_000_000
"""Of a picture that is decoded as it is stored (1 GB of floats)."""

_RAGGED = 2.0
"""Seconds that damage may take from the beginning or the end of a film; where more is gone, it is cut short."""


class Seen(Struct, frozen=True, kw_only=True):
    """What a film was found to hold: its frames, the time stamp of the first, and the end of the last; seconds."""

    frames: int
    first: float = 0.0
    end: float = 0.0


class BadArtifact(ZordonError):
    """A file that an engine made is not what was asked for; the sentence says how."""


def load_decoder(expected: Expected) -> None:
    """Load what checks such files; an idle node does without its 30 or 70 MB.

    While the engine makes its first file nobody waits for that.
    """
    if expected.format in FILM_FORMATS:
        import av  # noqa: F401
    else:
        import OpenImageIO  # noqa: F401
    if expected.format == "jpeg":
        import numpy as np  # noqa: F401


def prove_artifact(path: Path, expected: Expected) -> Checked:
    """The same where the file was made: what shall be lossless is also compared with its source, frame by frame.

    Raises:
        BadArtifact: as there, or something was lost; without the hashes of the source nothing is proven.
    """
    checked = check_artifact(path, expected)
    if expected.lossless:
        try:
            compare_frames(path, expected.lossless)
        except Lossy as error:
            raise BadArtifact(str(error)) from error
    return checked


def check_artifact(path: Path, expected: Expected) -> Checked:
    """Decode ``path`` whole and compare it with ``expected``; its sha256 and size, and what it shows at a glance.

    Raises:
        BadArtifact: missing, empty, truncated, or of another kind, size or length.
    """
    if path.is_symlink() or not path.is_file():
        raise BadArtifact(f"The engine said it was done, but there is no file {path.name}.")
    size = path.stat().st_size
    if size == 0:
        raise BadArtifact(f"{path.name} is empty.")
    picture = None
    if expected.format in FILM_FORMATS:
        _check_film(path, expected)
    else:
        picture = _check_image(path, expected)
    with path.open("rb") as file:
        return Checked(hashlib.file_digest(file, "sha256").hexdigest(), size, picture)


def _check_image(path: Path, expected: Expected) -> Picture:
    import OpenImageIO as oiio

    image = oiio.ImageInput.open(str(path))
    if image is None:
        raise BadArtifact(f"{path.name} is not a readable image: {_short(oiio.geterror())}.")
    try:
        if image.format_name() != expected.format:
            raise BadArtifact(f"{path.name} is {image.format_name()}, not {expected.format}.")
        _compare_size(path, image.spec().width, image.spec().height, expected)
        if expected.format == "jpeg":
            picture = look_at(_decode_jpeg(path, image))
        else:
            picture = _decode_image(path, _count_subimages(image))
    finally:
        image.close()
    _check_end(path, expected.format)
    return picture


def _decode_jpeg(path: Path, image: Any) -> Any:
    """What libjpeg can mend is only a warning, which no buffer keeps. Pixels come as an array: numpy is loaded."""
    import OpenImageIO as oiio

    pixels = image.read_image(0, 0, 0, image.spec().nchannels, "uint8")
    error = image.geterror()
    if pixels is None or error:
        raise _damaged(path, error)
    return oiio.ImageBuf(pixels)


def _decode_image(path: Path, subimages: int) -> Picture:
    """Decode every part; what the first shows (and whether any holds values that are no numbers)."""
    import OpenImageIO as oiio

    seen: list[Picture] = []
    for subimage in range(subimages):
        pixels = oiio.ImageBuf(str(path), subimage, 0)
        # As it is stored: eight bits know neither NaN nor small differences. Of a huge picture they are enough.
        spec = pixels.spec()
        kind = oiio.UNKNOWN if spec.width * spec.height * spec.nchannels <= _MOST_VALUES else oiio.UINT8
        if not pixels.read(subimage, 0, True, kind):
            raise _damaged(path, pixels.geterror())
        seen.append(look_at(pixels))
    return structs.replace(seen[0], nan=any(picture.nan for picture in seen))


def _damaged(path: Path, error: str) -> BadArtifact:
    return BadArtifact(f"{path.name} is damaged: {_short(error) or 'it cannot be decoded'}.")


def _count_subimages(image: Any) -> int:
    count = 0
    while image.seek_subimage(count, 0):
        count += 1
    image.geterror()  # The seek past the last one leaves a message behind.
    return count


def _check_end(path: Path, kind: str) -> None:
    """JPEG and PNG decoders forgive a missing end (libjpeg fills it with grey); we do not."""
    ends = {"jpeg": b"\xff\xd9", "png": b"IEND\xaeB`\x82"}
    if kind in ends:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - 64, 0))
            if ends[kind] not in file.read():
                raise BadArtifact(f"{path.name} is cut off: its end is missing.")


def _compare_size(path: Path, width: int, height: int, expected: Expected) -> None:
    if (expected.width and width != expected.width) or (expected.height and height != expected.height):
        raise BadArtifact(f"{path.name} is {width}×{height}, not {expected.width}×{expected.height}.")


def _check_film(path: Path, expected: Expected) -> None:
    import av

    try:
        with av.open(str(path)) as container:
            _compare_container(path, container, expected)
            seen = (_count_packets if expected.joined else _count_frames)(container)
    except (av.error.FFmpegError, IndexError) as error:
        raise BadArtifact(f"{path.name} is damaged: {_short(str(error))}.") from error
    if expected.frames and seen.frames != expected.frames and not _may_lack(seen, expected):
        raise BadArtifact(f"{path.name} has {seen.frames} frames, not {expected.frames}.")
    _compare_times(path, seen, expected)


def _compare_container(path: Path, container: Any, expected: Expected) -> None:
    if expected.format not in container.format.name.split(",") and not (
        expected.format == "webm" and "matroska" in container.format.name
    ):
        raise BadArtifact(f"{path.name} is {container.format.name}, not {expected.format}.")
    if not container.streams.video:
        raise BadArtifact(f"{path.name} has no picture.")
    video = container.streams.video[0]
    _compare_size(path, video.codec_context.width, video.codec_context.height, expected)
    if expected.audio and not container.streams.audio:
        raise BadArtifact(f"{path.name} has no sound.")


def _picture_stream(container: Any) -> Any:
    """The picture, to be decoded fast: every bit of it is read, but the edges of its blocks are not smoothed."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def _count_frames(container: Any) -> Seen:
    """The frames that decode."""
    stream = _picture_stream(container)
    frames, first, last, length = 0, None, None, 0
    for frame in container.decode(stream):
        frames += 1
        if frame.pts is not None:
            first = frame.pts if first is None else min(first, frame.pts)
            if last is None or frame.pts > last:
                last, length = frame.pts, getattr(frame, "duration", 0) or 0
    if first is None or last is None:
        return Seen(frames=frames)
    tick = stream.time_base or Fraction(0)
    return Seen(frames=frames, first=float(first * tick), end=float((last + length) * tick))


def _count_packets(container: Any) -> Seen:
    """The same where each part was decoded before they were joined: twice would cost a tenth of the encoding."""
    stream = _picture_stream(container)
    stamps: dict[int, int] = {}
    for packet in container.demux(stream):
        if packet.size == 0 or packet.is_discard:
            continue
        if packet.is_corrupt or packet.pts is None or packet.pts in stamps:
            raise IndexError(f"packet {len(stamps) + 1} of the picture is broken")
        stamps[packet.pts] = packet.duration or 0
    last = max(stamps, default=0)
    container.seek(last, stream=stream)
    if last not in [frame.pts for frame in container.decode(stream)]:
        raise IndexError("its end does not decode")
    tick = stream.time_base or Fraction(0)
    return Seen(frames=len(stamps), first=float(min(stamps) * tick), end=float((last + stamps[last]) * tick))


def _may_lack(seen: Seen, expected: Expected) -> bool:
    """Whether so few frames are damage in the middle of a film, which its engine tells of, and no film cut short."""
    lacks = expected.frames - seen.frames
    if not expected.may_lack or lacks < 0 or 2 * seen.frames < expected.frames:
        return False
    begins_late = seen.first - (seen.first if expected.begin is None else expected.begin)
    ends_early = expected.seconds - _length(seen, expected) if expected.seconds else 0.0
    # Of a joined film its parts were looked at: now nothing may be gone from its end.
    return begins_late <= _RAGGED and ends_early <= (
        expected.seconds / expected.frames / 2 if expected.joined else _RAGGED
    )


def _length(seen: Seen, expected: Expected) -> float:
    return seen.end - (seen.first if expected.begin is None else expected.begin)


def _compare_times(path: Path, seen: Seen, expected: Expected) -> None:
    if expected.seconds <= 0 or seen.frames == 0:
        return
    frame = expected.seconds / seen.frames
    is_whole = seen.frames == expected.frames or not expected.frames
    if expected.begin is not None and is_whole and abs(seen.first - expected.begin) > frame / 2:
        raise BadArtifact(f"{path.name} begins with a picture that is {seen.first - expected.begin:.3f} s late.")
    # One frame of leeway: containers round, and some do not store how long the last frame stands.
    leeway = max(1.5 * frame, 0.05, expected.leeway, 0.0 if is_whole else _RAGGED)
    seconds = _length(seen, expected)
    if abs(seconds - expected.seconds) > leeway:
        raise BadArtifact(f"{path.name} lasts {seconds:.3f} s, not {expected.seconds:.3f} s.")


def _short(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".")
