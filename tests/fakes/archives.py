"""Archives of builds that really run: shims that start the programs of this machine, and the embedded FFmpeg."""

import io
import os
import shutil
import tarfile
import zipfile

import imageio_ffmpeg
import pytest

BPY = os.environ.get("ZORDON_TEST_BPY", "")


def tar_of(folder: str, files: dict[str, bytes], mode: str = "w:xz") -> bytes:
    """A tar of one folder, its files executable."""
    out = io.BytesIO()
    options = {"preset": 0} if mode == "w:xz" else {}
    with tarfile.open(fileobj=out, mode=mode, **options) as archive:
        for name, contents in files.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size, info.mode = len(contents), 0o755
            archive.addfile(info, io.BytesIO(contents))
    return out.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    """A zip whose files are executable."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o100755 << 16
            archive.writestr(info, contents)
    return out.getvalue()


def blender_34() -> tuple[str, bytes]:
    """The system's Blender 3.4.1 under the name and layout of the official archive."""
    program = shutil.which("blender")
    if program is None:
        pytest.skip("no Blender here")
    shim = f'#!/bin/sh\nexec {program} "$@"\n'.encode()
    name = "blender-3.4.1-linux-x64"
    return f"{name}.tar.xz", tar_of(name, {"blender": shim, "readme.html": b"<html></html>", "lib/libx.so": b"x"})


def blender_45() -> tuple[str, bytes]:
    """Blender 4.5.15: the bpy module behind the command line that Zordon uses."""
    if not BPY:
        pytest.skip("ZORDON_TEST_BPY names no Python with bpy")
    shim = f"""#!/bin/sh
[ "$1" = --version ] && echo "Blender 4.5.15 LTS" && exit 0
while [ $# -gt 0 ]; do
  [ "$1" = --python ] && exec {BPY} "$2"
  shift
done
exit 2
"""
    name = "blender-4.5.15-linux-x64"
    return f"{name}.tar.xz", tar_of(name, {"blender": shim.encode()})


def saying(version: str) -> bytes:
    """A program that only tells a version of Blender."""
    return f"#!/bin/sh\necho 'Blender {version}'\n".encode()


def embedded_ffmpeg() -> bytes:
    """Starts the program that came with pip; itself it would take ten seconds to pack and unpack."""
    return f'#!/bin/sh\nexec "{imageio_ffmpeg.get_ffmpeg_exe()}" "$@"\n'.encode()
