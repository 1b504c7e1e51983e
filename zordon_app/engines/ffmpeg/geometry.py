"""The size of the picture: filters, scaling, and the even numbers that most pixel formats need."""

from fractions import Fraction
from typing import Any

from msgspec import Struct

from zordon_app.engines.ffmpeg.film import Film
from zordon_app.engines.ffmpeg.filters import AskedFilter
from zordon_app.engines.ffmpeg.formats import halved, has_alpha, is_rgb
from zordon_app.errors import BadRequest

_SMALLEST_DNXHR = (256, 120)

_BRIGHTER = (
    "format=gbrpf32le,setparams=colorspace=gbr:color_primaries=bt709:color_trc=linear:range=pc,"
    "zscale=t=iec61966-2-1:p=bt709:m=gbr:r=full,format=gbrp16le"
)
"""Linear light to sRGB. Measured against OpenImageIO, in 5.1 and 9.0; shorter ways fail (engines.md, section 6)."""

_BRIGHTER_WITH_ALPHA = (
    f"format=gbrapf32le,unpremultiply=inplace=1,split[c][a];[c]{_BRIGHTER}[s];[a]format=gbrap16le,alphaextract,"
    "format=gray16le[m];[s][m]mergeplanes=map0s=0:map0p=0:map1s=0:map1p=1:map2s=0:map2p=2:map3s=1:map3p=0:"
    "format=gbrap16le"
)
"""The same with alpha. OpenEXR holds colours that are multiplied by it, films those that are not. Colour and alpha go
apart: zscale of 5.1 takes room above white from the alpha, that of 9.0 multiplies the colours by it in between."""


class Picture(Struct, frozen=True, kw_only=True):
    """The picture after all filters, pixels; 0 where it stays unknown."""

    filters: tuple[str, ...]
    width: int
    height: int


def fit_picture(
    args: dict[str, Any],
    film: Film,
    asked: list[AskedFilter],
    pixel_format: str,
    codec: str,
    warnings: list[str],
) -> Picture:
    """The chain of filters, and the size that comes out of it.

    Raises:
        BadRequest: a crop outside the picture, or a size that the codec does not take.
    """
    width, height = _after_filters(film, asked)
    chain = [_to_screen(film, pixel_format)] if film.is_linear and codec != "copy" else []
    chain += [item.text for item in asked]
    wanted = _wanted_size(args, width, height, pixel_format)
    if wanted is None:
        # FFV1 takes odd sizes too, and nothing of a picture shall be lost there.
        wanted = (width, height) if codec == "ffv1" else _even(width, height, pixel_format)
        if wanted != (width, height):
            warnings.append(_cut_sentence(width, height, wanted, pixel_format))
            chain.append(f"crop={wanted[0]}:{wanted[1]}:0:0")
        chain += _to_yuv(film, pixel_format, size="")
    else:
        _warn_of_odd(args, wanted, warnings)
        chain += _to_yuv(film, pixel_format, size=f"{wanted[0]}:{wanted[1]}") or [f"scale={wanted[0]}:{wanted[1]}"]
        chain += ["setsar=1"] if Fraction(film.sample_aspect) == 1 else []
    if codec == "ffv1" and film.pixel_format.startswith("yuvj"):
        chain += ["scale=out_range=pc", f"format={pixel_format}"]
    _check_codec(codec, wanted)
    return Picture(filters=tuple(chain), width=wanted[0], height=wanted[1])


def _to_screen(film: Film, pixel_format: str) -> str:
    return _BRIGHTER_WITH_ALPHA if has_alpha(film.pixel_format) and has_alpha(pixel_format) else _BRIGHTER


def _after_filters(film: Film, asked: list[AskedFilter]) -> tuple[int, int]:
    width, height = film.width, film.height
    for item in asked:
        if item.name == "crop":
            _check_crop(item, width, height)
        width, height = item.resize(width, height)
    return width, height


def _check_crop(item: AskedFilter, width: int, height: int) -> None:
    right = int(item.values["w"]) + int(item.values.get("x", "0"))
    bottom = int(item.values["h"]) + int(item.values.get("y", "0"))
    if right > width or bottom > height:
        raise BadRequest(
            "{filter} reaches outside the picture, which is {width}×{height} there.",
            code="crop_outside",
            filter=item.text,
            width=width,
            height=height,
        )


def _wanted_size(args: dict[str, Any], width: int, height: int, pixel_format: str) -> tuple[int, int] | None:
    asked_width, asked_height = int(args.get("width") or 0), int(args.get("height") or 0)
    if not asked_width and not asked_height:
        return None
    if asked_width and asked_height:
        return _even(asked_width, asked_height, pixel_format)
    if asked_width:
        return _nearest_even(asked_width, height * asked_width / width, pixel_format)
    return _nearest_even(width * asked_height / height, asked_height, pixel_format)


def _even(width: int, height: int, pixel_format: str) -> tuple[int, int]:
    half_width, half_height = halved(pixel_format)
    return (width - width % 2 if half_width else width, height - height % 2 if half_height else height)


def _nearest_even(width: float, height: float, pixel_format: str) -> tuple[int, int]:
    steps = [2 if half else 1 for half in halved(pixel_format)]
    wanted = [max(step, round(size / step) * step) for size, step in zip((width, height), steps, strict=True)]
    return wanted[0], wanted[1]


def _warn_of_odd(args: dict[str, Any], wanted: tuple[int, int], warnings: list[str]) -> None:
    asked = (args.get("width") or wanted[0], args.get("height") or wanted[1])
    if asked != wanted:
        warnings.append(f"The size must be even here: it becomes {wanted[0]}×{wanted[1]}.")


def _cut_sentence(width: int, height: int, wanted: tuple[int, int], pixel_format: str) -> str:
    lost = [name for name, differs in (("column", width != wanted[0]), ("row", height != wanted[1])) if differs]
    return (
        f"The picture is {width}×{height}, and {pixel_format} needs even sizes: its last {' and '.join(lost)} "
        f"of pixels {'is' if len(lost) == 1 else 'are'} cut off."
    )


def _to_yuv(film: Film, pixel_format: str, size: str) -> list[str]:
    """RGB becomes YUV by the rules of HD video, and says so; FFmpeg would take those of 1982, and round carelessly."""
    if not is_rgb(film.pixel_format) or not pixel_format.startswith("yuv"):
        return []
    place = f"{size}:" if size else ""
    rules = "out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int"
    said = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    return [f"scale={place}{rules}", f"format={pixel_format}", said]


def _check_codec(codec: str, size: tuple[int, int]) -> None:
    if codec == "dnxhd" and (size[0] < _SMALLEST_DNXHR[0] or size[1] < _SMALLEST_DNXHR[1]):
        raise BadRequest(
            "DNxHR needs at least {least_width}×{least_height}, not {width}×{height}.",
            code="dnxhr_small",
            least_width=_SMALLEST_DNXHR[0],
            least_height=_SMALLEST_DNXHR[1],
            width=size[0],
            height=size[1],
        )
