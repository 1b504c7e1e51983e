"""Pictures for made-up jobs: a landscape with a sun that moves from frame to frame, the same for the same numbers."""

import zlib
from pathlib import Path
from struct import pack

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Sky above, sky at the horizon, hills near the eye.
PALETTES = (
    ((31, 42, 88), (224, 122, 95), (24, 20, 37)),
    ((58, 111, 168), (240, 214, 168), (24, 46, 52)),
    ((22, 24, 43), (94, 75, 139), (10, 10, 22)),
    ((88, 138, 150), (238, 227, 203), (42, 58, 48)),
    ((116, 52, 72), (246, 180, 105), (38, 18, 30)),
    ((40, 62, 74), (158, 190, 178), (16, 28, 30)),
)
LAYERS = 4


def landscape(seed: int, at: float, width: int = 320, height: int = 180) -> Picture:
    """The picture of one scene (``seed``) at ``at``, 0–1."""
    top, horizon, near = (np.array(colour, dtype=np.float32) for colour in PALETTES[seed % len(PALETTES)])
    u = (np.arange(width)[None, :] / width).astype(np.float32)
    v = (np.arange(height)[:, None] / height).astype(np.float32)
    picture = top + (horizon - top) * np.clip(v * 1.5, 0, 1)[..., None] ** 1.4
    picture = picture + _sun((u * width / height).astype(np.float32), v, at) * np.array([90, 74, 48], dtype=np.float32)
    shift = np.random.default_rng(seed).uniform(0, 20, size=(LAYERS, 3))
    for layer in range(LAYERS):
        depth = (layer + 1) / LAYERS
        ridge = 0.5 + 0.11 * layer + _ridge(u * (1.2 + depth) + at * 0.5 * depth, shift[layer], 0.05 + 0.04 * depth)
        colour = horizon * 0.8 + (near - horizon * 0.8) * depth**0.7
        edge = np.clip((v - ridge) * height * 0.7, 0, 1)[..., None]
        haze = np.clip((v - ridge) * 2.2, 0, 1)[..., None]
        picture += (colour * (1 - 0.35 * haze) - picture) * edge
    shown: Picture = np.clip(picture, 0, 255).astype(np.uint8)
    return shown


def save_png(path: Path, picture: Picture) -> int:
    """Write a PNG; its size in bytes."""
    height, width, _ = picture.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, width * 3)], axis=1).tobytes()
    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 4)), _chunk(b"IEND", b"")]
    return path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def _sun(x: NDArray[np.float32], v: NDArray[np.float32], at: float) -> NDArray[np.float32]:
    distance = np.hypot(x - (0.25 + 1.25 * at), v - (0.42 - 0.2 * np.sin(np.pi * at)))
    disc = np.clip((0.07 - distance) * 60, 0, 1)
    return np.asarray((2.2 * disc + 1.1 * np.exp(-distance * 5))[..., None], dtype=np.float32)


def _ridge(u: NDArray[np.float32], shift: NDArray[np.float64], size: float) -> NDArray[np.float32]:
    waves = np.sin(u * 5 + shift[0]) + 0.5 * np.sin(u * 11 + shift[1]) + 0.25 * np.sin(u * 23 + shift[2])
    return np.asarray(size * waves, dtype=np.float32)
