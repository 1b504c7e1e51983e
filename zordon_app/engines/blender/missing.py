"""Files that a .blend names and that are not there."""

import os
from pathlib import Path


def find_missing(paths: list[str], folder: Path) -> list[str]:
    """Those of ``paths`` (as Blender has them: ``//`` is the project's ``folder``) that do not exist, sorted."""
    return sorted({path for path in paths if not whole_path(path, folder).exists()})


def whole_path(path: str, folder: Path) -> Path:
    """A path as Blender has it, as the system has it."""
    whole = path.replace("\\", "/") if os.sep == "/" else path
    return folder / whole[2:] if whole.startswith("//") else Path(whole)
