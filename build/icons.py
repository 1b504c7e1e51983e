#!/usr/bin/env python3
"""Draws the icons of all systems anew from web/img/zordon.svg; needs rsvg-convert. The results are kept in git."""

import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "web" / "img" / "zordon.svg"
ICONS = ROOT / "build" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)
OF_WINDOWS = (16, 24, 32, 48, 64, 128, 256)
OF_LINUX = (16, 24, 32, 48, 64, 128, 256, 512)
OF_MACOS = {"ic11": 32, "ic12": 64, "ic07": 128, "ic13": 256, "ic08": 256, "ic14": 512, "ic09": 512, "ic10": 1024}
"""Kinds of entries in an .icns, with the width of each in pixels."""
OF_WINDOW = 256


def draw(size: int) -> bytes:
    """The icon as a PNG of ``size`` by ``size`` pixels."""
    command = ["rsvg-convert", "--width", str(size), "--height", str(size), str(SOURCE)]
    return subprocess.run(command, capture_output=True, check=True).stdout


def pack_ico(pictures: Mapping[int, bytes]) -> bytes:
    """A Windows icon that holds PNGs, by their sizes (256 is written as 0)."""
    offset = 6 + 16 * len(pictures)
    entries, bodies = b"", b""
    for size, png in pictures.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(bodies))
        bodies += png
    return struct.pack("<HHH", 0, 1, len(pictures)) + entries + bodies


def pack_icns(pictures: Mapping[str, bytes]) -> bytes:
    """A macOS icon that holds PNGs, by the four letters of their kind."""
    body = b"".join(kind.encode() + struct.pack(">I", len(png) + 8) + png for kind, png in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main() -> None:
    """Write them all."""
    pictures = {size: draw(size) for size in SIZES}
    for size in OF_LINUX:
        (ICONS / f"zordon-{size}.png").write_bytes(pictures[size])
    (ICONS / "zordon.ico").write_bytes(pack_ico({size: pictures[size] for size in OF_WINDOWS}))
    (ICONS / "zordon.icns").write_bytes(pack_icns({kind: pictures[size] for kind, size in OF_MACOS.items()}))
    (ROOT / "zordon_app" / "desktop" / "zordon.png").write_bytes(pictures[OF_WINDOW])


if __name__ == "__main__":
    main()
