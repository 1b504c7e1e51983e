"""Streams that other programs lose or stumble over, out of real files: each comes along, or is told (faults.md 1)."""

import struct

import av
import pytest

from zordon_app.engines.ffmpeg.sound import _CHANNELS, ENCODERS, fit_layout

pytestmark = pytest.mark.engines

ASS = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Alignment
Style: Sign,Sans,40,&H0000FFFF,8
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.20,0:00:00.80,Sign,,0,0,0,,{\\pos(10,20)\\fad(100,100)}Hello
Dialogue: 0,0:00:01.20,0:00:01.80,Sign,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}
"""
BASE = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=24:d=2", "-f", "lavfi", "-i", "sine=r=48000:d=2")
FAST = {"preset": "ultrafast"}


def texts(path):
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        return [bytes(packet).decode() for packet in container.demux(stream) if packet.size > 2]


@pytest.fixture
def styled(sources):
    """A film with styled subtitles and the font that they want, as fan and theme releases have them."""
    words, font = sources.folder / "sign.ass", sources.folder / "sans.ttf"
    words.write_text(ASS, encoding="utf-8")
    font.write_bytes(b"\x00\x01\x00\x00" + b"font" * 1000)
    return sources.make(
        "styled.mkv",
        *BASE,
        *("-i", str(words), "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-c:a", "aac", "-c:s", "ass"),
        *("-attach", str(font), "-metadata:s:t", "mimetype=font/ttf", "-metadata:s:t", "filename=sans.ttf"),
    )


@pytest.mark.parametrize("split", [True, False])
def test_styled_subtitles_and_their_fonts_come_along_as_they_are(studio, styled, split):
    made = studio.make(styled, {"container": "mkv", **FAST}, enable_split_jobs=split)

    assert texts(made.path) == texts(styled)
    assert "pos(10,20)" in texts(made.path)[0]
    with av.open(str(made.path)) as container:
        [font] = [stream for stream in container.streams if stream.type == "attachment"]
        assert (font.metadata["filename"], font.metadata["mimetype"]) == ("sans.ttf", "font/ttf")
    assert made.plan.warnings == ()


def test_where_styles_and_fonts_find_no_place_it_is_said(one_studio, styled):
    made = one_studio.make(styled, {"container": "mp4", **FAST})

    assert len(texts(made.path)) == 2
    assert [warning.split(":")[0] for warning in made.plan.warnings] == [
        "mp4 holds only plain subtitles",
        "mp4 holds no attached files",
    ]


def test_a_track_of_an_unknown_codec_is_left_out_and_told_and_the_other_comes(studio, sources, tmp_path):
    two = sources.make("two.mov", *BASE, "-map", "0", "-map", "1", "-map", "1", "-c:v", "libx264", "-c:a", "aac")
    path = tmp_path / "spatial.mov"
    path.write_bytes(renamed_last(two.read_bytes(), (b"mp4a", b"apac"), (b"esds", b"dapa")))
    made = studio.make(path, {"container": "mov", **FAST})

    with av.open(str(made.path)) as container:
        assert len(container.streams.audio) == 1
    assert made.plan.warnings == ("1 sound track of a kind that FFmpeg does not know: left out.",)


def test_a_film_whose_only_picture_is_of_an_unknown_codec_is_refused(one_studio, sources, tmp_path):
    known = sources.make("known.mov", *BASE, "-c:v", "libx264", "-c:a", "aac")
    path = tmp_path / "unknown.mov"
    path.write_bytes(known.read_bytes().replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"))
    with pytest.raises(Exception, match=r"unknown\.mov .*(cannot decode|no picture that can be decoded)") as refusal:
        one_studio.engine.look(path)
    assert refusal.value.status == 400


def renamed_last(data: bytes, *names: tuple[bytes, bytes]) -> bytes:
    """As telephones write it: the codec of the last track has another name."""
    at = data.rindex(b"stsd")
    head, tail = data[:at], data[at:]
    for old, new in names:
        tail = tail.replace(old, new, 1)
    return head + tail


def test_teletext_is_left_out_and_told(studio, sources, tmp_path):
    plain = sources.make("plain.ts", *BASE, "-c:v", "mpeg2video", "-c:a", "mp2", "-mpegts_flags", "+resend_headers")
    path = tmp_path / "teletext.ts"
    path.write_bytes(with_teletext(plain.read_bytes()))
    made = studio.make(path, {"container": "mkv", **FAST})

    assert "subtitle track" in " ".join(made.plan.warnings)
    with av.open(str(made.path)) as container:
        assert (len(container.streams.audio), len(container.streams.subtitles)) == (1, 0)


def with_teletext(data: bytes) -> bytes:
    """A transport stream whose table of programmes (PID 4096) also names teletext, as broadcasts do."""
    packets = [data[place : place + 188] for place in range(0, len(data), 188)]
    return b"".join(with_entry(packet) if packet[1] & 0x1F == 0x10 and not packet[2] else packet for packet in packets)


def with_entry(packet: bytes) -> bytes:
    start = 5 + packet[4]
    length = (packet[start + 1] & 0x0F) << 8 | packet[start + 2]
    body = packet[start : start + 3 + length - 4]
    entry = b"\x06" + struct.pack(">HH", 0xE000 | 0x300, 0xF000 | 7) + b"\x56\x05deu\x10\x00"
    section = bytearray(body + entry)
    section[1:3] = struct.pack(">H", 0xB000 | (length + len(entry)))
    section += struct.pack(">I", crc_mpeg(bytes(section)))
    whole = packet[:start] + bytes(section)
    return whole + b"\xff" * (188 - len(whole))


def crc_mpeg(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _bit in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def test_surround_sound_with_its_channels_at_the_side_becomes_opus(studio, sources):
    noise = "anoisesrc=d=2:r=48000,aformat=channel_layouts=5.1(side)"
    source = sources.make("side.mkv", *BASE[:4], "-f", "lavfi", "-i", noise, "-c:v", "libx264", "-c:a", "ac3")
    made = studio.make(source, {"container": "webm", "preset": "8"})

    with av.open(str(made.path)) as container:
        assert container.streams.audio[0].layout.name == "5.1"


def test_damaged_sound_is_told_where_the_parts_of_a_film_are_joined(one_studio, sources, tmp_path):
    source = sources.film("24.mp4")
    with av.open(str(source)) as container:
        packets = [packet for packet in container.demux(container.streams.audio[0]) if packet.size]
        places = [packet.pos for packet in packets[400:440]]
    data = bytearray(source.read_bytes())
    for place in places:
        data[place : place + 12] = b"\xff" * 12
    path = tmp_path / "scratched.mp4"
    path.write_bytes(data)
    made = one_studio.make(path, FAST)

    assert len(made.plan.units) == 2
    assert made.warned == ["Parts of the film's sound are damaged: they are silent there, or left out, as players do."]


@pytest.mark.thorough
@pytest.mark.parametrize("layout", _CHANNELS)
@pytest.mark.parametrize("codec", ENCODERS)
def test_each_encoder_takes_what_the_table_says(studio, codec, layout):
    """And what comes out holds as many channels as the table promised."""
    wanted = fit_layout(codec, layout, len(_CHANNELS[layout].split())) or layout
    chain = f"anullsrc=cl={layout}:r=48000:d=0.2,aformat=channel_layouts={wanted}"
    path = studio.tmp / "sound.mkv"
    studio.ffmpeg("-f", "lavfi", "-i", chain, "-c:a", codec, path)
    with av.open(str(path)) as container:
        assert container.streams.audio[0].channels == len(_CHANNELS[wanted].split())
