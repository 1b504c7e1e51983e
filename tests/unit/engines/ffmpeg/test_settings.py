from fractions import Fraction

import pytest

from zordon_app.engines.ffmpeg.formats import CODECS, CONTAINERS, PROFILES_OF_PIXEL_FORMATS
from zordon_app.engines.ffmpeg.settings import as_rate, choose_settings
from zordon_app.errors import BadRequest


def choose(film, **args):
    return choose_settings(args, film, [])


def test_usual_choices_of_each_container(film):
    found = {name: choose(film(), container=name) for name in CONTAINERS}

    assert {
        name: (settings.video_codec, *(track.codec for track in settings.company.sound))
        for name, settings in found.items()
    } == {
        "mp4": ("libx264", "aac"),
        "mov": ("libx264", "aac"),
        "mkv": ("libx264", "aac"),
        "webm": ("libvpx-vp9", "libopus"),
        "avi": ("libx264", "libmp3lame"),
        "gif": ("gif",),
    }


def test_a_codec_alone_brings_its_container(film):
    assert choose(film(), video_codec="prores_ks").container == "mov"
    assert choose(film(), video_codec="ffv1").container == "mov"
    assert choose(film(), video_codec="gif").container == "gif"
    assert choose(film(), video_codec="prores_ks").company.sound[0].codec == "pcm_s16le"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"container": "mp4", "video_codec": "prores_ks"}, "mp4 cannot hold prores_ks"),
        ({"container": "webm", "video_codec": "libx264"}, "webm cannot hold libx264"),
        ({"container": "webm", "audio_codec": "aac"}, "webm cannot hold aac sound"),
        ({"container": "webm", "video_codec": "copy"}, "webm cannot hold h264 as it is"),
        ({"container": "webm", "audio": "copy"}, "webm cannot hold aac sound as it is"),
        ({"container": "gif", "audio": "encode"}, "gif holds no sound"),
        ({"pixel_format": "gbrp"}, "H.264 does not take gbrp"),
        ({"preset": "hq"}, "H.264 has no preset 'hq'"),
        ({"video_codec": "prores_ks", "preset": "4444", "pixel_format": "yuv422p10le"}, "profile '4444' does not take"),
        ({"video_codec": "prores_ks", "crf": 20}, "no constant quality"),
        ({"video_codec": "ffv1", "video_bitrate": 500}, "takes no bit rate"),
        ({"crf": 60}, "goes from 0 to 51"),
        ({"crf": 20, "video_bitrate": 500}, "not both"),
        ({"two_pass": True}, "give video_bitrate"),
        ({"video_codec": "libsvtav1", "container": "mkv", "two_pass": True, "video_bitrate": 500}, "no two passes"),
        ({"video_codec": "copy", "width": 100}, "width would change it"),
        ({"video_codec": "copy", "trim_start": 3}, "trim_start would change it"),
        ({"video_codec": "dnxhd", "width": 128}, "DNxHR needs at least 256×120"),
        ({"filters": ["crop=2000:100"]}, "reaches outside the picture, which is 1920×1080"),
    ],
)
def test_what_does_not_go_together_is_refused(film, args, sentence):
    with pytest.raises(BadRequest, match=sentence):
        choose(film(), **args)


def test_profile_and_pixel_format_choose_each_other(film):
    assert choose(film(), video_codec="prores_ks", preset="4444").pixel_format == "yuv444p10le"
    with_alpha = film(pixel_format="yuva444p10le")
    assert choose(with_alpha, video_codec="prores_ks", preset="4444").pixel_format == "yuva444p10le"
    assert choose(film(), video_codec="prores_ks", pixel_format="yuva444p10le").preset == "4444"
    assert choose(film(), video_codec="dnxhd", pixel_format="yuv422p10le").preset == "hqx"


def test_profiles_are_the_presets_of_their_codec():
    for codec, profiles in PROFILES_OF_PIXEL_FORMATS.items():
        assert set(profiles) == set(CODECS[codec].pixel_formats)
        assert {name for names in profiles.values() for name in names} == set(CODECS[codec].presets)


def test_every_codec_is_in_some_container_and_its_parts_too():
    for name, codec in CODECS.items():
        assert any(name in container.video for container in CONTAINERS.values())
        assert codec.preset in (*codec.presets, "")


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(29.97, "30000/1001"), (23.976, "24000/1001"), (59.94, "60000/1001"), (25, "25"), (24.0, "24"), (12.5, "25/2")],
)
def test_rates_are_the_fractions_that_are_meant(fps, rate):
    assert as_rate(fps) == Fraction(rate)


def test_the_same_rate_changes_nothing(film):
    assert choose(film(fps="30000/1001"), fps=29.97).fps == ""
    assert choose(film(), fps=24).fps == ""
    assert choose(film(), fps=25).fps == "25"


def test_gifs_are_not_faster_than_they_can_be(film):
    warnings: list[str] = []

    assert choose_settings({"container": "gif"}, film(fps="60"), warnings).fps == "50"
    assert "50 frames per second" in warnings[0]


def test_images_have_the_rate_asked_for(images):
    assert choose(images).fps == ""
    assert choose(images, sequence_fps=25, fps=50).fps == "50"
    assert choose(images, sequence_fps=25, fps=25).fps == ""


@pytest.mark.parametrize(
    ("args", "size"),
    [
        ({}, (1920, 1080)),
        ({"width": 1280}, (1280, 720)),
        ({"width": 101}, (100, 56)),
        ({"height": 720}, (1280, 720)),
        ({"width": 333, "height": 333}, (332, 332)),
        ({"width": 333, "height": 333, "pixel_format": "yuv444p"}, (333, 333)),
        ({"filters": ["crop=801:601:10:10"]}, (800, 600)),
        ({"filters": ["transpose=clock"]}, (1080, 1920)),
    ],
)
def test_sizes_are_what_the_pixel_format_can_hold(film, args, size):
    settings = choose(film(), **args)

    assert (settings.width, settings.height) == size


def test_filters_with_memory_are_named(film):
    assert choose(film(), filters=["hflip", "hqdn3d=4"]).memory == "hqdn3d"
    assert choose(film(), filters=["hflip", "eq=contrast=1.1"]).memory == ""


def test_images_become_yuv_by_the_rules_of_hd(images, film):
    assert "out_color_matrix=bt709" in ",".join(choose(images).filters)
    assert choose(film()).filters == ()
