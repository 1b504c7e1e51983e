"""PyGObject, through which the Linux program uses the system's WebKitGTK; built here, since there are no wheels.

It is no dependency of Zordon: from pip it needs a compiler and GObject's headers, which few people have.
"""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from environment import Environment, fingerprint
from steps import CommandFailed, run_with_retries, say

LOCK = "requirements-gtk.lock"
HEADERS = Path("/usr/include/gobject-introspection-1.0")


class GtkBindings:
    """PyGObject in a folder of its own, found by ``PYTHONPATH``.

    It is kept in the user's cache, for this lock and this Python, so that another checkout need not compile it again.
    """

    def __init__(self, root: Path, python: Path | None = None) -> None:
        """``python`` is what it is built for."""
        self._lock = root / "build" / LOCK
        self._python = python or Environment(root / ".venv").python
        digest = fingerprint(self._lock).split()[-1][:16]
        self.folder = kept_folder(root) / f"gtk-{digest}-{platform.machine()}-{python_tag(self._python)}"

    def ready(self) -> bool:
        """Whether it is there, and the libraries that it was compiled against still are."""
        if not self.folder.is_dir():
            return False
        env = {**os.environ, "PYTHONPATH": str(self.folder)}
        return (
            subprocess.run([self._python, "-c", "import gi"], env=env, capture_output=True, check=False).returncode == 0
        )

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
        """Built beside its place and moved there whole: a run that is cut off leaves nothing half made."""
        fresh = self.folder.with_name(f"{self.folder.name}.{os.getpid()}")
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        try:
            run_with_retries([self._python, *install, "--target", fresh, "-r", self._lock])
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                fresh.rename(self.folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def kept_folder(root: Path) -> Path:
    """What outlives a checkout: the user's cache, or the checkout's own where there is no home to write to."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    folder = cache / "zordon-build"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return root / ".cache"
    return folder if os.access(folder, os.W_OK) else root / ".cache"


def python_tag(python: Path) -> str:
    """What compiled modules fit: implementation and version, such as ``cpython-311``."""
    asked: list[str | Path] = [python, "-c", "import sys; print(sys.implementation.cache_tag)"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    return told.stdout.strip()
