"""What a picture is made of: formats that lose nothing, proven on each job, and transparency (faults.md 1)."""

import av
import numpy as np
import OpenImageIO as oiio
import pytest

from tests.engines.ffmpeg.conftest import make_job
from zordon_app.domain.jobs import proof_of
from zordon_app.engines.ffmpeg.formats import _LOSSLESS, _REARRANGED, compared_format, exact_format
from zordon_app.errors import BadRequest
from zordon_app.render.check import BadArtifact, prove_artifact

pytestmark = pytest.mark.engines

ARCHIVE = {"container": "mkv", "video_codec": "ffv1", "audio_codec": "flac", "lossless": True}
NOISE = "testsrc2=s={size}:r=25:d=0.4,noise=c0s=20:c1s=20:c2s=20"
SOURCES = {
    "dv411.dv": ("720x480", "-r 30000/1001 -c:v dvvideo -pix_fmt yuv411p", "yuv411p"),
    "mjpeg422.avi": ("64x36", "-c:v mjpeg -q:v 3 -pix_fmt yuvj422p", "yuvj422p"),
    "uyvy.mov": ("64x36", "-c:v rawvideo -pix_fmt uyvy422", "uyvy422"),
    "rgb.avi": ("64x36", "-c:v rawvideo -pix_fmt bgr24", "bgr24"),
    "png.mov": ("63x35", "-c:v png -pix_fmt rgb24", "rgb24"),
    "prores4444.mov": ("64x36", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le", "yuva444p12le"),
    "hevc12.mkv": ("64x36", "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p12le", "yuv420p12le"),
    "odd.mkv": ("63x35", "-c:v libvpx-vp9 -pix_fmt yuv420p", "yuv420p"),
    "palette.mov": ("64x36", "-c:v qtrle -pix_fmt gray", "pal8"),
}
THREE = ("dv411.dv", "mjpeg422.avi", "prores4444.mov")
OTHERS = [pytest.param(name, marks=pytest.mark.thorough) for name in SOURCES if name not in THREE]


def decoded(studio, path, pixel_format):
    text = studio.ffmpeg("-i", path, "-map", "0:v:0", "-pix_fmt", pixel_format, "-f", "framemd5", "-")
    return [line.rsplit(",", 1)[-1] for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", [*THREE, *OTHERS])
def test_an_archive_holds_each_number_of_its_source(studio, sources, name):
    size, options, pixels = SOURCES[name]
    source = sources.make(name, "-f", "lavfi", "-i", NOISE.format(size=size), *options.split())
    made = studio.make(source, ARCHIVE)

    # Where the full range of a source was kept, 5.1 would turn it back: compared as it is there.
    compared = compared_format(pixels)
    assert decoded(studio, made.path, compared.replace("yuvj", "yuv")) == decoded(studio, source, compared)
    with av.open(str(made.path)) as container:
        assert container.streams.video[0].codec_context.pix_fmt == exact_format(pixels)


def test_png_of_16_bits_with_alpha_is_kept_whole(studio, tmp_path):
    studio.ffmpeg("-f", "lavfi", "-i", NOISE.format(size="64x36"), "-pix_fmt", "rgba64be", tmp_path / "shot_%04d.png")
    made = studio.make(tmp_path / "shot_0001.png", {**ARCHIVE, "sequence_fps": 25})

    pattern = ("-framerate", "25", "-i", tmp_path / "shot_%04d.png", "-pix_fmt", "rgba64be", "-f", "framemd5", "-")
    wanted = [line.rsplit(",", 1)[-1] for line in studio.ffmpeg(*pattern).splitlines() if not line.startswith("#")]
    assert decoded(studio, made.path, "rgba64be") == wanted


@pytest.mark.parametrize(
    ("codec", "kept"),
    [("pcm_s24le", "flac"), ("pcm_s16be", "flac"), ("pcm_f32le", "pcm_f32le"), ("aac", "aac"), ("ac3", "ac3")],
)
def test_the_sound_of_an_archive_is_that_of_its_source(one_studio, sources, codec, kept):
    noise = "anoisesrc=d=1:r=48000:seed=1,aformat=channel_layouts=stereo"
    picture = ("-f", "lavfi", "-i", NOISE.format(size="64x36"))
    source = sources.make("sound.mov", *picture, "-f", "lavfi", "-i", noise, "-c:v", "prores_ks", "-c:a", codec)
    made = one_studio.make(source, ARCHIVE)

    whole = ("-c:a", "pcm_f64le")
    assert one_studio.sound_hash(made.path, *whole) == one_studio.sound_hash(source, *whole)
    with av.open(str(made.path)) as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == kept


def test_an_archive_that_lost_something_is_no_result(one_studio, sources):
    source = sources.film("24.mp4")
    request, plan = one_studio.plan(source, ARCHIVE)
    assert len(plan.units) == 2
    job, unit, folder = make_job(source, request, plan, one_studio.build), plan.units[1], one_studio.tmp / "unit"
    folder.mkdir()
    one_studio.run_unit(job, unit, folder, one_studio.build)
    made = folder / unit.file
    proof = folder / "attempt-1" / proof_of(made).name
    proof.rename(proof_of(made))
    prove_artifact(made, unit.expected)

    lines = proof_of(made).read_text().splitlines()
    lines[-3] = lines[-3][:-1] + ("0" if lines[-3][-1] != "0" else "1")
    proof_of(made).write_text("\n".join(lines))
    frames = unit.expected.frames
    with pytest.raises(BadArtifact, match=f"its frame {frames - 2} is not that of the source"):
        prove_artifact(made, unit.expected)
    proof_of(made).unlink()
    with pytest.raises(BadArtifact, match="nothing is there to prove it by"):
        prove_artifact(made, unit.expected)


@pytest.mark.parametrize("name", ["sizes.ts", "sizes.mkv"])
def test_a_film_that_changes_its_size_is_not_called_lossless(studio, sources, tmp_path, name):
    parts = [
        sources.make(f"{size}.ts", "-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=1", "-c:v", "mpeg2video")
        for size in ("64x36", "32x18")
    ]
    path = tmp_path / "sizes.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    if name.endswith("mkv"):
        studio.ffmpeg("-i", path, "-c", "copy", tmp_path / name)
    with pytest.raises((BadArtifact, BadRequest), match=r"not that of the source|change their size|frames, not"):
        studio.make(tmp_path / name, ARCHIVE)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [({"video_codec": "libx264"}, "libx264 loses something"), ({"width": 32}, "width would change the picture")],
)
def test_what_would_lose_something_is_refused(one_studio, sources, args, sentence):
    with pytest.raises(BadRequest, match=sentence):
        one_studio.plan(sources.film("24.mp4"), {**ARCHIVE, **args})


@pytest.mark.thorough
@pytest.mark.parametrize("pixels", [*_LOSSLESS, *(name for names in _REARRANGED.values() for name in names)])
def test_every_format_of_the_table_is_kept_by_ffv1(studio, pixels):
    source, made, compared = studio.tmp / "a.nut", studio.tmp / "b.mkv", compared_format(pixels)
    # FFV1 of 9.0 loses the last columns of colour where it has a quarter of an odd width; the proof finds that.
    size = "64x36" if "41" in pixels else "63x35"
    try:
        studio.ffmpeg("-f", "lavfi", "-i", NOISE.format(size=size), "-pix_fmt", pixels, "-c:v", "rawvideo", source)
        wanted = decoded(studio, source, compared)
    except AssertionError:
        pytest.skip(f"this FFmpeg makes no {pixels}")
    studio.ffmpeg("-i", source, "-c:v", "ffv1", "-pix_fmt", exact_format(pixels), made)
    assert decoded(studio, made, compared) == wanted


# Transparency


@pytest.fixture
def glass(tmp_path):
    """OpenEXR as Blender writes it: colours multiplied by their alpha of 1, 0.5 and 0, side by side."""
    for number in (1, 2, 3):
        pixels = np.zeros((36, 96, 4), np.float32)
        pixels[:, :32] = (0.5, 0.25, 0.125, 1.0)
        pixels[:, 32:64] = (0.25, 0.125, 0.0625, 0.5)
        image = oiio.ImageBuf(oiio.ImageSpec(96, 36, 4, "half"))
        image.set_pixels(oiio.ROI(), pixels)
        assert image.write(str(tmp_path / f"glass_{number:04d}.exr")), image.geterror()
    return tmp_path / "glass_0001.exr"


def rgba(studio, path, *decoder):
    """The first frame's pixels in the middle of each third; their colours are not multiplied by the alpha."""
    out = studio.tmp / "frame.raw"
    studio.ffmpeg(*decoder, "-i", path, "-frames:v", "1", "-pix_fmt", "rgba", "-f", "rawvideo", out)
    pixels = np.fromfile(out, np.uint8).reshape(36, 96, 4)
    return [tuple(int(value) for value in pixels[18, column]) for column in (16, 48, 80)]


@pytest.mark.parametrize(
    "args",
    [
        {"container": "mov", "video_codec": "prores_ks", "preset": "4444", "pixel_format": "yuva444p10le"},
        {"container": "mov", "video_codec": "prores_ks", "preset": "4444"},
        {"container": "mkv", "video_codec": "ffv1", "pixel_format": "yuva444p10le"},
        {"container": "mkv", "video_codec": "ffv1", "pixel_format": "bgra"},
    ],
)
def test_the_alpha_of_openexr_is_kept_with_the_colours_beside_it(studio, glass, args):
    solid, half, clear = rgba(studio, studio.make(glass, args).path)

    assert solid == pytest.approx((188, 137, 99, 255), abs=4)
    assert half == pytest.approx((188, 137, 99, 128), abs=4)
    assert clear[3] == 0


@pytest.fixture(params=["libvpx-vp9", "libvpx"])
def web(request, sources):
    """A film for browsers whose alpha lies beside its packets: opaque on the left, half clear in the middle."""
    alpha = "format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lt(X,32)+128*between(X,32,63)'"
    picture = ("-f", "lavfi", "-i", f"color=c=0x408020:s=96x36:r=24:d=1,{alpha}")
    return sources.make(f"{request.param}.webm", *picture, "-c:v", request.param, "-auto-alt-ref", "0")


@pytest.mark.parametrize(
    ("args", "decoder"),
    [
        ({"container": "mov", "video_codec": "prores_ks", "preset": "4444"}, ()),
        ({"container": "webm", "video_codec": "libvpx-vp9", "preset": "8"}, ("-c:v", "libvpx-vp9")),
    ],
)
def test_the_alpha_of_films_for_the_web_is_kept(studio, web, args, decoder):
    solid, half, clear = rgba(studio, studio.make(web, args).path, *decoder)

    assert [solid[3], half[3], clear[3]] == pytest.approx([255, 128, 0], abs=3)
    assert solid[:3] == pytest.approx((0x40, 0x80, 0x20), abs=4)


def test_the_alpha_of_hevc_is_kept_or_its_loss_told(studio, sources):
    picture = ("-f", "lavfi", "-i", "color=red@0.5:s=96x36:d=0.5,format=yuva420p")
    source = sources.make("alpha.mp4", *picture, "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1")
    made = studio.make(source, {"container": "mov", "video_codec": "prores_ks", "preset": "4444"})

    is_told = any("reads no transparency of HEVC" in warning for warning in made.plan.warnings)
    assert is_told == studio.build.version.startswith("5.")
    assert rgba(studio, made.path)[1][3] == pytest.approx(255 if is_told else 128, abs=3)


def test_a_codec_without_alpha_says_that_it_has_none(one_studio, web, glass):
    for source in (web, glass):
        _request, plan = one_studio.plan(source, {"container": "mp4"})
        assert any("The source can be transparent, H.264" in warning for warning in plan.warnings)


def test_dolby_vision_without_another_picture_is_told(one_studio, sources):
    picture = ("-f", "lavfi", "-i", "testsrc2=s=64x36:d=0.2", "-c:v", "libx265", "-x265-params", "log-level=none")
    five = sources.make("five.mp4", *picture, "-tag:v", "dvh1", "-strict", "unofficial")
    usual = sources.make("usual.mp4", *picture, "-tag:v", "hvc1")

    assert any("Dolby Vision" in warning for warning in one_studio.engine.look(five).warnings)
    assert one_studio.engine.look(usual).warnings == []
