"""What a film tells of itself, through PyAV: containers, streams, sizes, and the first picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zordon_app.engines.ffmpeg.film import HEVC_ALPHA, TIME_CODE, Film, Stream, file_url, protocols_of, source_url
from zordon_app.engines.ffmpeg.shape import NO_CROP, matroska_crop, turned
from zordon_app.errors import BadRequest

if TYPE_CHECKING:
    from av.container import InputContainer

DEMUXERS = (
    "mov matroska webm avi flv asf gif mpegts mpeg mpegvideo ogg mxf dv yuv4mpegpipe ivf nut h264 hevc m4v wtv apng"
).split()
"""What may be read. Playlists, lists of files and streaming manifests are not among them (reliability.md, T8)."""

_PLAYLISTS = (
    (b"#extm3u", "an HLS playlist"),
    (b"ffconcat version", "a list of files"),
    (b"<mpd", "a DASH manifest"),
    (b"[playlist]", "a playlist"),
    (b"<smoothstreamingmedia", "a streaming manifest"),
)
_FASTEST = 1000
_HDR_TRANSFERS = {16, 18}
"""SMPTE 2084 (PQ) and ARIB STD-B67 (HLG), as in ITU-T H.273."""

_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""Their alpha lies beside the picture's packets, where FFmpeg's own decoders do not look."""

_ALPHA_MESSAGE = b"\x4e\x01\xa5"
"""How the message begins by which HEVC says that its second layer is alpha (ITU-T H.265, payload type 165)."""

_DOLBY_TAGS = frozenset({"dvh1", "dvhe", "dva1", "dvav", "dav1"})
_COLOURS_OF_DOLBY = frozenset({2, 15})
"""Not specified, and IPT (ITU-T H.273)."""


def look_at_film(project: Path) -> Film:
    """Open the file and decode its first picture.

    Raises:
        BadRequest: no film, a playlist, empty, damaged, or without a picture; the sentence says which.
    """
    check_file(project)
    with open_film(project) as container:
        picture = _find_picture(project, container)
        return _describe(project, container, picture)


def check_file(project: Path) -> None:
    """See that the file is there, holds something, and does not name other files.

    Raises:
        BadRequest: it is not so.
    """
    try:
        if not project.is_file():
            raise BadRequest("There is no file {path!r} on this machine.", code="no_file", path=str(project)[:200])
        with project.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise BadRequest(
            "{path} cannot be read: {why}.", code="unreadable", path=project.name, why=error.strerror
        ) from error
    if not head:
        raise BadRequest("{name} is empty.", code="file_empty", name=project.name)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what in _PLAYLISTS:
        if start.startswith(mark) or (mark.startswith(b"<") and start.startswith(b"<?xml") and mark in start):
            raise BadRequest(
                "{name} is {what}, which names other files; give the film itself.",
                code="playlist",
                name=project.name,
                what=what,
            )


@contextmanager
def open_film(project: Path, *, url: str = "") -> Iterator["InputContainer"]:
    """Open a film for reading with nothing but the demuxers we allow; ``url`` where it may be read in parts.

    Raises:
        BadRequest: it cannot be opened, or what is read of it is damaged.
    """
    # PyAV brings 70 MB of libraries; an idle node does without.
    import av

    options = {"protocol_whitelist": protocols_of(url), "format_whitelist": ",".join(DEMUXERS)}
    try:
        with av.open(
            source_url(url) if url else file_url(project), options=options, metadata_errors="replace"
        ) as container:
            yield container
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadRequest(
            "{name} is no film that FFmpeg can read, or it is damaged: {why}.",
            code="no_film",
            name=project.name,
            why=reason,
        ) from error


def frames_of(container: "InputContainer", stream: Any, damage: list[Any] | None = None) -> Iterator[Any]:
    """Decode a stream; packets that cannot be decoded are passed over, and collected in ``damage``."""
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            if damage is not None:
                damage.append(packet.pts)


def picture_stream(container: "InputContainer", film: Film) -> Any:
    """The stream with the picture."""
    return container.streams[film.video]


def _find_picture(project: Path, container: "InputContainer") -> Any:
    from av.stream import Disposition

    there: list[Any] = [stream for stream in container.streams.video if not _is_cover(stream)]
    pictures = [stream for stream in there if stream.codec_context is not None]
    if there and not pictures:
        raise BadRequest(
            "The picture of {name} is of a kind that FFmpeg cannot decode.", code="picture_unknown", name=project.name
        )
    if not pictures:
        what = "only sound" if container.streams.audio else "nothing to see"
        raise BadRequest(
            "{name} holds {what}; a film needs a picture.", code="no_picture", name=project.name, what=what
        )
    return next((stream for stream in pictures if stream.disposition & Disposition.default), pictures[0])


def _describe(project: Path, container: "InputContainer", picture: Any) -> Film:
    frame = _first_frame(project, container, picture)
    rate = _rate(picture)
    duration = _duration(container, picture)
    turned_by = frame.rotation % 180 != 0
    aspect = Fraction(picture.sample_aspect_ratio or 1) or Fraction(1)
    codec = picture.codec_context.codec.canonical_name
    alpha_decoder = _alpha_decoder(picture, codec)
    stored = (frame.height, frame.width) if turned_by else (frame.width, frame.height)
    is_matroska = container.format.name.startswith("matroska")
    crop = turned(matroska_crop(project, picture.index), frame.rotation) if is_matroska else NO_CROP
    return Film(
        container=container.format.name.split(",")[0],
        duration=duration,
        start=(container.start_time or 0) / 1_000_000,
        streams=tuple(_describe_stream(stream) for stream in container.streams),
        video=picture.index,
        codec=codec,
        width=stored[0] - crop[0] - crop[2],
        height=stored[1] - crop[1] - crop[3],
        crop=crop,
        rotation=frame.rotation,
        fps=str(Fraction(rate)) if rate else "",
        frame_count=_frame_count(picture, round(duration * float(rate or 0))),
        pixel_format=frame.format.name.replace("yuv4", "yuva4") if alpha_decoder else frame.format.name,
        alpha_decoder=alpha_decoder,
        sample_aspect=str(1 / aspect if turned_by else aspect),
        is_hdr=int(frame.color_trc or 0) in _HDR_TRANSFERS,
        is_interlaced=frame.interlaced_frame,
        is_dolby_vision=_is_dolby_vision(picture, frame),
        chapters=len(container.chapters()),
    )


def _alpha_decoder(picture: Any, codec: str) -> str:
    if codec == "hevc":
        return HEVC_ALPHA if _ALPHA_MESSAGE in (picture.codec_context.extradata or b"") else ""
    return _ALPHA_DECODERS.get(codec, "") if picture.metadata.get("alpha_mode") == "1" else ""


def _is_dolby_vision(picture: Any, frame: Any) -> bool:
    """Profile 5 alone has no other picture in it, and says of its colours nothing, or that they are IPT."""
    from av.sidedata.sidedata import Type

    is_marked = picture.codec_context.codec_tag in _DOLBY_TAGS or frame.side_data.get(Type.DOVI_METADATA) is not None
    return is_marked and int(frame.colorspace or 0) in _COLOURS_OF_DOLBY


def _first_frame(project: Path, container: "InputContainer", picture: Any) -> Any:
    for frame in frames_of(container, picture):
        return frame
    raise BadRequest(
        "{name} holds no picture that can be decoded; it is damaged or cut off.", code="film_damaged", name=project.name
    )


def _rate(picture: Any) -> Fraction | None:
    """Frames per second; the average of some kinds (DV) is nonsense."""
    rates = (picture.average_rate, picture.guessed_rate, picture.base_rate)
    return next((rate for rate in rates if rate and 0 < rate <= _FASTEST), None)


def _duration(container: "InputContainer", picture: Any) -> float:
    if picture.duration and picture.time_base:
        return float(picture.duration * picture.time_base)
    return (container.duration or 0) / 1_000_000


def _frame_count(picture: Any, likely: int) -> int:
    """Frames as the file tells; those that an edit list hides are in its count, but not in its length."""
    announced = int(picture.frames)
    return min(announced, likely) if announced > likely + 1 and likely else announced or likely


def _describe_stream(stream: Any) -> Stream:
    # None where there is no decoder; then the stream tells little, and asking raises.
    context: Any = getattr(stream, "codec_context", None)
    base = {
        "index": stream.index,
        "kind": stream.type,
        "codec": context.codec.canonical_name if context is not None else "",
        "language": stream.metadata.get("language", ""),
        "title": stream.metadata.get("title", ""),
    }
    if stream.type == "attachment":
        named = {name: stream.metadata.get(name, "") for name in ("filename", "mimetype")}
        return Stream(**base, file=named["filename"], mimetype=named["mimetype"])
    if context is None:
        is_time_code = stream.type == "data" and "timecode" in stream.metadata
        return Stream(**base | ({"codec": TIME_CODE} if is_time_code else {}), is_cover=_is_cover(stream))
    if stream.type == "video":
        rate = float(stream.average_rate or 0)
        size = {"width": context.width, "height": context.height}
        return Stream(**base, **size, fps=rate, pixel_format=context.pix_fmt or "", is_cover=_is_cover(stream))
    if stream.type == "audio":
        return _describe_sound(base, context)
    return Stream(**base)


def _describe_sound(base: dict[str, Any], context: Any) -> Stream:
    return Stream(
        **base,
        channels=context.channels,
        sample_rate=context.sample_rate,
        layout=context.layout.name,
        sample_format=context.format.name if context.format is not None else "",
    )


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))
