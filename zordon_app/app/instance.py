"""One Zordon per data folder: the lock, and the note by which the command line finds the running node."""

import json
import os
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from zordon_app import __version__
from zordon_app.errors import AlreadyRunning
from zordon_app.files.durable import write_durably
from zordon_app.paths import Paths, read_instance


def take_lock(paths: Paths) -> FileLock:
    """The data folder is ours until the lock is released. Raises AlreadyRunning, with the other's address."""
    lock = FileLock(paths.data / "instance.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        address = read_instance(paths).get("address", "")
        where = f" It answers at {address}." if address else ""
        raise AlreadyRunning(f"Zordon is running already with its data in {paths.data}.{where}") from None
    return lock


def write_instance(paths: Paths, address: str, port: int, key: str) -> None:
    """Say where this node answers, and by which key it knows its own user where the system does not tell."""
    about = {"key": key, "address": address, "port": port, "pid": os.getpid(), "version": __version__}
    write_durably(paths.instance, json.dumps(about).encode(), private=True)


def empty(folder: Path) -> None:
    """Remove what an earlier start left in a folder that may be emptied."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
