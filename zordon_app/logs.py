"""Zordon's own log: a file that cannot grow without end, and the console when there is one."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILES = 5
FILE_BYTES = 2_000_000
_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"


def set_up_logging(folder: Path, *, console: int | None = logging.WARNING) -> None:
    """Log to ``folder/zordon.log`` from INFO on, and to stderr from ``console`` on (None: not at all)."""
    folder.mkdir(parents=True, exist_ok=True)
    root = logging.getLogger("zordon_app")
    root.setLevel(logging.INFO)
    root.propagate = False
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    file = RotatingFileHandler(
        folder / "zordon.log",
        maxBytes=FILE_BYTES,
        backupCount=FILES - 1,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    file.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(file)
    # A windowed program on Windows has no stderr at all.
    if console is not None and sys.stderr is not None:
        stream = logging.StreamHandler()
        stream.setLevel(console)
        stream.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        root.addHandler(stream)
