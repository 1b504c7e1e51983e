"""What comes along with the picture, and a word on each stream that does not."""

from types import SimpleNamespace

import pytest

from zordon_app.engines.ffmpeg.film import Stream
from zordon_app.engines.ffmpeg.formats import CONTAINERS
from zordon_app.engines.ffmpeg.recipe import Recipe, as_data, recipe_of
from zordon_app.engines.ffmpeg.settings import choose_settings
from zordon_app.errors import BadRequest


def choose(film, *streams, **args):
    """The company of the first stream, a picture, and the others; and what is said of it."""
    picture = Stream(index=0, kind="video", codec="h264")
    warnings: list[str] = []
    company = choose_settings(args, film(streams=(picture, *streams)), warnings).company
    return company, warnings


def sound(index=1, **fields):
    usual = {"codec": "pcm_s16le", "channels": 2, "layout": "stereo", "sample_rate": 48_000, "sample_format": "s16"}
    return Stream(index=index, kind="audio", **usual | fields)


def pairs(tracks):
    return [(track.stream, track.codec) for track in tracks]


@pytest.mark.parametrize(
    ("codec", "kept"),
    [
        ("subrip", {"mp4": "mov_text", "mov": "mov_text", "mkv": "copy", "webm": "webvtt"}),
        ("ass", {"mp4": "mov_text", "mov": "mov_text", "mkv": "copy", "webm": "webvtt"}),
        ("webvtt", {"mp4": "mov_text", "mov": "mov_text", "mkv": "copy", "webm": "copy"}),
        ("mov_text", {"mp4": "mov_text", "mov": "mov_text", "mkv": "subrip", "webm": "webvtt"}),
        ("hdmv_pgs_subtitle", {"mkv": "copy"}),
        ("dvb_subtitle", {"mkv": "copy"}),
        ("dvb_teletext", {}),
        ("ttml", {}),
        ("arib_caption", {}),
        ("xsub", {}),
        ("", {}),
    ],
)
def test_subtitles_stay_as_they_are_where_they_can_and_nothing_is_lost_in_silence(film, codec, kept):
    for name in CONTAINERS:
        company, warnings = choose(film, Stream(index=1, kind="subtitle", codec=codec), container=name)

        assert pairs(company.subtitles) == ([(1, kept[name])] if name in kept else [])
        assert ("subtitle" in " ".join(warnings)) == (name not in kept or (codec == "ass" and kept[name] != "copy"))


def test_fonts_come_along_where_they_can(film):
    font = Stream(index=1, kind="attachment", codec="", file="sans.ttf", mimetype="font/ttf")
    bare = Stream(index=2, kind="attachment", codec="")

    assert choose(film, font, bare, container="mkv")[0].attachments == (1,)
    assert choose(film, font, bare, container="mkv")[1] == ["1 attached file without a name or kind: left out."]
    assert choose(film, font, container="mp4")[1] == ["mp4 holds no attached files: 1 (sans.ttf) left out."]


def test_of_tracks_that_nobody_knows_the_others_come(film):
    company, warnings = choose(film, sound(1), sound(2, codec="", channels=0), sound(3, channels=0), container="mp4")

    assert pairs(company.sound) == [(1, "aac")]
    assert warnings == [
        "1 sound track of a kind that FFmpeg does not know: left out.",
        "1 sound track (pcm_s16le) announced but not there: left out.",
    ]


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (Stream(index=1, kind="data", codec="tmcd"), []),
        (Stream(index=1, kind="data", codec="bin_data"), ["1 data stream (bin_data): left out"]),
        (Stream(index=1, kind="video", codec="mjpeg", is_cover=True), ["The film's cover picture is left out"]),
        (Stream(index=1, kind="video", codec="hevc"), ["The film has 2 pictures"]),
    ],
)
def test_what_else_a_film_holds_gets_a_word_but_its_time_code_none(film, stream, words):
    found = choose(film, stream)[1]

    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("codec", "layout", "channels", "filters", "word"),
    [
        ("libopus", "5.1(side)", 6, "aformat=channel_layouts=5.1", ""),
        ("libopus", "4.0", 4, "aformat=channel_layouts=5.0", ""),
        ("libopus", "6 channels", 6, "", ""),
        ("libopus", "7.1.4", 12, "aformat=channel_layouts=7.1", "Opus does not hold 7.1.4 sound"),
        ("ac3", "7.1", 8, "aformat=channel_layouts=5.1(side)", "AC-3 does not hold 7.1 sound"),
        ("aac", "5.1(side)", 6, "aformat=channel_layouts=5.1", ""),
        ("flac", "7.1", 8, "", ""),
        ("pcm_s24le", "16 channels", 16, "", ""),
    ],
)
def test_sound_gets_the_channels_that_its_encoder_takes(film, codec, layout, channels, filters, word):
    track = sound(layout=layout, channels=channels)
    company, warnings = choose(film, track, container="mkv", audio_codec=codec)

    assert company.sound[0].filters == filters
    assert [word in warning for warning in warnings] == ([True] if word else [])


def test_channels_that_nobody_placed_are_refused_where_they_do_not_fit(film):
    with pytest.raises(BadRequest, match="Nothing tells where the 16 channels of a sound track belong"):
        choose(film, sound(layout="16 channels", channels=16), container="mkv", audio_codec="libopus")


def test_a_rate_that_an_encoder_does_not_take_is_converted_with_a_word(film):
    company, warnings = choose(film, sound(sample_rate=96_000), container="webm")

    assert company.sound[0].filters == "aformat=sample_rates=48000"
    assert warnings == ["Opus takes 48000 Hz at most: sound of 96000 Hz is converted."]


@pytest.mark.parametrize(
    ("codec", "fields", "wanted"),
    [
        ("prores_ks", {"codec": "pcm_s24le", "sample_format": "s32"}, "pcm_s24le"),
        ("prores_ks", {}, "pcm_s16le"),
        ("prores_ks", {"codec": "aac", "sample_format": "fltp"}, "pcm_s16le"),
    ],
)
def test_the_usual_sound_beside_prores_is_as_deep_as_the_source(film, codec, fields, wanted):
    assert pairs(choose(film, sound(**fields), video_codec=codec)[0].sound) == [(1, wanted)]


def test_a_job_of_an_older_version_keeps_its_sound_and_subtitles(film):
    """Their streams were not chosen one by one; such a job may be half done when the program is renewed."""
    source = film(streams=(Stream(index=0, kind="video", codec="h264"), sound(1), sound(2)))
    settings = as_data(choose_settings({"container": "mkv"}, source, []))
    del settings["company"]
    settings |= {"audio": "encode", "audio_codec": "aac", "subtitles": [[3, "copy"]]}
    facts = as_data(Recipe(settings=choose_settings({}, source, []), film=source)) | {"settings": settings}
    company = recipe_of(SimpleNamespace(facts=facts)).settings.company

    assert (pairs(company.sound), pairs(company.subtitles)) == ([(1, "aac"), (2, "aac")], [(3, "copy")])
