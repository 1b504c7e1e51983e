"""From what a person asked for to what FFmpeg is told: every choice made, and everything that does not fit refused."""

from fractions import Fraction
from typing import Any

from msgspec import Struct, structs

from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.filters import FILTERS, read_filters
from zordon_app.engines.ffmpeg.formats import (
    CODECS,
    CONTAINERS,
    PROFILES_OF_PIXEL_FORMATS,
    Codec,
    Container,
    compared_format,
    exact_format,
    has_alpha,
    has_depth,
)
from zordon_app.engines.ffmpeg.geometry import fit_picture
from zordon_app.engines.ffmpeg.streams import Company, choose_company
from zordon_app.errors import BadRequest

_FASTEST_GIF = Fraction(50)
_CHANGING = (
    "width",
    "height",
    "fps",
    "filters",
    "pixel_format",
    "crf",
    "video_bitrate",
    "preset",
    "trim_start",
    "trim_end",
)
"""Arguments that copying cannot follow; it cuts at key pictures only."""


class Settings(Struct, frozen=True, kw_only=True):
    """All choices for an output; bit rates are kbit/s, sizes pixels. Empty or 0 means that nothing is said."""

    container: str
    video_codec: str
    preset: str = ""
    crf: float | None = None
    video_bitrate: int = 0
    pixel_format: str = ""
    filters: tuple[str, ...] = ()
    """In FFmpeg's syntax, ending with the size."""
    memory: str = ""
    """The first filter that needs earlier pictures."""
    width: int = 0
    height: int = 0
    fps: str = ""
    """A constant frame rate to convert to, as a fraction; empty: the source's time stamps stay."""
    two_pass: bool = False
    lossless: str = ""
    """The pixel format in which source and result are compared, where nothing may be lost."""
    is_full_range: bool = False
    """Whether the picture uses all values, black to white, and shall keep them."""
    company: Company = Company()
    audio_bitrate: int = 0
    raw: str = ""


def choose_settings(args: dict[str, Any], film: Film, warnings: list[str]) -> Settings:
    """The settings for ``args`` (already checked one by one) and a source; remarks go to ``warnings``.

    Raises:
        BadRequest: things that do not go together; the sentence says which and what does.
    """
    name = _container_name(args)
    container = CONTAINERS[name]
    codec_name = args.get("video_codec") or container.video[0]
    if codec_name not in container.video:
        raise BadRequest(
            "{container} cannot hold {codec}. It takes {known}.",
            code="codec_misfit",
            container=name,
            codec=codec_name,
            known=", ".join(container.video),
        )
    codec = CODECS[codec_name]
    _check_copy(args, film, codec_name, name, container)
    _check_lossless(args, film, codec_name)
    asked = read_filters(args.get("filters") or [])
    pixel_format, preset = _pixels(args, film, codec_name, codec)
    _tell_of_alpha(film, pixel_format, codec_name, codec, warnings)
    picture = fit_picture(args, film, asked, pixel_format, codec_name, warnings)
    return Settings(
        container=name,
        video_codec=codec_name,
        preset=preset,
        crf=_quality(args, codec_name, codec),
        video_bitrate=_bitrate(args, codec_name, codec),
        pixel_format=pixel_format,
        filters=picture.filters,
        memory=next((item.name for item in asked if FILTERS[item.name].has_memory), ""),
        width=picture.width,
        height=picture.height,
        fps=_rate(args, film, name, warnings),
        two_pass=_two_pass(args, codec_name, codec),
        lossless=compared_format(film.pixel_format) if args.get("lossless") and codec_name == "ffv1" else "",
        is_full_range=codec_name == "ffv1" and film.pixel_format.startswith("yuvj"),
        company=choose_company(args, film, codec_name, name, container, warnings),
        audio_bitrate=int(args.get("audio_bitrate") or 0),
        raw=str(args.get("raw") or ""),
    )


def _container_name(args: dict[str, Any]) -> str:
    if args.get("container"):
        return str(args["container"])
    codec = args.get("video_codec")
    if codec is None:
        return "mp4"
    return next(name for name, container in CONTAINERS.items() if codec in container.video)


def _check_copy(args: dict[str, Any], film: Film, codec: str, name: str, container: Container) -> None:
    if codec != "copy":
        return
    used = [key for key in _CHANGING if args.get(key)]
    if used:
        raise BadRequest(
            "Copying the picture leaves it as it is; {names} would change it. Choose a codec.",
            code="copy_changes",
            names=", ".join(used),
        )
    if film.sequence is not None:
        raise BadRequest("Images cannot be copied into a film; choose a codec.", code="copy_images")
    if container.pictures and film.codec not in container.pictures:
        raise BadRequest(
            "{container} cannot hold {codec} as it is; choose a codec, or mkv.",
            code="copy_misfit",
            container=name,
            codec=film.codec or "this picture",
        )


_LOSING = ("width", "height", "fps", "filters", "pixel_format", "raw")


def _check_lossless(args: dict[str, Any], film: Film, codec: str) -> None:
    if not args.get("lossless"):
        return
    if codec not in {"ffv1", "copy"}:
        raise BadRequest("{codec} loses something; nothing is lost with ffv1 or copy.", code="lossy_codec", codec=codec)
    used = [key for key in _LOSING if args.get(key)]
    if used:
        raise BadRequest(
            "Nothing may be lost, but {names} would change the picture. Leave it out, or leave lossless out.",
            code="lossless_changes",
            names=", ".join(used),
        )
    if codec == "ffv1" and (film.is_linear or not exact_format(film.pixel_format)):
        raise BadRequest(
            "FFV1 cannot keep every number of {pixels} pictures; leave lossless out, or copy the picture.",
            code="lossless_pixels",
            pixels=film.pixel_format or "such",
        )


def _tell_of_alpha(film: Film, pixel_format: str, name: str, codec: Codec, warnings: list[str]) -> None:
    if name in {"copy", "gif"} or not has_alpha(film.pixel_format) or has_alpha(pixel_format):
        return
    warnings.append(
        f"The source can be transparent, {codec.label} in {pixel_format} cannot: "
        "what is transparent shows the colour that lies under it."
    )


def _pixels(args: dict[str, Any], film: Film, name: str, codec: Codec) -> tuple[str, str]:
    """Pixel format and preset, which belong together where the preset is a profile."""
    chosen, preset = str(args.get("pixel_format") or ""), str(args.get("preset") or "")
    if chosen and chosen not in codec.pixel_formats:
        offered = ", ".join(codec.pixel_formats) or "no choice of pixel formats"
        raise BadRequest(
            "{codec} does not take {chosen}. It has {known}.",
            code="pixels_misfit",
            codec=codec.label,
            chosen=chosen,
            known=offered,
        )
    if preset and preset not in codec.presets:
        raise BadRequest(
            "{codec} has no preset {preset!r}. It has: {known}.",
            code="encoder_preset",
            codec=codec.label,
            preset=preset,
            known=", ".join(codec.presets) or "none",
        )
    profiles = PROFILES_OF_PIXEL_FORMATS.get(name)
    if profiles is None:
        return chosen or _usual_pixels(film, name, codec), preset or codec.preset
    return _match_profile(profiles, chosen, preset, codec, film)


def _match_profile(
    profiles: dict[str, tuple[str, ...]], chosen: str, preset: str, codec: Codec, film: Film
) -> tuple[str, str]:
    if chosen and preset and preset not in profiles[chosen]:
        raise BadRequest(
            "The {codec} profile {preset!r} does not take {chosen}; with it go {known}.",
            code="profile_misfit",
            codec=codec.label,
            preset=preset,
            chosen=chosen,
            known=", ".join(profiles[chosen]),
        )
    if preset and not chosen:
        fitting = [pixels for pixels, names in profiles.items() if preset in names]
        with_alpha = [pixels for pixels in fitting if has_alpha(pixels) == has_alpha(film.pixel_format)]
        return (with_alpha or fitting)[0], preset
    pixels = chosen or _usual_of_profiles(profiles, film, codec)
    return pixels, preset or profiles[pixels][0]


def _usual_of_profiles(profiles: dict[str, tuple[str, ...]], film: Film, codec: Codec) -> str:
    with_alpha = [pixels for pixels in profiles if has_alpha(pixels)] if has_alpha(film.pixel_format) else []
    return (with_alpha or codec.pixel_formats)[0]


def _usual_pixels(film: Film, name: str, codec: Codec) -> str:
    if name in {"copy", "gif"}:
        return ""
    if name == "ffv1" and (exact := exact_format(film.pixel_format)):
        return exact
    if name == "libvpx-vp9" and has_alpha(film.pixel_format):
        return "yuva420p"
    deeper = "yuv420p10le"
    # HEVC and AV1 players take ten bits; players of H.264 and VP9 often do not.
    if name in {"libx265", "libsvtav1"} and has_depth(film.pixel_format) and film.sequence is None:
        return deeper
    return codec.pixel_formats[0]


def _quality(args: dict[str, Any], name: str, codec: Codec) -> float | None:
    crf = args.get("crf")
    if crf is None:
        return None if args.get("video_bitrate") or codec.crf is None else float(codec.default_crf)
    if codec.crf is None:
        raise BadRequest(
            "{codec} ({name}) has no constant quality; leave crf out.", code="no_crf", codec=codec.label, name=name
        )
    if args.get("video_bitrate"):
        raise BadRequest(
            "Give either a quality (crf) or a bit rate (video_bitrate), not both.", code="quality_and_bitrate"
        )
    low, high = codec.crf
    if not low <= crf <= high:
        raise BadRequest(
            "The quality (crf) of {codec} goes from {low} to {high}, not {crf}.",
            code="crf_range",
            codec=codec.label,
            low=low,
            high=high,
            crf=f"{crf:g}",
        )
    return float(crf)


def _bitrate(args: dict[str, Any], name: str, codec: Codec) -> int:
    rate = int(args.get("video_bitrate") or 0)
    if rate and not codec.takes_bitrate:
        raise BadRequest(
            "{codec} ({name}) takes no bit rate; leave video_bitrate out.",
            code="no_bitrate",
            codec=codec.label,
            name=name,
        )
    return rate


def _two_pass(args: dict[str, Any], name: str, codec: Codec) -> bool:
    if not args.get("two_pass"):
        return False
    if not codec.takes_two_passes:
        raise BadRequest("{codec} ({name}) has no two passes here.", code="no_two_pass", codec=codec.label, name=name)
    if not args.get("video_bitrate"):
        raise BadRequest(
            "Two passes serve to meet a bit rate; give video_bitrate, or leave two_pass out.",
            code="two_pass_needs_bitrate",
        )
    return True


def _rate(args: dict[str, Any], film: Film, container: str, warnings: list[str]) -> str:
    """The constant rate to convert to; empty when the source's time stamps may stay."""
    source = with_rate(film, args).rate
    wanted = as_rate(float(args["fps"])) if args.get("fps") else source
    if container == "gif" and wanted > _FASTEST_GIF:
        warnings.append("A GIF shows 50 frames per second at most; it gets 50.")
        wanted = _FASTEST_GIF
    if wanted and (not source or abs(wanted / source - 1) > Fraction(1, 10_000)):
        return str(wanted)
    # An AVI has no time stamps of its own, only a rate.
    return str(source) if container == "avi" and source and film.sequence is None else ""


def with_rate(film: Film, args: dict[str, Any]) -> Film:
    """Images with the frame rate that was asked for them; films as they are."""
    if film.sequence is None:
        return film
    return structs.replace(film, fps=str(as_rate(float(args.get("sequence_fps") or 24))))


def as_rate(fps: float) -> Fraction:
    """A frame rate as the fraction that is meant: 29.97 is 30000/1001, 23.976 is 24000/1001."""
    nearest = Fraction(round(fps) * 1000, 1001)
    if abs(float(nearest) - fps) < 0.005 and fps != round(fps):
        return nearest
    return Fraction(fps).limit_denominator(1001)
