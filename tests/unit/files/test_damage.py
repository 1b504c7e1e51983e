"""The corpus of F33: broken archives leave nothing behind."""

import random

import pytest

from tests.unit.files.handmade import assert_refused, tar_file, write_tar, write_zip
from zordon_app.errors import ZordonError
from zordon_app.files.archives import unpack


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
