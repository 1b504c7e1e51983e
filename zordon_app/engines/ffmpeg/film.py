"""What is known of a source: a film, or numbered images that shall become one. Travels with the job."""

from fractions import Fraction
from pathlib import Path

from msgspec import Struct, field

from zordon_app.domain.frames import parse_frames

TIME_CODE = "tmcd"
"""Codec of the data stream with the time code, which the metadata tell too."""


HEVC_ALPHA = "hevc"
"""The decoder of alpha in HEVC: the usual one, from FFmpeg 8."""


class Stream(Struct, frozen=True, kw_only=True):
    """One stream of a film; what a kind does not have is empty or 0."""

    index: int
    kind: str
    """``video``, ``audio``, ``subtitle``, ``data`` or ``attachment``."""
    codec: str
    """Empty where FFmpeg has no decoder for it."""
    language: str = ""
    title: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    pixel_format: str = ""
    channels: int = 0
    sample_rate: int = 0
    layout: str = ""
    """Which channels, by FFmpeg's name: ``5.1(side)``, or ``6 channels`` where nothing says more."""
    sample_format: str = ""
    file: str = ""
    """Name of an attached file."""
    mimetype: str = ""
    is_cover: bool = False
    """Whether a picture is that of a sleeve, or a thumbnail."""


class ImageSequence(Struct, frozen=True, kw_only=True):
    """Numbered images beside each other: ``prefix`` + number, at least ``padding`` digits, + ``suffix``."""

    prefix: str
    suffix: str
    padding: int
    frames: str
    """The numbers there are, as a frame range."""

    def name(self, number: int) -> str:
        """The file name of an image."""
        return f"{self.prefix}{number:0{self.padding}d}{self.suffix}"

    def numbers(self) -> list[int]:
        """The numbers there are, ascending."""
        return parse_frames(self.frames)


class Film(Struct, frozen=True, kw_only=True):
    """A source as ``look`` saw it. Sizes are those of the upright picture, in pixels."""

    container: str
    """FFmpeg's demuxer, its first name: ``mov``, ``matroska`` …; the codec for images."""
    duration: float = 0.0
    """Seconds as the file tells; 0 when it does not."""
    start: float = 0.0
    """Time stamp at which the file starts, seconds."""
    streams: tuple[Stream, ...] = ()
    video: int = 0
    """Index of the stream with the picture."""
    codec: str = ""
    width: int = 0
    height: int = 0
    rotation: int = 0
    """Degrees by which players turn the picture."""
    orientation: int = 1
    """How an image is to be turned, as EXIF counts it; 1: not at all."""
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Pixels that players leave out of the upright picture: left, top, right and bottom."""
    fps: str = ""
    """Frames per second as a fraction such as ``30000/1001``; empty when unknown."""
    frame_count: int = 0
    """Frames as the file tells, or as its length and frame rate make likely."""
    pixel_format: str = ""
    """Of the decoded picture; with alpha where ``alpha_decoder`` finds it."""
    alpha_decoder: str = ""
    """The decoder that also reads the alpha, where the usual one does not."""
    sample_aspect: str = "1/1"
    is_hdr: bool = False
    is_linear: bool = False
    """Whether values are linear light (OpenEXR), so that they must be made fit for a screen."""
    is_interlaced: bool = False
    is_dolby_vision: bool = False
    """Whether its colours are those of Dolby Vision profile 5, which no other screen shows right."""
    layer: str = ""
    """Of a multilayer OpenEXR: the layer to take."""
    chapters: int = 0
    sequence: ImageSequence | None = None

    @property
    def rate(self) -> Fraction:
        """Frames per second; 0 when unknown."""
        return Fraction(self.fps) if self.fps else Fraction(0)

    def of(self, kind: str) -> list[Stream]:
        """The streams of one kind."""
        return [stream for stream in self.streams if stream.kind == kind]


class Scan(Struct, kw_only=True):
    """The time stamps of a film's packets, in ticks of ``time_base`` seconds, in the order of display."""

    time_base: Fraction = Fraction(1, 1000)
    stamps: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    """Places in ``stamps`` of pictures from which decoding can start."""
    last_length: int = 0
    """How long the last picture stands, ticks."""
    is_end_known: bool = False
    """Whether the file itself says so."""
    trouble: str = ""
    """Why the time stamps do not tell which frames there are: then the film cannot be cut exactly."""
    cut_off: bool = False
    """Whether the file ends before it should."""
    jumps: int = 0
    """How often time stamps leap, as where recordings were put one after the other."""
    length: float = 0.0
    """Seconds of all packets, without the leaps."""

    def seconds(self, place: int) -> float:
        """Time stamp of a frame in seconds; of the one after the last: where the film ends."""
        return float(self.ticks(place) * self.time_base)

    def ticks(self, place: int) -> int:
        """Time stamp of a frame; of the one after the last: where the film ends."""
        return self.stamps[place] if place < len(self.stamps) else self.stamps[-1] + self.last_length

    def is_constant(self, rate: Fraction) -> bool:
        """Whether all frames stand where ``rate`` puts them, but for rounding."""
        if not rate:
            return False
        length = 1 / (rate * self.time_base)
        leeway = max(1.0, float(length) / 50)
        ideal = ((place, self.stamps[0] + float(place * length)) for place in range(len(self.stamps)))
        return all(abs(self.stamps[place] - stamp) <= leeway for place, stamp in ideal)

    def microseconds(self, first: int, place: int) -> int:
        """From frame ``first`` to frame ``place``. Rounded each from the start, so that errors do not add up."""
        return round((self.ticks(place) - self.ticks(first)) * self.time_base * 1_000_000)


SEEKABLE = frozenset({"mov", "matroska"})
"""Containers with an index, by which FFmpeg finds any frame without reading what stands before it."""

LOOPBACK = "http://127.0.0.1:"
"""How the address of a source begins that is read in parts from this very program."""

READ_AHEAD = 256 * 1024
"""Bytes that the system may hold for FFmpeg, else several MiB: what it does not read then has travelled in vain."""

SAFE_PROTOCOLS = "file,crypto,data"


def protocols_of(project: str) -> str:
    """By what a source may be read: nothing but a file, or nothing but our own address."""
    return "http,tcp" if project.startswith(LOOPBACK) else SAFE_PROTOCOLS


def source_options(project: str) -> tuple[str, ...]:
    """How FFmpeg opens a source, before ``-i``: by nothing but a file, or by nothing but our own address."""
    if project.startswith(LOOPBACK):
        return ("-protocol_whitelist", protocols_of(project), "-recv_buffer_size", str(READ_AHEAD))
    return ("-protocol_whitelist", protocols_of(project))


def source_url(project: str) -> str:
    """The path of a source, or the address where it is read in parts, as FFmpeg takes it."""
    return project if project.startswith(LOOPBACK) else file_url(Path(project))


def file_url(path: Path) -> str:
    """A path as FFmpeg takes it for nothing but a file, whatever its name looks like."""
    return f"file:{path}"
