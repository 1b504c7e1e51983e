"""Options of the encoders."""

from zordon_app.engines.ffmpeg.settings import Settings

_STATISTICS = "zordon-pass"
"""Relative: written into the private folder in which FFmpeg runs."""


def picture_options(settings: Settings) -> list[str]:
    """Codec, quality, preset and pixel format of the picture."""
    options = ["-c:v", settings.video_codec, *_preset(settings)]
    if settings.video_bitrate:
        options += ["-b:v", f"{settings.video_bitrate}k"]
    elif settings.crf is not None:
        options += ["-crf", f"{settings.crf:g}"]
        # Without this VP9 takes its quality for an upper limit beside a bit rate.
        options += ["-b:v", "0"] if settings.video_codec == "libvpx-vp9" else []
    if settings.pixel_format:
        options += ["-pix_fmt", settings.pixel_format]
    if settings.is_full_range:
        # Without this 9.0 makes room above white and below black, and rounds; 5.1 needs the filter for it.
        options += ["-color_range", "pc"]
    # Apple's players want HEVC under this name.
    return [*options, *(["-tag:v", "hvc1"] if _is_hevc_in_mp4(settings) else [])]


def _is_hevc_in_mp4(settings: Settings) -> bool:
    return settings.video_codec == "libx265" and settings.container in {"mp4", "mov"}


def _preset(settings: Settings) -> list[str]:
    preset = settings.preset
    match settings.video_codec:
        case "libx264" | "libx265" | "libsvtav1":
            return ["-preset", preset]
        case "libvpx-vp9":
            return ["-deadline", "good", "-cpu-used", preset, "-row-mt", "1"]
        case "prores_ks":
            return ["-profile:v", preset, "-vendor", "apl0"]
        case "dnxhd":
            return ["-profile:v", f"dnxhr_{preset}"]
        case "ffv1":
            return ["-level", "3", "-slicecrc", "1"]
    return []


def pass_options(settings: Settings, number: int) -> list[str]:
    """What makes an encode the first or the second of two passes."""
    if settings.video_codec == "libx265":
        return ["-x265-params", f"pass={number}:stats={_STATISTICS}"]
    return ["-pass", str(number), "-passlogfile", _STATISTICS]
