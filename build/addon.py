"""The Blender add-on as a file, the same bytes that a running Zordon serves."""

import sys
from pathlib import Path


def make_addon(root: Path, version: str, out: Path) -> Path:
    """Write ``zordon_submit-VERSION.zip``."""
    # The checkout need not be installed to package the add-on.
    sys.path.insert(0, str(root))
    from zordon_app.api.addon import NAME, addon_zip

    path = out / f"{NAME}-{version}.zip"
    path.write_bytes(addon_zip())
    return path
