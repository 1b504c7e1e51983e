"""Room on volumes: work stops before a disk is full, not after."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

GIB = 1024**3
SMALL_VOLUME_PERCENT = 10.0
"""On a small volume (a card, a test's tmpfs) the reserve is never more than this share."""
_REMEMBERED_SECONDS = 1.0


class DiskReserve:
    """Says when a volume is below its reserve. Answers are remembered for a second."""

    def __init__(self, reserve: Callable[[], tuple[float, float]], monotonic: Callable[[], float]) -> None:
        """``reserve`` gives GiB and percent of the volume, of which the larger counts."""
        self._reserve = reserve
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[float, str]] = {}

    def shortage(self, folder: Path) -> str:
        """A sentence when the volume of ``folder`` is below its reserve, else empty."""
        now = self._monotonic()
        with self._lock:
            asked, answer = self._known.get(folder, (-_REMEMBERED_SECONDS, ""))
            if now - asked < _REMEMBERED_SECONDS:
                return answer
        answer = self._look(folder)
        with self._lock:
            self._known = {path: known for path, known in self._known.items() if now - known[0] < _REMEMBERED_SECONDS}
            self._known[folder] = (now, answer)
        return answer

    def shortage_now(self, folder: Path) -> str:
        """The same, looked up anew: why something failed a moment ago, the answer of before does not tell."""
        return self._look(folder)

    def _look(self, folder: Path) -> str:
        usage = shutil.disk_usage(_existing(folder))
        gib, percent = self._reserve()
        wanted = min(max(gib * GIB, usage.total * percent / 100), usage.total * SMALL_VOLUME_PERCENT / 100)
        if usage.free >= wanted:
            return ""
        return (
            f"Waiting for disk space: {folder} has {_size(usage.free)} free, {_size(int(wanted))} are kept in reserve. "
            "Free some space; it goes on by itself."
        )


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _size(count: int) -> str:
    return f"{count / GIB:.1f} GB" if count >= GIB else f"{count / 1024**2:.1f} MB"
