"""What Linux gets: a .deb, and an archive that runs from wherever it is unpacked."""

import gzip
import os
import platform
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from program import size_of
from steps import run_or_raise

APP = "io.github.zordon.Zordon"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
DEPENDS = {
    "system": ("gir1.2-gtk-3.0", "gir1.2-webkit2-4.1", "libgirepository-1.0-1"),
    "qt": ("libegl1", "libgl1", "libxcb1"),
    "headless": (),
}
"""What each variant takes from the system, beside its C library."""
MAINTAINER = "The Zordon authors <noreply@zordon.invalid>"
"""Debian wants an address; the domain is one that is nobody's."""
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}

CONTROL = """\
Package: zordon
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: gstreamer1.0-libav, gstreamer1.0-plugins-good
Suggests: blender, xdg-utils
Section: graphics
Priority: optional
Description: render manager made of the machines people already have
 Drop a Blender scene or a video on Zordon and every machine that trusts
 this one works on it. There is no server to set up.
"""
POSTINST = """\
#!/bin/sh
set -e
if command -v update-desktop-database >/dev/null; then update-desktop-database -q || true; fi
if command -v gtk-update-icon-cache >/dev/null; then gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor || true; fi
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Zordon
Comment: Python, FFmpeg and the libraries that Zordon brings keep licences of their own.

Files: *
Copyright: 2026 The Zordon authors
License: GPL-3.0-or-later
 Debian keeps the whole text in /usr/share/common-licenses/GPL-3.
"""
CHANGES = """\
zordon ({version}) unstable; urgency=medium

  * What is new in this version is told in NEWS.gz.

 -- {maintainer}  {date}
"""


def architecture() -> str:
    """This machine's, in Debian's word."""
    return MACHINES.get(platform.machine(), platform.machine())


def depends(variant: str, libc: str) -> str:
    """What the package needs; ``libc`` is the builder's version, for which the libraries inside were made."""
    return ", ".join([f"libc6 (>= {libc})", *DEPENDS[variant]])


def integrate(root: Path, share: Path) -> None:
    """Put the desktop file, the icons and the description for software centres below ``share``."""
    _copy(root / "build" / "linux" / f"{APP}.desktop", share / "applications")
    _copy(root / "build" / "linux" / f"{APP}.metainfo.xml", share / "metainfo")
    icons = share / "icons" / "hicolor"
    for size in SIZES:
        _copy(root / "build" / "icons" / f"zordon-{size}.png", icons / f"{size}x{size}" / "apps", f"{APP}.png")
    _copy(root / "web" / "img" / "zordon.svg", icons / "scalable" / "apps", f"{APP}.svg")
    _copy(root / "build" / "icons" / "zordon-symbolic.svg", icons / "symbolic" / "apps", f"{APP}-symbolic.svg")


def make_deb(root: Path, program: Path, variant: str, version: str, out: Path, *, fast: bool = False) -> Path:
    """A package of the program folder. ``fast`` packs less tightly (tests)."""
    package = out / f"zordon_{version}_{architecture()}.deb"
    with tempfile.TemporaryDirectory(prefix="zordon-deb-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(program, tree / "usr" / "lib" / "zordon", symlinks=True)
        integrate(root, tree / "usr" / "share")
        (tree / "usr" / "bin").mkdir()
        (tree / "usr" / "bin" / "zordon").symlink_to("../lib/zordon/zordon")
        _write_documents(root, tree / "usr" / "share", version)
        _write_control(tree, variant, version)
        _make_plain(tree)
        packing = ["-Zgzip", "-z1"] if fast else ["-Zxz"]
        run_or_raise(["dpkg-deb", "--root-owner-group", *packing, "--build", tree, package])
    return package


def make_archive(root: Path, program: Path, version: str, out: Path, *, fast: bool = False) -> Path:
    """One folder with the program, its desktop files and a script that puts them into a person's menu."""
    name = f"zordon-{version}-linux-{platform.machine()}"
    archive = out / f"{name}.tar.{'gz' if fast else 'xz'}"
    with tempfile.TemporaryDirectory(prefix="zordon-tar-") as folder:
        tree = Path(folder) / name
        shutil.copytree(program, tree / "program", symlinks=True)
        integrate(root, tree / "share")
        for script in ("AppRun", "install.sh"):
            _copy(root / "build" / "linux" / script, tree)
            (tree / script).chmod(0o755)
        _copy(root / "LICENSE", tree)
        packing = "gzip -1" if fast else "xz -T0"
        run_or_raise(["tar", "--create", "--owner=0", "--group=0", f"--use-compress-program={packing}",
                      "--file", archive, "--directory", folder, name])  # fmt: skip
    return archive


def _write_documents(root: Path, share: Path, version: str) -> None:
    """Where Debian's tools look for them."""
    documents, manuals = share / "doc" / "zordon", share / "man" / "man1"
    for folder in (documents, manuals):
        folder.mkdir(parents=True)
    (documents / "copyright").write_text(COPYRIGHT)
    changes = CHANGES.format(version=version, maintainer=MAINTAINER, date=_released(root))
    _pack(changes.encode(), documents / "changelog.gz")
    _pack((root / "CHANGELOG.md").read_bytes(), documents / "NEWS.gz")
    _pack((root / "build" / "linux" / "zordon.1").read_bytes(), manuals / "zordon.1.gz")


def _released(root: Path) -> str:
    """The day of the newest release that software centres are told of, as Debian writes it."""
    text = (root / "build" / "linux" / f"{APP}.metainfo.xml").read_text(encoding="utf-8")
    match = re.search(r'<release [^>]*date="([^"]+)"', text)
    if match is None:
        raise ValueError("the description for software centres names no release")
    return format_datetime(datetime.fromisoformat(match[1]).replace(tzinfo=UTC))


def _pack(content: bytes, target: Path) -> None:
    # Without a time and a name, as tightly as can be: the same sources make the same package.
    target.write_bytes(gzip.compress(content, 9, mtime=0))


def _write_control(tree: Path, variant: str, version: str) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    text = CONTROL.format(
        version=version,
        maintainer=MAINTAINER,
        architecture=architecture(),
        kilobytes=size_of(tree) // 1024,
        depends=depends(variant, platform.libc_ver()[1]),
    )
    (control / "control").write_text(text)
    (control / "postinst").write_text(POSTINST)
    (control / "postinst").chmod(0o755)


def _make_plain(tree: Path) -> None:
    """Everybody may read, only root may write: whatever the builder's umask was. Libraries are no programs."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            is_program = os.access(path, os.X_OK) and ".so" not in path.suffixes
            path.chmod(0o755 if path.is_dir() or is_program else 0o644)


def _copy(source: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / (name or source.name))


def contents(deb: Path) -> list[str]:
    """The paths in a package."""
    listing = subprocess.run(["dpkg-deb", "--contents", deb], capture_output=True, text=True, check=True).stdout
    return [line.split(maxsplit=5)[5].split(" -> ")[0] for line in listing.splitlines()]
