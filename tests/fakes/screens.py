"""Screens that nobody looks at."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SIZE = "1440x1600x24"
"""High enough for Blender to show all of its output properties."""


@contextmanager
def x_server(*options: str) -> Iterator[str]:
    """An X server on a display number that it finds by itself; its ``DISPLAY``."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb here; build/dev.py test installs it")
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset", *options]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        with os.fdopen(told) as numbers:
            number = numbers.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()
