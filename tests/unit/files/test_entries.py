"""The corpus of F33: hostile archives: names, links and devices."""

import sys
import tarfile
import zipfile

import pytest

from tests.unit.files.handmade import assert_refused, tar_file, tar_link, write_tar, write_zip
from zordon_app.files.archives import PROGRAM, PROJECT, unpack

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
