"""Archives that no packer would make, and how they must be refused."""

import io
import tarfile
import zipfile

import pytest

from zordon_app.errors import BadRequest, ZordonError
from zordon_app.files.archives import PROJECT, unpack


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
