"""Whether a film is its source, frame by frame: what promises that nothing is lost is proven."""

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from zordon_app.domain.jobs import proof_of
from zordon_app.errors import ZordonError


class Lossy(ZordonError):
    """Something was lost; the sentence says where."""


def compare_frames(path: Path, pixel_format: str) -> None:
    """Compare each decoded frame of ``path``, as ``pixel_format``, with the hashes of its source beside it.

    Raises:
        Lossy: a frame differs, is missing or is one too many, or there are no hashes.
    """
    proof = proof_of(path)
    if not proof.is_file():
        raise Lossy(f"{path.name} shall be lossless, and nothing is there to prove it by.")
    pairs = zip_longest(_hashes_in(proof), _hashes_of(path, pixel_format))
    for number, (wanted, found) in enumerate(pairs, start=1):
        if wanted != found:
            raise Lossy(f"{path.name} shall be lossless, but its frame {number} is not that of the source.")


def _hashes_in(proof: Path) -> Iterator[str]:
    with proof.open(encoding="ascii", errors="replace") as lines:
        yield from (line.rsplit(",", 1)[-1].strip() for line in lines if line.strip() and not line.startswith("#"))


def _hashes_of(path: Path, pixel_format: str) -> Iterator[str]:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        packer: Any = None
        for frame in container.decode(stream):
            same = _same(frame, pixel_format)
            packer = packer or _packer(same)
            yield hashlib.md5(
                b"".join(bytes(packet) for packet in packer.encode(same)), usedforsecurity=False
            ).hexdigest()


def _same(frame: Any, pixel_format: str) -> Any:
    """The frame with its numbers in the order of ``pixel_format``; the mark of a full range changes none of them."""
    if frame.format.name == pixel_format.replace("yuvj", "yuv"):
        return frame
    return frame.reformat(format=pixel_format)


def _packer(frame: Any) -> Any:
    """What writes the bare pixels of such frames, as the hashes were made of them."""
    import av

    context: Any = av.CodecContext.create("rawvideo", "w")
    context.width, context.height, context.pix_fmt = frame.width, frame.height, frame.format.name
    context.time_base = frame.time_base
    return context
