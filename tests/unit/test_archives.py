"""The corpus of F33: hostile and broken archives, refused fast, with little disk used and nothing left behind."""

import bz2
import io
import lzma
import random
import shutil
import struct
import sys
import tarfile
import zipfile

import pytest

from zordon_app.archives import PROGRAM, PROJECT, Limits, unpack
from zordon_app.errors import BadRequest, DiskFull, ZordonError

OUTSIDE = [
    "../evil.txt",
    "a/../../evil.txt",
    "a/..",
    "/abs.txt",
    "//server/share.txt",
    "..\\evil.txt",
    "a\\b.txt",
    "C:/evil.txt",
    "C:evil.txt",
    "a/.. /evil.txt",
    "a/.../evil.txt",
    ". ./evil.txt",
    "file.txt:stream",
]
UNWRITABLE = [
    "CON",
    "a/nul.txt",
    "lpt1.png",
    "COM9 .x",
    "aux.tar.gz",
    "conin$",
    "tab\there",
    "line\nbreak",
    "x" * 300,
    "a/" * 3000 + "b",
]


@pytest.fixture
def target(tmp_path):
    return tmp_path / "target" / "project"


def write_zip(path, files, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, contents in files:
            info = name if isinstance(name, zipfile.ZipInfo) else raw_name(name)
            info.compress_type = compression
            archive.writestr(info, contents)
    return path


def raw_name(name):
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    return info


def write_tar(path, members, mode="w:xz"):
    with tarfile.open(path, mode) as archive:
        for info, contents in members:
            info.size = len(contents)
            archive.addfile(info, io.BytesIO(contents))
    return path


def tar_file(name, mode=0o644):
    info = tarfile.TarInfo(name)
    info.mode = mode
    return info


def tar_link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def assert_refused(archive, target, limits=PROJECT, error=BadRequest):
    with pytest.raises(error) as caught:
        unpack(archive, target, limits=limits)

    assert not target.exists()
    assert list(target.parent.iterdir()) == []
    assert str(caught.value).endswith(".")
    assert str(target.parent) not in str(caught.value)
    return str(caught.value)


def written_bytes(archive, target, limits=PROJECT):
    written = []
    with pytest.raises(ZordonError):
        unpack(archive, target, limits=limits, on_bytes=written.append)
    return sum(written)


def test_a_project_is_unpacked_with_its_folders_and_its_files_are_listed(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("scene.blend", b"B" * 10), ("tex/", b""), ("tex/wood.png", b"P")])

    files = unpack(archive, target)

    assert sorted(files) == [target / "scene.blend", target / "tex" / "wood.png"]
    assert (target / "scene.blend").read_bytes() == b"B" * 10
    assert list(target.parent.iterdir()) == [target]


def test_an_empty_folder_may_be_there_already_but_not_one_with_files(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("scene.blend", b"B")])
    target.mkdir(parents=True)
    unpack(archive, target)

    with pytest.raises(OSError, match="not empty"):
        unpack(archive, target)

    assert [path.name for path in target.iterdir()] == ["scene.blend"]
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("mode", ["w:xz", "w:bz2", "w:gz"])
def test_tars_of_every_packing_are_unpacked(tmp_path, target, mode):
    members = [(tar_file("./blender/blender", 0o755), b"#!/bin/sh\n"), (tar_file("blender/readme", 0o644), b"r" * 5000)]
    archive = write_tar(tmp_path / "build", members, mode)

    files = unpack(archive, target, limits=PROGRAM)

    assert files == [target / "blender" / "blender", target / "blender" / "readme"]
    assert (target / "blender" / "readme").read_bytes() == b"r" * 5000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no executable bits")
@pytest.mark.parametrize(("limits", "is_kept"), [(PROGRAM, True), (PROJECT, False)])
def test_executable_bits_are_kept_for_programs_and_never_for_projects(tmp_path, target, limits, is_kept):
    in_zip = zipfile.ZipInfo("blender")
    in_zip.external_attr = 0o100755 << 16
    archives = [
        write_zip(tmp_path / "a.zip", [(in_zip, b"x")]),
        write_tar(tmp_path / "a.tar.xz", [(tar_file("blender", 0o755), b"x")]),
    ]

    for number, archive in enumerate(archives):
        (file,) = unpack(archive, target / str(number), limits=limits)
        assert bool(file.stat().st_mode & 0o111) is is_kept


@pytest.mark.parametrize("name", OUTSIDE + UNWRITABLE)
@pytest.mark.parametrize("limits", [PROJECT, PROGRAM])
def test_names_that_lead_outside_or_cannot_be_written_everywhere_are_refused(tmp_path, target, name, limits):
    assert_refused(write_zip(tmp_path / "a.zip", [("ok.txt", b"1"), (name, b"2")]), target, limits)
    assert_refused(
        write_tar(tmp_path / "a.tar.gz", [(tar_file("ok"), b"1"), (tar_file(name), b"2")], "w:gz"), target, limits
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "a.zip", "target"]


def test_a_name_cut_by_a_nul_byte_is_refused(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("evilX.blend", b"1")])
    archive.write_bytes(archive.read_bytes().replace(b"evilX.blend", b"evil\0.blend"))

    assert_refused(archive, target)


@pytest.mark.parametrize(
    "names",
    [
        ("a.png", "a.png"),
        ("Wood.png", "wood.PNG"),
        ("\u00e9.png", "e\u0301.png"),
        ("stra\u00dfe", "STRASSE"),
        ("a", "a/b"),
        ("a/b", "a"),
        ("a.", "a"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_one_on_some_system_are_refused(tmp_path, target, names):
    assert_refused(write_zip(tmp_path / "a.zip", [(name, b"1") for name in names]), target)
    assert_refused(write_tar(tmp_path / "a.xz", [(tar_file(name), b"1") for name in names]), target)


@pytest.mark.parametrize("kind", [0o120777, 0o010644, 0o020644, 0o140755])
@pytest.mark.parametrize("limits", [PROJECT, PROGRAM])
def test_links_and_devices_in_zips_are_refused(tmp_path, target, kind, limits):
    info = zipfile.ZipInfo("thing")
    info.create_system, info.external_attr = 3, kind << 16

    assert_refused(write_zip(tmp_path / "a.zip", [(info, b"/etc/passwd")]), target, limits)


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
@pytest.mark.parametrize("limits", [PROJECT, PROGRAM])
def test_hard_links_pipes_and_devices_in_tars_are_refused(tmp_path, target, kind, limits):
    members = [(tar_file("real"), b"1"), (tar_link("thing", "real", kind), b"")]

    assert_refused(write_tar(tmp_path / "a.xz", members), target, limits)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_inside_a_build_are_kept(tmp_path, target):
    members = [
        (tar_link("b/lib/libtbb.so", "libtbb.so.12"), b""),
        (tar_file("b/lib/libtbb.so.12"), b"code"),
        (tar_link("b/bin/lib", "../lib"), b""),
    ]

    files = unpack(write_tar(tmp_path / "a.xz", members), target, limits=PROGRAM)

    assert files == [target / "b/lib/libtbb.so.12"]
    assert (target / "b/lib/libtbb.so").read_bytes() == b"code"
    assert (target / "b/bin/lib/libtbb.so").resolve() == (target / "b/lib/libtbb.so.12").resolve()


@pytest.mark.parametrize(
    "members",
    [
        [("link", "/etc/passwd")],
        [("link", "..")],
        [("a/link", "../../secret")],
        [("a/b", "."), ("c", "a/b/../../secret")],
        [("link", "a\\..\\..\\x")],
        [("link", "")],
        [("up", "."), ("up/file", None)],
        [("up/file", None), ("up", ".")],
    ],
)
def test_links_that_lead_out_or_are_written_through_are_refused(tmp_path, target, members):
    entries = [(tar_file(name), b"1") if to is None else (tar_link(name, to), b"") for name, to in members]

    assert_refused(write_tar(tmp_path / "a.xz", entries), target, PROGRAM)


def test_no_link_is_taken_in_a_project(tmp_path, target):
    assert "link" in assert_refused(write_tar(tmp_path / "a.xz", [(tar_link("a", "b"), b"")]), target)


def bomb_zip(path, count=3):
    return write_zip(path, [(f"zeros{number}", bytes(70_000_000)) for number in range(count)])


def test_a_zip_bomb_is_refused_before_anything_is_written(tmp_path, target):
    archive = bomb_zip(tmp_path / "bomb.zip")
    assert archive.stat().st_size < 300_000

    assert "bomb" in assert_refused(archive, target)
    assert written_bytes(archive, target) == 0


@pytest.mark.parametrize("open_packed", [lzma.open, bz2.open])
def test_a_tar_bomb_is_refused_before_a_hundred_megabytes_are_written(tmp_path, target, open_packed):
    archive = tmp_path / "bomb"
    with open_packed(archive, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
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
    with lzma.open(archive, "wb") as packed:
        packed.write(info.tobuf())
        for _ in range(40):
            packed.write(bytes(10_000_000))

    assert "headers" in assert_refused(archive, target, PROGRAM)


def test_a_tar_that_goes_on_and_on_after_its_end_is_refused(tmp_path, target):
    archive = tmp_path / "a.tar.xz"
    with lzma.open(archive, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        tar.addfile(tar_file("a"))
    with archive.open("ab") as more:
        more.write(lzma.compress(bytes(30_000_000)))

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


def test_an_encrypted_zip_is_refused_with_that_reason(tmp_path, target):
    archive = write_zip(tmp_path / "a.zip", [("a", b"1")])
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(signature) + offset] |= 1
    archive.write_bytes(data)

    assert "encrypted" in assert_refused(archive, target)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99999])
@pytest.mark.parametrize("kind", ["zip", "xz", "bz2", "gz"])
def test_a_truncated_archive_is_refused(tmp_path, target, share, kind):
    contents = random.Random(1).randbytes(300_000)
    archive = tmp_path / f"a.{kind}"
    if kind == "zip":
        write_zip(archive, [("a", contents)])
    else:
        write_tar(archive, [(tar_file("a"), contents)], f"w:{kind}")
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])

    assert_refused(archive, target)


@pytest.mark.parametrize("contents", [b"", b"hello", b"PK", b"PK\x05\x06", b"<html>Just a moment</html>" * 100])
def test_what_is_no_archive_is_refused(tmp_path, target, contents):
    path = tmp_path / "a.zip"
    path.write_bytes(contents)

    assert "not a zip" in assert_refused(path, target)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_archive_is_unpacked_or_refused_but_never_fails_otherwise(tmp_path, target, seed):
    chance = random.Random(seed)
    files = [(f"f{number}", chance.randbytes(3000)) for number in range(5)]
    archive = tmp_path / "a"
    if seed % 2:
        write_zip(archive, files)
    else:
        write_tar(archive, [(tar_file(name), contents) for name, contents in files], "w:gz")
    data = bytearray(archive.read_bytes())
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    archive.write_bytes(data)

    try:
        unpack(archive, target)
    except ZordonError:
        assert list(target.parent.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "target"]


class Cancelled(Exception):
    pass


def test_unpacking_can_be_cancelled_and_leaves_nothing(tmp_path, target):
    archive = write_tar(tmp_path / "a.xz", [(tar_file("a"), bytes(1_000_000)), (tar_file("b"), b"1")])

    def stop(_count: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        unpack(archive, target, on_bytes=stop)
    assert list(target.parent.iterdir()) == []
