"""JPEGs of images and films."""

import contextlib
import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zordon_app.errors import PreviewFailed
from zordon_app.render.film_pictures import read_film_picture
from zordon_app.render.pictures import read_picture

if TYPE_CHECKING:
    from zordon_app.render.film_frames import Rows
    from zordon_app.render.pictures import Pixels

SMALL, BIG = 320, 960
"""Widths in pixels."""
QUALITY = 85


def make_thumbnail(source: Path, target: Path, *, width: int, exposure: float = 0.0) -> Path:
    """Write a JPEG at most ``width`` pixels wide of an image or film; whole or not at all. Returns ``target``.

    ``exposure``, in stops, brightens images; films stay as they are.

    Raises:
        PreviewFailed: ``source`` cannot be read, or ``target`` not be written.
    """
    if source.suffix.lower() in image_suffixes():
        pixels = read_picture(source, width, exposure=exposure)
    else:
        pixels = read_film_picture(source, width)
    write_jpeg(pixels, target)
    return target


def write_jpeg(pixels: "Pixels", target: Path) -> None:
    """Write display values of 0–1 as a JPEG."""
    import numpy as np
    import OpenImageIO as oiio

    image = oiio.ImageBuf(np.ascontiguousarray(pixels, dtype=np.float32))
    image.specmod().attribute("Compression", f"jpeg:{QUALITY}")
    with whole_file(target) as part:
        if not image.write(str(part), "uint8", "jpeg"):
            raise PreviewFailed(f"The preview {target.name} could not be written: {image.geterror()[:200]}.")


def read_jpeg(path: Path) -> "Rows":
    """A JPEG of ours: rows × columns × 3, 8 bit.

    Raises:
        PreviewFailed: it has gone or is damaged.
    """
    import numpy as np
    import OpenImageIO as oiio

    pixels = oiio.ImageBuf(str(path)).get_pixels(oiio.UINT8)
    if pixels is None or pixels.ndim != 3:
        raise PreviewFailed(f"The preview {path.name} cannot be read.")
    return np.asarray(pixels, dtype=np.uint8)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A path beside ``target`` to write to, which takes its place when all went well and is removed otherwise.

    Raises:
        PreviewFailed: the folder cannot be written to, or the disk is full.
    """
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
    except OSError as error:
        raise PreviewFailed(f"The preview cannot be written to {target.parent}: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


@functools.cache
def image_suffixes() -> frozenset[str]:
    """Endings of files that OpenImageIO reads, with the dot; anything else is tried as a film."""
    import OpenImageIO as oiio

    kinds = str(oiio.get_string_attribute("extension_list")).split(";")
    return frozenset(f".{ending}" for kind in kinds for ending in kind.partition(":")[2].split(","))
