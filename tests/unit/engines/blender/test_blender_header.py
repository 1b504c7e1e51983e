import gzip
import struct
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from zordon_app.engines.blender.header import check_complete, read_header
from zordon_app.errors import BadRequest

REND = struct.pack("<ii64s", 3, 48, b"Sc\xc3\xa8ne")


def glob_data(order: str, minimum: int) -> bytes:
    return struct.pack(f"{order}4xhh56x", 6, minimum)


def old_file(version: int, *, pointer: bytes = b"-", endian: bytes = b"v", minimum: int = 304) -> bytes:
    order = "<" if endian == b"v" else ">"
    layout = f"{order}4si{'Q' if pointer == b'-' else 'I'}ii"
    rend = struct.pack(f"{order}ii64s", 3, 48, b"Sc\xc3\xa8ne")
    data = b"BLENDER" + pointer + endian + str(version).encode()
    for code, content in ((b"REND", rend), (b"TEST", b"x" * 500), (b"GLOB", glob_data(order, minimum))):
        data += struct.pack(layout, code, len(content), 1, 0, 1) + content
    return data + struct.pack(layout, b"DATA", 1000, 1, 0, 1) + b"d" * 1000 + struct.pack(layout, b"ENDB", 0, 0, 0, 0)


def new_file(version: int = 500) -> bytes:
    data = f"BLENDER17-01v{version:04d}".encode()
    for code, content in ((b"REND", REND), (b"GLOB", glob_data("<", 405)), (b"ENDB", b"")):
        data += struct.pack("<4siQqq", code, 0, 1, len(content), 1) + content
    return data


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "shot.blend"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("version", "expected"), [(249, "2.49"), (279, "2.79"), (283, "2.83"), (293, "2.93"), (304, "3.4"), (405, "4.5")]
)
@pytest.mark.parametrize("pointer", [b"_", b"-"])
@pytest.mark.parametrize("endian", [b"v", b"V"])
def test_old_headers_of_every_kind(tmp_path: Path, version: int, expected: str, pointer: bytes, endian: bytes) -> None:
    header = read_header(write(tmp_path, old_file(version, pointer=pointer, endian=endian)))
    assert header.saved_with == expected
    assert (header.scene, header.start, header.end) == ("Scène", 3, 48)
    assert header.pointer_bytes == (4 if pointer == b"_" else 8)
    assert header.minimum == (3, 4)


@pytest.mark.parametrize(("version", "expected"), [(500, "5.0"), (502, "5.2"), (511, "5.11")])
def test_new_headers_of_seventeen_bytes(tmp_path: Path, version: int, expected: str) -> None:
    header = read_header(write(tmp_path, new_file(version)))
    assert header.saved_with == expected
    assert (header.scene, header.start, header.end, header.minimum) == ("Scène", 3, 48, (4, 5))


def test_packed_with_gzip(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, gzip.compress(old_file(279))))
    assert (header.saved_with, header.packed) == ("2.79", "gzip")


def test_packed_with_zstandard_in_many_frames(tmp_path: Path) -> None:
    whole = new_file()
    packed = b"".join(zstandard.compress(whole[at : at + 20]) for at in range(0, len(whole), 20))
    path = write(tmp_path, packed)
    header = read_header(path)
    assert (header.saved_with, header.packed, header.scene) == ("5.0", "zstd", "Scène")
    check_complete(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("make", [lambda: old_file(304), new_file])
def test_complete_file_passes(tmp_path: Path, pack: object, make: object) -> None:
    check_complete(write(tmp_path, pack(make())))  # type: ignore[operator]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.8])
def test_cut_off_file_says_so(tmp_path: Path, pack: object, part: float) -> None:
    data: bytes = pack(old_file(304))  # type: ignore[operator]
    path = write(tmp_path, data[: max(5, int(len(data) * part))])
    with pytest.raises(BadRequest, match="cut off"):
        check_complete(path)


def test_empty_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is empty"):
        read_header(write(tmp_path, b""))


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"hello", b"BLENDERISH-FILE-OF-SOMEBODY-ELSE"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(BadRequest, match=r"not a Blender file|does not know yet"):
        read_header(write(tmp_path, data))


def test_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="There is no file"):
        read_header(tmp_path / "gone.blend")


def test_folder_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        read_header(tmp_path)


def test_of_a_large_file_no_more_than_the_beginning_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, zstandard.compress(old_file(304) + b"\0" * 50_000_000))
    tracemalloc.start()
    try:
        read_header(path)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
