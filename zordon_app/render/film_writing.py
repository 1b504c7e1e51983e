"""H.264 films for looking at: encoding pictures, joining films by copy, making films smaller."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from zordon_app.errors import PreviewFailed
from zordon_app.render.film_pictures import named_colours, shown_size
from zordon_app.render.thumbnails import whole_file

PLAYABLE_VIDEO = frozenset({"h264", "vp8", "vp9", "av1"})
PLAYABLE_AUDIO = frozenset({"aac", "mp3", "opus", "vorbis", "flac"})
PLAYABLE_PIXELS = frozenset({"yuv420p", "yuvj420p"})
NOT_IN_MP4 = frozenset({"vp8"})
PLAYABLE_SUFFIXES = frozenset({".mp4", ".m4v", ".webm"})
_ENCODER = {"preset": "veryfast", "crf": "23"}
_MP4 = {"movflags": "faststart"}
_KEY_EVERY = 12
_THREADS = 2
_BT709 = 1
_BLOCK_AUDIO = 128_000


def encode_pictures(pictures: Iterable[Any], target: Path, *, size: tuple[int, int], rate: Fraction) -> None:
    """Write 8 bit RGB arrays (rows × columns × 3, of any size) as an MP4 without sound, one frame each.

    Films made with the same ``size`` and ``rate`` can be joined by copy.

    Raises:
        PreviewFailed: it could not be encoded or written.
    """
    import av
    import numpy as np

    with _making(target) as out:
        stream = _add_video(out, size, rate, 1 / rate)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame = _fitted(frame, size, None)
            frame.pts, frame.time_base = index, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def join_films(parts: Sequence[Path], target: Path) -> None:
    """Write films that were encoded alike one after the other, by copy; the picture only.

    Raises:
        PreviewFailed: one cannot be read, or they do not fit together.
    """
    times = [_shown_at(part) for part in parts]
    delay = max((_longest_wait(each) for each in times), default=Fraction(0))
    with _making(target) as out:
        stream, begin = None, Fraction(0)
        for part, each in zip(parts, times, strict=True):
            with _reading(part) as source:
                video = source.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                begin = _copy(source, out, stream, begin, sorted(time - delay for time in each))


def shrink_film(source: Path, target: Path, width: int, *, stop: Callable[[], bool], sound: bool = True) -> None:
    """Write a film as H.264 with AAC sound, at most ``width`` pixels wide, every frame at its time.

    Raises:
        PreviewFailed: it cannot be read, or ``stop`` said so.
    """
    with _reading(source) as film, _making(target) as out:
        if not film.streams.video:
            raise PreviewFailed(f"{source.name} has no picture.")
        shrinker = _Shrinker(film, out, width, sound=sound)
        for packet in film.demux(shrinker.sources):
            if stop():
                raise PreviewFailed("The preview was given up.")
            for frame in packet.decode():
                shrinker.take(packet.stream, frame)
        shrinker.finish()


def is_playable(path: Path) -> bool:
    """Whether a browser plays the film as it is, with sound if it has any."""
    if path.suffix.lower() not in PLAYABLE_SUFFIXES:
        return False
    with _reading(path) as film:
        return bool(film.streams.video) and shows_in_browsers(film.streams.video[0]) and _sounds(film)


def shows_in_browsers(video: Any) -> bool:
    """Whether a browser plays the picture of a stream of PyAV."""
    context = video.codec_context
    return context.name.replace("libdav1d", "av1") in PLAYABLE_VIDEO and context.pix_fmt in PLAYABLE_PIXELS


def can_copy(path: Path) -> bool:
    """Whether the picture of a film may go into an MP4 for browsers as it is."""
    with _reading(path) as film:
        video = next(iter(film.streams.video), None)
        return video is not None and shows_in_browsers(video) and video.codec_context.name not in NOT_IN_MP4


class _Shrinker:
    """Takes decoded frames of one film and writes them smaller."""

    def __init__(self, film: Any, out: Any, width: int, *, sound: bool) -> None:
        video = film.streams.video[0]
        video.thread_type = "AUTO"
        audio = film.streams.audio[0] if sound and film.streams.audio else None
        self.sources = [video] if audio is None else [video, audio]
        self._out = out
        context = video.codec_context
        self._size = shown_size(context.width, context.height, width, video.sample_aspect_ratio or Fraction(1))
        rate = video.average_rate or video.guessed_rate or Fraction(24)
        self._video = _add_video(out, self._size, rate, video.time_base)
        self._audio = None if audio is None else out.add_stream("aac", rate=audio.rate)
        if self._audio is not None:
            self._audio.bit_rate = _BLOCK_AUDIO
        self._begin: Fraction | None = None
        self._last: int | None = None

    def take(self, source: Any, frame: Any) -> None:
        """Write one frame of picture or sound."""
        if source.type == "audio":
            if self._audio is not None:
                frame.pts = None  # The encoder counts samples, so that sound begins at 0 as the picture does.
                self._out.mux(self._audio.encode(frame))
        elif frame.pts is not None:
            self._take_picture(frame)

    def finish(self) -> None:
        """Write what the encoders still hold."""
        for stream in (self._video, self._audio):
            if stream is not None:
                self._out.mux(stream.encode())

    def _take_picture(self, frame: Any) -> None:
        begin = self._begin = frame.pts if self._begin is None else self._begin
        pts, base = int(frame.pts - begin), frame.time_base
        if self._last is not None and pts <= self._last:
            return  # Two frames at one moment: nobody would see the first.
        self._last = pts
        shown = _fitted(frame, self._size, named_colours(frame))
        shown.pts, shown.time_base = pts, base
        self._out.mux(self._video.encode(shown))


def _fitted(frame: Any, size: tuple[int, int], colours: str | None) -> Any:
    return frame.reformat(
        width=size[0], height=size[1], format="yuv420p", src_colorspace=colours, dst_colorspace="itu709"
    )


def _add_video(out: Any, size: tuple[int, int], rate: Fraction, time_base: Fraction) -> Any:
    stream = out.add_stream("libx264", rate=rate, options=_ENCODER)
    context = stream.codec_context
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = time_base
    context.gop_size = _KEY_EVERY
    context.thread_count = _THREADS
    # Without frames that refer to later ones, every piece begins and ends by itself.
    context.max_b_frames = 0
    context.colorspace = context.color_primaries = context.color_trc = context.color_range = _BT709
    return stream


def _copy(source: Any, out: Any, stream: Any, begin: Fraction, decoded_at: Sequence[Fraction]) -> Fraction:
    """Append the packets of one film from ``begin`` seconds on; returns where it ends.

    ``decoded_at`` is when each is to be decoded, in seconds from the film's beginning: Matroska does not store that.
    """
    video = source.streams.video[0]
    base, first = Fraction(video.time_base), video.start_time or 0
    usual = round(1 / (video.average_rate * base)) if video.average_rate else 1
    end = begin
    for packet, at in zip(_packets(source), decoded_at, strict=True):
        end = max(end, begin + (packet.pts - first + (packet.duration or usual)) * base)
        packet.pts = round(begin / base) + packet.pts - first
        packet.dts = min(packet.pts, round((begin + at) / base))
        packet.stream = stream
        out.mux(packet)
    return end


def _shown_at(film: Path) -> list[Fraction]:
    """When each packet of the picture is shown, in seconds from the film's beginning, in the order of the file."""
    with _reading(film) as source:
        video = source.streams.video[0]
        return [(packet.pts - (video.start_time or 0)) * Fraction(video.time_base) for packet in _packets(source)]


def _longest_wait(times: Sequence[Fraction]) -> Fraction:
    """How much earlier than it is shown a packet must be decoded, so that those that need it have it."""
    return max((early - late for early, late in zip(sorted(times), times, strict=True)), default=Fraction(0))


def _packets(source: Any) -> Iterator[Any]:
    return (packet for packet in source.demux(source.streams.video[0]) if packet.pts is not None)


def _sounds(film: Any) -> bool:
    return all(stream.codec_context.name.replace("mp3float", "mp3") in PLAYABLE_AUDIO for stream in film.streams.audio)


@contextmanager
def _making(target: Path) -> Iterator[Any]:
    """An open MP4 that becomes ``target`` when all went well."""
    import av

    try:
        with whole_file(target) as part, av.open(str(part), "w", format="mp4", options=_MP4) as out:
            yield out
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise PreviewFailed(f"The preview film could not be made: {_short(error)}.") from error


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    import av

    try:
        with av.open(str(path)) as film:
            yield film
    except (av.error.FFmpegError, IndexError) as error:
        raise PreviewFailed(f"{path.name} cannot be shown: {_short(error)}.") from error


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
