"""Files that a .blend names and that are not there."""

import os
from pathlib import Path


def find_missing(paths: list[str], folder: Path) -> list[str]:
    """Those of ``paths`` (as Blender has them: ``//`` is the project's ``folder``) that do not exist, sorted."""
    return sorted({path for path in paths if not _exists(path, folder)})


def _exists(path: str, folder: Path) -> bool:
    whole = path.replace("\\", "/") if os.sep == "/" else path
    if whole.startswith("//"):
        whole = str(folder / whole[2:])
    return Path(whole).exists()
