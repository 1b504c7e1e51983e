"""Why FFmpeg ended: lines as FFmpeg 5.1 and 9.0 print them, and as people show them where they ask."""
# ruff: noqa: E501 - lines are as FFmpeg prints them

import pytest

from zordon_app.engines.base import EventKind
from zordon_app.engines.ffmpeg.explain import explain
from zordon_app.engines.ffmpeg.messages import MESSAGES, Weight
from zordon_app.engines.ffmpeg.output import read_line

AFTER = """[aost#0:1/libopus @ 0x55] [enc:libopus @ 0x56] [error] Error while opening encoder - maybe incorrect parameters such as bit_rate, rate, width or height.
[af#0:1 @ 0x57] [error] Error sending frames to consumers: Invalid argument
[af#0:1 @ 0x57] [error] Task finished with error code: -22 (Invalid argument)
[af#0:1 @ 0x57] [error] Terminating thread with return code -22 (Invalid argument)
[aost#0:1/libopus @ 0x55] [error] Could not open encoder before EOF
[out#0/webm @ 0x58] [error] Nothing was written into output file, because at least one of its streams received no packets.
progress=end""".splitlines()
"""What FFmpeg 9 says after every reason."""

FAILURES = [
    ("There is no room left", "[vost#0:0/ffv1 @ 0x1] [error] Error submitting a packet to the muxer: No space left on device"),
    ("ran out of memory", "[vf#0:0 @ 0x1] [error] Error while filtering: Cannot allocate memory"),
    ("arrangement of channels", "[libopus @ 0x1] [error] Invalid channel layout 5.1(side) for specified mapping family -1."),
    ("arrangement of channels", "[libmp3lame @ 0x1] [error] Specified channel layout '5.1' is not supported by the libmp3lame encoder"),
    ("rate or sample format", "[libmp3lame @ 0x1] [error] Specified sample rate 96000 is not supported by the libmp3lame encoder"),
    ("does not take this pixel format", "[libx264 @ 0x1] [error] Specified pixel format rgb24 is not supported by the libx264 encoder."),
    ("a picture of this size", "[libx264 @ 0x1] [error] height not divisible by 2 (1164x767)"),
    ("a picture of this size", "[Parsed_crop_0 @ 0x1] [error] Invalid too big or non positive size for width '2000' or height '2000'"),
    ("no card or driver", "[hevc_nvenc @ 0x1] [error] Cannot load libcuda.so.1"),
    ("no card or driver", "[h264_nvenc @ 0x1] [error] No capable devices found"),
    ("no card or driver", "[AVHWDeviceContext @ 0x1] [error] Device creation failed: -542398533."),
    ("nothing converts", "[error] Impossible to convert between the formats supported by the filter 'Parsed_null_0' and the filter 'auto_scale_0'"),
    ("cannot hold one of the codecs", "[mp4 @ 0x1] [error] Could not find tag for codec pcm_alaw in stream #1, codec not currently supported in container"),
    ("Subtitles that are pictures", "[sost#0:5/ssa @ 0x1] [error] Subtitle encoding currently only possible from text to text or bitmap to bitmap"),
    ("lost its name", "[matroska @ 0x1] [error] Attachment stream 1 has no filename tag."),
    ("cannot decode one of", "[aist#0:1/apple_apac @ 0x1] [fatal] Decoding requested, but no decoder found for: apple_apac"),
    ("lacks the encoder", "[vost#0:0 @ 0x1] [fatal] Unknown encoder 'libx264'"),
    ("lacks a filter", "[AVFilterGraph @ 0x1] [error] No such filter: 'libplacebo'"),
    ("waited for it in vain", "[error] Too many packets buffered for output stream 0:1."),
    ("run backwards where they must not", "[mp4 @ 0x1] [error] Application provided invalid, non monotonically increasing dts to muxer in stream 0: 12 >= 11"),
    ("index is missing", "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [error] moov atom not found"),
    ("has no such stream", "[fatal] Stream map '0:5' matches no streams."),
    ("refused a setting", "[libx264 @ 0x1] [error] Error setting preset/tune nosuch/(null)."),
    ("refused a setting", "x264 [error]: high profile doesn't support 4:4:4"),
    ("from the machine that has it", "[in#0 @ 0x1] [error] Error opening input: Server returned 404 Not Found"),
    ("is not there", "[in#0 @ 0x1] [error] Error opening input: No such file or directory"),
    ("may not read or write", "[out#0/mp4 @ 0x1] [error] Error opening output /x/o.mp4: Permission denied"),
    ("A disk or the network failed", "[in#0/mov @ 0x1] [error] Error during demuxing: Input/output error"),
    ("a system library", "ffmpeg: error while loading shared libraries: libx264.so.164: cannot open shared object file"),
    ("cannot make sense of the file", "[in#0 @ 0x1] [error] Error opening input: Invalid data found when processing input"),
    ("cannot make sense of the file", "film.mp4: Invalid data found when processing input"),
]  # fmt: skip

WARNINGS = [
    ("do not follow each other", "[in#0/mpegts @ 0x1] [warning] corrupt input packet in stream 0"),
    ("Parts of the film are damaged", "[h264 @ 0x1] [error] error while decoding MB 23 10, bytestream 421"),
    ("Parts of the film are damaged", "[dec:h264 @ 0x2] [warning] corrupt decoded frame"),
    ("Parts of the film's sound are damaged", "[aist#0:0/mp2 @ 0x1] [error] Error submitting packet to decoder: Invalid data found when processing input"),
    ("Time stamps of the film ran backwards", "[mp4 @ 0x1] [warning] Non-monotonic DTS; previous: 133151, current: 52736; changing to 133152. This may result in incorrect timestamps in the output file."),
    ("FFmpeg took another", "[warning] Incompatible pixel format 'gbrp' for codec 'libx264', auto-selecting format 'yuv444p'"),
    ("Very many frames were repeated", "[warning] More than 1000 frames duplicated"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "line"), FAILURES)
def test_a_failure_is_told_in_our_words_and_in_those_that_ffmpeg_said_first(sentence, line):
    words = line.split("] ")[-1].removeprefix("[error] ").rstrip(".")
    for lines in ([line, *AFTER], ["[h264 @ 0x1] [error] error while decoding MB 1 1", line, *AFTER]):
        told = explain(lines, 187)

        assert sentence in told
        assert told.endswith(f" FFmpeg said: {words}.")
        assert read_line(line) == []


@pytest.mark.parametrize(("sentence", "line"), WARNINGS)
def test_what_ffmpeg_goes_on_after_is_a_warning_and_no_reason(sentence, line):
    [event] = read_line(line)

    # Whether pictures really are damaged the review of the source finds out.
    is_doubt = sentence in {"Parts of the film are damaged", "do not follow each other"}
    assert event.kind == (EventKind.DOUBT if is_doubt else EventKind.WARNING)
    assert sentence in event.message
    assert sentence not in explain([line, *AFTER], 187)


def test_every_message_has_a_line_a_sentence_and_a_source():
    lines = [line for _, line in (*FAILURES, *WARNINGS)]
    for message in MESSAGES:
        assert any(message.pattern.search(line) for line in lines), message.pattern.pattern
        assert message.sentence.endswith(".")
        assert message.source == "run" or "#" in message.source
    assert sum(message.weight == Weight.FAILURE for message in MESSAGES) >= 20


@pytest.mark.parametrize("line", [line for _, line in (*FAILURES, *WARNINGS)])
def test_damaged_is_said_only_of_what_a_decoder_could_not_read(line):
    is_damage = any(mark in line for mark in ("decoding MB", "corrupt decoded", "submitting packet to decoder"))
    said = explain([line], 1) + "".join(event.message for event in read_line(line))
    assert ("damaged" in said) == is_damage


@pytest.mark.parametrize(
    ("lines", "status", "sentence"),
    [
        ([], -11, "FFmpeg crashed (a bad memory access). Another version may help."),
        ([], 137, "FFmpeg was ended from outside; where nobody did, the machine may have run out of memory."),
        ([], 1, "FFmpeg ended with status 1."),
        (["Something odd."], 187, "FFmpeg ended with status 187. FFmpeg said: Something odd."),
        (
            ["[aac @ 0x1] [warning] Too quiet.", "[xyz @ 0x1] [error] The xyz is bent", *AFTER],
            187,
            "FFmpeg ended with status 187. FFmpeg said: The xyz is bent.",
        ),
        ([*AFTER], 187, ("FFmpeg ended with status 187. FFmpeg said: Nothing was written into output file, because at "
         "least one of its streams received no packets.")),
    ],
)  # fmt: skip
def test_what_the_table_does_not_know_is_told_as_ffmpeg_said_it(lines, status, sentence):
    assert explain(lines, status) == sentence
