"""The messages of FFmpeg that people ask about most, and what each means.

A sentence names only what its message establishes. "Source" is where people ask, as ``owner/repository#issue``, or
``run`` where the message was made here, with FFmpeg 5.1 and 9.0.
"""

import re
from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """What a message does to the work."""

    FAILURE = "failure"
    """FFmpeg ends, or makes nothing."""
    WARNING = "warning"
    """FFmpeg goes on, and the result may be other than expected: told on the job."""
    DOUBT = "doubt"
    """FFmpeg goes on, and the source is looked at for what it means."""


class Message(Struct, frozen=True, kw_only=True):
    """A message: ``pattern`` finds it in a line, ``sentence`` is what a person is told."""

    pattern: re.Pattern[str]
    sentence: str
    weight: Weight
    source: str


def _failure(pattern: str, sentence: str, source: str) -> Message:
    return Message(pattern=re.compile(pattern, re.IGNORECASE), sentence=sentence, weight=Weight.FAILURE, source=source)


def _warning(pattern: str, sentence: str, source: str) -> Message:
    return Message(pattern=re.compile(pattern, re.IGNORECASE), sentence=sentence, weight=Weight.WARNING, source=source)


def _doubt(pattern: str, sentence: str, source: str) -> Message:
    return Message(pattern=re.compile(pattern, re.IGNORECASE), sentence=sentence, weight=Weight.DOUBT, source=source)


MESSAGES: tuple[Message, ...] = (
    _failure(
        r"no space left on device|disk quota exceeded",
        "There is no room left on the disk.",
        "run",
    ),
    _failure(
        r"cannot allocate memory|out of memory|std::bad_alloc|malloc of size \d+ failed",
        "FFmpeg ran out of memory.",
        "run",
    ),
    _failure(
        r"invalid channel layout|channel layout .*(?:is )?not supported|unsupported channel layout",
        "The sound encoder does not take the sound's arrangement of channels.",
        "jellyfin/jellyfin-ffmpeg#248",
    ),
    _failure(
        r"sample rate \S+ is not supported|unsupported sample rate|sample format \S+ is not supported",
        "The sound encoder does not take the sound's rate or sample format.",
        "run",
    ),
    _failure(
        r"pixel format \S+ (?:is not supported|is invalid)|unknown pixel format requested|pix_fmt is not supported",
        "The encoder does not take this pixel format.",
        "valbok/QtAVPlayer#626",
    ),
    _failure(
        r"(?:width|height) not divisible by|picture size \S+ is invalid|dimensions \S+ are unsupported|"
        r"invalid too big or non positive size|source (?:width|height) must be",
        "The encoder or a filter does not take a picture of this size.",
        "Chocobozzz/PeerTube#4155",
    ),
    _failure(
        r"cannot load (?:lib|nv)\S*(?:cuda|nvidia|nvcuda|nvencodeapi)\S*|no (?:nvenc )?capable devices found|"
        r"openencodesessionex failed|failed to initiali[sz]e vaapi|no va display|error creating a mfx session|"
        r"minimum required nvidia driver|does not support the required nvenc|device creation failed",
        "This machine has no card or driver for that encoder.",
        "NixOS/nixpkgs#77834",
    ),
    _failure(
        r"impossible to convert between the formats",
        "A filter or encoder does not take the picture's format, and nothing converts to it.",
        "vexorian/dizquetv#504",
    ),
    _failure(
        r"could not find tag for codec|codec not currently supported in container|are supported for webm|"
        r"is not supported in the (?:ogg|avi|mxf) format",
        "This kind of file cannot hold one of the codecs.",
        "photoprism/photoprism#1061",
    ),
    _failure(
        r"subtitle encoding currently only possible from text to text",
        "Subtitles that are pictures cannot become text, nor text pictures.",
        "HaveAGitGat/Tdarr#523",
    ),
    _failure(
        r"attachment stream \d+ has no \w+ tag",
        "A file attached to the film, such as a font, lost its name on the way.",
        "run",
    ),
    _failure(
        r"no decoder found for|decoder \(codec \S+\) not found|unknown decoder|error selecting a decoder",
        "This FFmpeg cannot decode one of the film's streams.",
        "run",
    ),
    _failure(
        r"unknown encoder|encoder .* not found|error selecting an encoder",
        "This FFmpeg lacks the encoder.",
        "run",
    ),
    _failure(
        r"no such filter|filter not found",
        "This FFmpeg lacks a filter.",
        "run",
    ),
    _failure(
        r"too many packets buffered for output stream",
        "One of the film's streams begins so late, or has such gaps, that the others waited for it in vain.",
        "jellyfin/jellyfin#3960",
    ),
    _failure(
        r"non monotonically increasing dts to muxer|packets are not in the proper order",
        "The film's time stamps run backwards where they must not.",
        "ytdl-org/youtube-dl#10719",
    ),
    _failure(
        r"moov atom not found",
        "The film's index is missing, as where a recording or a copy was not finished.",
        "anthwlock/untrunc#201",
    ),
    _failure(
        r"stream map .* matches no streams|does not contain any stream",
        "The film has no such stream; it may have been replaced by another.",
        "fluent-ffmpeg/node-fluent-ffmpeg#944",
    ),
    _failure(
        r"x26[45] \[error\]|svt\[error\]|error setting (?:profile|preset|option)|unable to parse .*option|"
        r"unrecognized option|option not found|error applying option",
        "The encoder refused a setting.",
        "run",
    ),
    _failure(
        r"server returned [45]|http error [45]|connection (?:refused|reset|timed out)",
        "The film could not be read from the machine that has it.",
        "run",
    ),
    _failure(
        r"no such file or directory",
        "A file that FFmpeg needs is not there.",
        "run",
    ),
    _failure(
        r"permission denied|read-only file system",
        "FFmpeg may not read or write a file.",
        "run",
    ),
    _failure(
        r"input/output error",
        "A disk or the network failed while FFmpeg read or wrote.",
        "run",
    ),
    _failure(
        r"error while loading shared libraries",
        "FFmpeg lacks a system library.",
        "run",
    ),
    _failure(
        r"error opening input.*invalid data found|^[^\[].*: invalid data found when processing input|"
        r"error during demuxing: invalid data",
        "FFmpeg cannot make sense of the file.",
        "Tichau/FileConverter#452",
    ),
    _doubt(
        r"packet corrupt|corrupt input packet",
        "In places the film's packets do not follow each other, as where recordings were cut or joined.",
        "run",
    ),
    _warning(
        r"error decoding aac frame header|\[aist#\d+:\d+/\S+ .*error submitting packet to decoder",
        "Parts of the film's sound are damaged: they are silent there, or left out, as players do.",
        "run",
    ),
    _doubt(
        r"error while decoding mb|corrupt decoded frame|concealing \d+ dc|invalid nal unit size|"
        r"error submitting packet to decoder|error while decoding stream|decode_slice_header error",
        "Parts of the film are damaged: they are filled in or left out, as players do.",
        "ossrs/srs#550",
    ),
    _warning(
        r"non-monoton(?:ic|ous) dts|queue input is backward in time",
        "Time stamps of the film ran backwards in places; there they were moved.",
        "blakeblackshear/frigate#7720",
    ),
    _warning(
        r"incompatible pixel format .* auto-selecting format",
        "The encoder does not take the pixel format asked for; FFmpeg took another.",
        "SergeyPirogov/video-recorder-java#49",
    ),
    _warning(
        r"more than \d+ frames duplicated",
        "Very many frames were repeated to reach the frame rate.",
        "run",
    ),
)
"""In the order in which they are tried on one line: the more telling first."""

ECHOES = re.compile(
    r"nothing was written into output|error while opening encoder|could not open encoder before eof|"
    r"task finished with error code|terminating thread with|error sending frames to consumers|"
    r"error opening output (?:file \S+\.$|files)|error opening input (?:file \S+\.$|files)|conversion failed|"
    r"error reinitializing filters|failed to inject frame|error while processing the decoded data|"
    r"could not write header|error muxing a packet|error parsing options|failed to set value|"
    r"error initializing output stream \S+ -- (?:error while opening encoder|$)|last message repeated|"
    r"failed to configure (?:in|out)put pad|error writing trailer|error closing file|error reading header",
    re.IGNORECASE,
)
"""What FFmpeg says because something went wrong before: these name no reason."""


def find_message(line: str) -> Message | None:
    """What the table knows of a line."""
    return next((message for message in MESSAGES if message.pattern.search(line)), None)
