"""Disk images of macOS: opened by the system's own ``hdiutil``, which only macOS has."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from zordon_app.errors import BadRequest

_SECONDS = 300.0
_TRAILER = b"koly"
"""A disk image ends with a block of 512 bytes that begins with this."""


def is_image(path: Path) -> bool:
    """Whether a file is a disk image."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 512))
        return file.read(4) == _TRAILER


def unpack(image: Path, folder: Path, *, hdiutil: str = "hdiutil") -> None:
    """Copy what is in ``image`` (links to elsewhere left out) to ``folder``.

    Raises:
        BadRequest: this is not macOS, or the image is damaged.
    """
    if shutil.which(hdiutil) is None:
        raise BadRequest("Disk images (.dmg) can be opened on macOS only.", code="dmg_elsewhere")
    with tempfile.TemporaryDirectory(prefix="zordon-image-") as mount:
        options = ("-readonly", "-nobrowse", "-noautoopen", "-noverify", "-mountpoint", mount)
        _run(hdiutil, "attach", *options, str(image))
        try:
            _copy(Path(mount), folder)
        finally:
            _run(hdiutil, "detach", "-force", mount)


def _copy(mount: Path, folder: Path) -> None:
    """Programs (``*.app``) only; images also hold a link to /Applications and pictures."""
    folder.mkdir(parents=True)
    programs = [path for path in mount.glob("*.app") if path.is_dir() and not path.is_symlink()]
    if not programs:
        raise BadRequest("The disk image holds no program.", code="dmg_empty")
    for program in programs:
        shutil.copytree(program, folder / program.name, symlinks=True)


def _run(*argv: str) -> None:
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BadRequest(f"The disk image cannot be opened: {error}.") from error
    if done.returncode != 0:
        raise BadRequest(f"The disk image cannot be opened: {done.stderr.strip()[-200:] or 'hdiutil failed'}.")
