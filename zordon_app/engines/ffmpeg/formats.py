"""Containers and codecs: what fits together, and how each is chosen. Data, checked against FFmpeg 5.1 and 9.0."""

import re

from msgspec import Struct

_EIGHT = ("yuv420p", "yuv422p", "yuv444p")
_TEN = ("yuv420p10le", "yuv422p10le", "yuv444p10le")
_X26_PRESETS = tuple("ultrafast superfast veryfast faster fast medium slow slower veryslow placebo".split())
_DEPTHS = ("", "9le", "10le", "12le", "16le")
_ALPHA = tuple(f"yuva{part}p{depth}" for part in ("420", "422", "444") for depth in ("", "9le", "10le", "16le"))
_LOSSLESS = (
    *(f"yuv{part}p{depth}" for part in ("420", "422", "444") for depth in (*_DEPTHS, "14le")),
    *("yuv410p", "yuv411p", "yuv440p", "yuv440p10le", "yuv440p12le"),
    *_ALPHA,
    *("bgr0", "bgra", "gbrp9le", "gbrp10le", "gbrp12le", "gbrp14le", "gbrp16le", "gbrap10le", "gbrap12le", "gbrap16le"),
    *("gray", "gray9le", "gray10le", "gray12le", "gray16le", "ya8"),
)
"""What FFV1 takes in FFmpeg 5.1 and 9.0."""


class Codec(Struct, frozen=True, kw_only=True):
    """A way to encode a picture. The first pixel format and the named preset are taken where none is asked for.

    ``crf`` is the range of the constant quality, ``part`` the container in which its segments are kept until they are
    joined: one whose time stamps are exact (engines.md, section 5).
    """

    label: str
    pixel_formats: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    preset: str = ""
    crf: tuple[int, int] | None = None
    default_crf: int = 0
    takes_bitrate: bool = False
    takes_two_passes: bool = False
    part: str = "mp4"


CODECS: dict[str, Codec] = {
    "libx264": Codec(
        label="H.264",
        pixel_formats=(*_EIGHT, *_TEN),
        presets=_X26_PRESETS,
        preset="medium",
        crf=(0, 51),
        default_crf=23,
        takes_bitrate=True,
        takes_two_passes=True,
    ),
    "libx265": Codec(
        label="HEVC",
        pixel_formats=(*_EIGHT, *_TEN),
        presets=_X26_PRESETS,
        preset="medium",
        crf=(0, 51),
        default_crf=28,
        takes_bitrate=True,
        takes_two_passes=True,
    ),
    "prores_ks": Codec(
        label="ProRes",
        pixel_formats=("yuv422p10le", "yuv444p10le", "yuva444p10le"),
        presets=("proxy", "lt", "standard", "hq", "4444", "4444xq"),
        preset="hq",
        part="mov",
    ),
    "dnxhd": Codec(
        label="DNxHR",
        pixel_formats=("yuv422p", "yuv422p10le", "yuv444p10le"),
        presets=("lb", "sq", "hq", "hqx", "444"),
        preset="hq",
        part="mov",
    ),
    "libsvtav1": Codec(
        label="AV1",
        pixel_formats=("yuv420p", "yuv420p10le"),
        presets=tuple(str(number) for number in range(14)),
        preset="8",
        crf=(1, 63),
        default_crf=35,
        takes_bitrate=True,
    ),
    "libvpx-vp9": Codec(
        label="VP9",
        pixel_formats=(*_EIGHT, *_TEN, "yuva420p"),
        presets=tuple(str(number) for number in range(9)),
        preset="2",
        crf=(0, 63),
        default_crf=32,
        takes_bitrate=True,
        takes_two_passes=True,
    ),
    "ffv1": Codec(label="FFV1", pixel_formats=_LOSSLESS, part="mov"),
    "gif": Codec(label="GIF"),
    "copy": Codec(label="Copy"),
}
"""Codecs of the picture by FFmpeg's name of the encoder."""

PROFILES_OF_PIXEL_FORMATS = {
    "prores_ks": {
        "yuv422p10le": ("hq", "standard", "lt", "proxy"),
        "yuv444p10le": ("4444", "4444xq"),
        "yuva444p10le": ("4444", "4444xq"),
    },
    "dnxhd": {"yuv422p": ("hq", "sq", "lb"), "yuv422p10le": ("hqx",), "yuv444p10le": ("444",)},
}
"""Codecs whose preset is a profile: the profiles that a pixel format may have, the usual one first."""


class Container(Struct, frozen=True, kw_only=True):
    """A kind of file. The first of ``video`` and ``audio`` is taken where none is asked for.

    ``kind`` is the name under which it is checked, ``muxer`` FFmpeg's. ``copies`` are the sound codecs that it can
    hold when they are copied, ``pictures`` the same for pictures; empty: all. ``subtitles`` is the codec for text,
    ``subtitle_copies`` are those that are kept as they are, ``attachments`` says whether it holds files such as fonts.
    """

    kind: str
    muxer: str
    video: tuple[str, ...]
    audio: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    subtitles: str = ""
    subtitle_copies: frozenset[str] = frozenset()
    attachments: bool = False


STYLED_SUBTITLES = frozenset({"ass", "jacosub"})
"""Subtitles with places, fonts and effects."""

TEXT_SUBTITLES = STYLED_SUBTITLES | frozenset(
    "subrip webvtt mov_text text microdvd mpl2 pjs realtext sami stl subviewer subviewer1 vplayer eia_608".split()
)
"""Those that every FFmpeg decodes to text."""

BITMAP_SUBTITLES = frozenset({"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle"})

_PCM = ("pcm_s16le", "pcm_s24le", "pcm_s16be", "pcm_s24be", "pcm_s32le", "pcm_f32le")
_FILM = ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "copy")

CONTAINERS: dict[str, Container] = {
    "mp4": Container(
        kind="mp4",
        muxer="mp4",
        video=_FILM,
        audio=("aac", "ac3", "libmp3lame", "libopus"),
        copies=("aac", "ac3", "eac3", "mp3", "mp2", "opus", "flac", "alac"),
        pictures=("h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "vvc"),
        subtitles="mov_text",
    ),
    "mov": Container(
        kind="mov",
        muxer="mov",
        video=("libx264", "libx265", "prores_ks", "dnxhd", "ffv1", "copy"),
        audio=("aac", "pcm_s16le", "pcm_s24le", "ac3"),
        copies=("aac", "ac3", "eac3", "mp3", "alac", *_PCM),
        pictures=("h264", "hevc", "prores", "dnxhd", "ffv1", "mjpeg", "mpeg4", "mpeg2video", "dvvideo", "qtrle", "png"),
        subtitles="mov_text",
    ),
    "mkv": Container(
        kind="matroska",
        muxer="matroska",
        video=("libx264", "libx265", "libsvtav1", "libvpx-vp9", "ffv1", "prores_ks", "dnxhd", "copy"),
        audio=("aac", "libopus", "flac", "ac3", "libmp3lame", "pcm_s16le", "pcm_s24le"),
        subtitles="subrip",
        subtitle_copies=frozenset({"subrip", "ass", "webvtt"}) | BITMAP_SUBTITLES,
        attachments=True,
    ),
    "webm": Container(
        kind="webm",
        muxer="webm",
        video=("libvpx-vp9", "libsvtav1", "copy"),
        audio=("libopus",),
        copies=("opus", "vorbis"),
        pictures=("vp8", "vp9", "av1"),
        subtitles="webvtt",
        subtitle_copies=frozenset({"webvtt"}),
    ),
    "avi": Container(
        kind="avi",
        muxer="avi",
        # Without copy: H.264 that was made elsewhere loses its order of pictures in this old kind.
        video=("libx264", "ffv1"),
        audio=("libmp3lame", "pcm_s16le", "ac3"),
        copies=("mp3", "ac3", "mp2", "pcm_s16le", "pcm_u8"),
    ),
    "gif": Container(kind="gif", muxer="gif", video=("gif",)),
}
"""Containers by the extension of their files."""

AUDIO_CODECS = tuple(dict.fromkeys(codec for container in CONTAINERS.values() for codec in container.audio))
PIXEL_FORMATS = tuple(dict.fromkeys(name for codec in CODECS.values() for name in codec.pixel_formats))
PRESETS = tuple(dict.fromkeys(name for codec in CODECS.values() for name in codec.presets))


def halved(pixel_format: str) -> tuple[bool, bool]:
    """Whether colour has half the width and half the height, so that these must be even."""
    return "420" in pixel_format or "422" in pixel_format, "420" in pixel_format


def is_rgb(pixel_format: str) -> bool:
    """Whether a pixel format holds red, green and blue."""
    return pixel_format.startswith(("rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr", "x2rgb", "x2bgr"))


def has_alpha(pixel_format: str) -> bool:
    """Whether a pixel format can be transparent."""
    return any(
        mark in pixel_format for mark in ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16", "pal8")
    )


def has_depth(pixel_format: str) -> bool:
    """Whether a pixel format has more than eight bits per channel."""
    return any(
        mark in pixel_format for mark in ("p9", "p10", "p12", "p14", "p16", "48", "64", "f32", "f16", "gray1", "p01")
    )


_REARRANGED = {
    "bgr0": ("rgb24", "bgr24", "rgb0", "0rgb", "0bgr", "gbrp"),
    "bgra": ("rgba", "argb", "abgr", "gbrap", "pal8"),
    "gbrp16le": ("rgb48le", "bgr48le"),
    "gbrap16le": ("rgba64le", "bgra64le"),
    "gray": ("monow", "monob"),
    "yuv420p": ("nv12", "nv21"),
    "yuv422p": ("uyvy422", "yuyv422", "yvyu422", "nv16"),
    "yuv444p": ("nv24", "nv42", "vyu444"),
    "yuv411p": ("uyyvyy411",),
    "yuva444p": ("vuya", "ayuv", "uyva"),
    "yuva422p16le": ("yuva422p12le",),
    "yuva444p16le": ("yuva444p12le", "ayuv64le"),
    "yuv420p10le": ("p010le",),
    "yuv422p10le": ("y210le", "p210le", "nv20le"),
    "yuv444p10le": ("v30xle", "xv30le", "p410le"),
}
"""Formats that hold the same numbers in another order, by the one that FFV1 takes: nothing is lost on the way."""

_COMPARED = {
    "pal8": "rgba",
    "monow": "gray",
    "monob": "gray",
    "rgb0": "rgb24",
    "0rgb": "rgb24",
    "0bgr": "rgb24",
    "bgr0": "rgb24",
}
"""Formats that nothing can be turned back into, or that hold unused bytes: how both sides are compared instead."""


def plain_format(pixel_format: str) -> str:
    """A format without the order of its bytes, and without the mark of a full range."""
    return re.sub(r"be$", "le", pixel_format.replace("yuvj", "yuv"))


def exact_format(pixel_format: str) -> str:
    """The format in which FFV1 keeps each number of a picture; empty where there is none."""
    plain = plain_format(pixel_format)
    if plain in _LOSSLESS:
        return plain
    return next((exact for exact, others in _REARRANGED.items() if plain in others), "")


def compared_format(pixel_format: str) -> str:
    """The format in which a source and what FFV1 made of it are compared."""
    return _COMPARED.get(pixel_format, pixel_format)
