"""Any image a render makes, as a person sees it: eight bits, sRGB, no alpha, small.

Float files hold linear light; whole-number files hold what a screen shows. The files' own words are not asked:
Blender marks its DPX as linear and writes sRGB values into it (measured with 3.4).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zordon_app.errors import PreviewFailed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pixels = npt.NDArray[np.float32]

LIGHT_CELL, DARK_CELL, CELL_PIXELS = 0.6, 0.4, 8
"""The checker behind transparent pictures: grey values of a screen, and the size of a square."""
_THREADS = 1  # The machine is busy rendering; a preview is never worth more than one core.


def read_picture(path: Path, width: int, *, exposure: float = 0.0) -> "Pixels":
    """The picture at most ``width`` pixels wide: rows × columns × 3, display values of 0–1.

    Of files with many layers the combined one is taken. ``exposure`` is in stops.

    Raises:
        PreviewFailed: not an image, or damaged.
    """
    import OpenImageIO as oiio

    subimage, channels = _find_colour(path)
    first, end = min(channels), max(channels) + 1
    image = oiio.ImageBuf(str(path), subimage, 0)
    if not image.read(subimage, 0, first, end, True, oiio.TypeDesc("unknown")) or image.has_error:
        raise PreviewFailed(f"{path.name} is damaged: {_short(image.geterror())}.")
    is_linear = image.spec().format.basetype in {oiio.HALF, oiio.FLOAT, oiio.DOUBLE}
    is_log = image.spec().get_string_attribute("oiio:ColorSpace") == "KodakLog" or (
        image.spec().get_string_attribute("dpx:Transfer") == "Printing density"
    )
    small = _shrink(_prepare(image, exposure if is_linear else None), width)
    pixels = small.get_pixels(oiio.FLOAT)[:, :, [channel - first for channel in channels]]
    return _to_display(pixels, is_linear=is_linear, is_log=is_log, exposure=exposure)


def colour_channels(names: Sequence[str]) -> tuple[int, list[int]]:
    """Which channels make the picture: a rank (lower is better) and the indices of red, green, blue (, alpha) or grey.

    The unnamed layer comes first, then what the compositor made, then a combined pass, then any layer with colour.
    """
    layers: dict[str, dict[str, int]] = {}
    for index, name in enumerate(names):
        layer, _, channel = name.rpartition(".")
        layers.setdefault(layer, {}).setdefault(channel.upper(), index)
    coloured = [(_rank(layer), place, found) for place, (layer, found) in enumerate(layers.items()) if "R" in found]
    coloured = [entry for entry in coloured if {"G", "B"} <= entry[2].keys()]
    if coloured:
        rank, _, best = min(coloured, key=lambda entry: entry[:2])
        return rank, [best[letter] for letter in "RGBA" if letter in best]
    grey = {name.upper(): index for index, name in enumerate(names)}
    return 4, [grey.get("Y", 0), *([grey["A"]] if "A" in grey and len(names) > 1 else [])]


def _rank(layer: str) -> int:
    if layer in {"", "Composite.Combined"}:
        return 0 if layer == "" else 1
    return 2 if layer.endswith("Combined") else 3


def _find_colour(path: Path) -> tuple[int, list[int]]:
    import OpenImageIO as oiio

    image = oiio.ImageInput.open(str(path))
    if image is None:
        raise PreviewFailed(f"{path.name} is not an image that can be read: {_short(oiio.geterror())}.")
    try:
        found: list[tuple[int, int, list[int]]] = []
        while image.seek_subimage(len(found), 0):
            rank, channels = colour_channels(image.spec().channelnames)
            found.append((rank, len(found), channels))
        image.geterror()  # The seek past the last one leaves a message behind.
    finally:
        image.close()
    _, subimage, channels = min(found)
    return subimage, channels


def _prepare(image: Any, exposure: float | None) -> Any:
    """Upright and, for linear light, exposed and without the values that would spoil their neighbours when shrunk."""
    import OpenImageIO as oiio

    algorithms = oiio.ImageBufAlgo
    if image.spec().deep:
        image = algorithms.flatten(image, nthreads=_THREADS)
    if exposure is not None:
        algorithms.fixNonFinite(image, image, oiio.NONFINITE_BLACK, nthreads=_THREADS)
        if exposure:
            factors = [2.0**exposure if name[-1:] != "A" else 1.0 for name in image.spec().channelnames]
            algorithms.mul(image, image, factors, nthreads=_THREADS)
        algorithms.clamp(image, image, 0.0, 1.0, False, nthreads=_THREADS)
    if image.spec().get_int_attribute("Orientation", 1) != 1:
        image = algorithms.reorient(image, nthreads=_THREADS)
    return image


def _shrink(image: Any, width: int) -> Any:
    import OpenImageIO as oiio

    spec = image.spec()
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0) or 1.0
    wide = min(width, spec.full_width)
    high = max(1, round(spec.full_height * wide / (spec.full_width * aspect)))
    return oiio.ImageBufAlgo.resize(image, roi=oiio.ROI(0, wide, 0, high, 0, 1, 0, spec.nchannels), nthreads=_THREADS)


def _to_display(pixels: "Pixels", *, is_linear: bool, is_log: bool, exposure: float) -> "Pixels":
    colour, alpha = _split_alpha(pixels)
    if is_log:
        colour = _from_film_density(colour)
    if is_linear:
        return encode_srgb(_over_checker(colour, alpha, is_linear=True))
    if exposure:
        colour = encode_srgb((decode_srgb(colour) * 2.0**exposure).clip(0, 1))
    return _over_checker(colour, alpha, is_linear=False)


def _split_alpha(pixels: "Pixels") -> tuple["Pixels", "Pixels | None"]:
    channels = pixels.shape[2]
    colour = pixels[:, :, :3] if channels >= 3 else pixels[:, :, [0, 0, 0]]
    return colour, pixels[:, :, -1:] if channels in {2, 4} else None


def _over_checker(colour: "Pixels", alpha: "Pixels | None", *, is_linear: bool) -> "Pixels":
    """``colour`` is multiplied by ``alpha`` already, as OpenImageIO gives it."""
    import numpy as np

    if alpha is None or alpha.min() >= 1:
        return colour
    rows, columns = np.indices(colour.shape[:2]) // CELL_PIXELS
    cells = np.where((rows + columns) % 2 == 0, LIGHT_CELL, DARK_CELL).astype(np.float32)[:, :, None]
    return (colour + (decode_srgb(cells) if is_linear else cells) * (1 - alpha)).clip(0, 1)


def encode_srgb(linear: "Pixels") -> "Pixels":
    """Linear light of 0–1 as display values (IEC 61966-2-1)."""
    import numpy as np

    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def decode_srgb(display: "Pixels") -> "Pixels":
    """Display values as linear light (IEC 61966-2-1)."""
    import numpy as np

    return np.where(display <= 0.04045, display / 12.92, ((np.maximum(display, 0.04045) + 0.055) / 1.055) ** 2.4)


def _from_film_density(coded: "Pixels") -> "Pixels":
    """Cineon's printing density as what was put in; Blender puts in display values (measured: 146 becomes 118)."""
    black = 10 ** ((95 - 685) / 300)
    return ((10 ** ((coded * 1023 - 685) / 300) - black) / (1 - black)).clip(0, 1)


def _short(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".") or "it cannot be decoded"
