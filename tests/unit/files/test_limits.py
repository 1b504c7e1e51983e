"""The corpus of F33: archives that are too much, refused fast and with little disk used."""

import bz2
import io
import lzma
import shutil
import struct
import tarfile
import zipfile

import pytest

from tests.unit.files.handmade import (
    assert_refused,
    tar_file,
    write_tar,
    write_zip,
    written_bytes,
)
from zordon_app.errors import DiskFull
from zordon_app.files.archives import PROGRAM, Limits, unpack


def bomb_zip(path, count=3):
    return write_zip(path, [(f"zeros{number}", bytes(70_000_000)) for number in range(count)])


def test_a_zip_bomb_is_refused_before_anything_is_written(tmp_path, target):
    archive = bomb_zip(tmp_path / "bomb.zip")
    assert archive.stat().st_size < 300_000

    assert "bomb" in assert_refused(archive, target)
    assert written_bytes(archive, target) == 0


@pytest.mark.parametrize(("open_packed", "quickest"), [(lzma.open, {"preset": 0}), (bz2.open, {"compresslevel": 1})])
def test_a_tar_bomb_is_refused_before_a_hundred_megabytes_are_written(tmp_path, target, open_packed, quickest):
    archive = tmp_path / "bomb"
    with open_packed(archive, "wb", **quickest) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        for number in range(3):
            info = tar_file(f"zeros{number}")
            info.size = 60_000_000
            tar.addfile(info, io.BytesIO(bytes(60_000_000)))

    assert "bomb" in assert_refused(archive, target, PROGRAM)
    assert written_bytes(archive, target, PROGRAM) < 100_000_000


def test_a_tar_whose_header_would_fill_the_memory_is_refused(tmp_path, target):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 400_000_000
    archive = tmp_path / "a.tar.xz"
    archive.write_bytes(lzma.compress(info.tobuf()) + 40 * lzma.compress(bytes(10_000_000), preset=0))

    assert "headers" in assert_refused(archive, target, PROGRAM)


def test_a_tar_that_goes_on_and_on_after_its_end_is_refused(tmp_path, target):
    archive = tmp_path / "a.tar.xz"
    with lzma.open(archive, "wb", preset=0) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        tar.addfile(tar_file("a"))
    with archive.open("ab") as more:
        more.write(lzma.compress(bytes(30_000_000), preset=0))

    assert "bomb" in assert_refused(archive, target, PROGRAM)


def test_an_archive_in_an_archive_stays_packed(tmp_path, target):
    inner = bomb_zip(tmp_path / "inner.zip")

    files = unpack(write_zip(tmp_path / "a.zip", [("inner.zip", inner.read_bytes())]), target)

    assert files == [target / "inner.zip"]
    assert files[0].read_bytes() == inner.read_bytes()


def test_a_million_entries_are_refused_by_counting_the_list_only(tmp_path, target):
    """Written by hand: zipfile would need minutes. Every entry points at the same (empty) file."""
    name = b"e%07d"
    record = struct.Struct("<4s6H3L5H2L")
    archive = tmp_path / "many.zip"
    with archive.open("wb") as out:
        local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, 8, 0) + name % 0
        out.write(local)
        listing = bytearray()
        for number in range(1_000_000):
            listing += record.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0) + name % number
        out.write(listing)
        out.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(listing), len(local), 0))

    assert "100000 files" in assert_refused(archive, target)


def test_a_list_of_files_longer_than_any_real_one_is_not_read(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("a", b"1")])
    data = bytearray(archive.read_bytes())
    struct.pack_into("<L", data, len(data) - 10, 3_000_000_000)
    archive.write_bytes(data)

    assert_refused(archive, target)


def test_more_entries_than_allowed_are_refused(tmp_path, target):
    limits = Limits(entries=3)
    names = [f"f{number}" for number in range(4)]

    assert_refused(write_zip(tmp_path / "a.zip", [(name, b"") for name in names]), target, limits)
    assert_refused(write_tar(tmp_path / "a.xz", [(tar_file(name), b"") for name in names]), target, limits)
    assert len(unpack(write_zip(tmp_path / "b.zip", [(name, b"") for name in names[:3]]), target, limits=limits)) == 3


def test_more_bytes_than_allowed_are_refused(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("a", b"1" * 600), ("b", b"2" * 600)])

    assert_refused(archive, target, Limits(total_bytes=1000))


def test_an_archive_for_which_there_is_no_room_is_refused_as_a_full_disk(tmp_path, target, monkeypatch):
    archive = write_zip(tmp_path / "a.zip", [("a", b"1" * 1000)])
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(10_000, 9_000, 1_000))

    assert_refused(archive, target, error=DiskFull)


@pytest.mark.parametrize("claimed", [10, 5000])
def test_sizes_that_lie_are_found_while_writing(tmp_path, target, claimed):
    archive = write_zip(tmp_path / "a.zip", [("liar.bin", bytes(1000))], compression=zipfile.ZIP_STORED)
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<L", data, data.index(signature) + offset, claimed)
    archive.write_bytes(data)

    assert_refused(archive, target)
