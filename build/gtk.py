"""PyGObject, through which the Linux program uses the system's WebKitGTK; built here, since there are no wheels.

It is no dependency of Zordon: from pip it needs a compiler and GObject's headers, which few people have.
"""

import os
import shutil
from pathlib import Path

from environment import Environment, fingerprint
from steps import CommandFailed, run_with_retries, say

LOCK = "requirements-gtk.lock"
HEADERS = Path("/usr/include/gobject-introspection-1.0")


class GtkBindings:
    """PyGObject in a folder of its own in the cache, found by ``PYTHONPATH``."""

    def __init__(self, root: Path, python: Path | None = None) -> None:
        """``python`` is what it is built for."""
        self._lock = root / "build" / LOCK
        self.folder = root / ".cache" / "gtk"
        self._stamp = self.folder / "zordon-stamp"
        self._python = python or Environment(root / ".venv").python

    def ready(self) -> bool:
        """Whether it is there and current."""
        return self._stamp.is_file() and self._stamp.read_text() == fingerprint(self._lock)

    def ensure(self) -> None:
        """Build it where that works, and set ``PYTHONPATH`` for what follows.

        Elsewhere packages get Qt, and tests of GTK are left out.
        """
        if not self.ready():
            if not (HEADERS.is_dir() and shutil.which("cc")):
                say("   no libgirepository1.0-dev or no compiler: WebKitGTK is not used")
                return
            try:
                self._build()
            except CommandFailed as error:
                say(f"   {error}: WebKitGTK is not used")
                return
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(self.folder), os.environ.get("PYTHONPATH")]))

    def _build(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        run_with_retries([self._python, *install, "--target", self.folder, "-r", self._lock])
        self._stamp.write_text(fingerprint(self._lock))
