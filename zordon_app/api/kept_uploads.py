"""Files that were sent to be looked into, kept for the job that follows: nobody sends 50 GB twice."""

import shutil
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from zordon_app.api.bodies import Received
from zordon_app.domain.callers import Upload
from zordon_app.errors import NotFound

KEPT_SECONDS = 3600.0
"""After that a dialog that was left open sends its file once more."""


class _Kept(Struct):
    upload: Upload
    folder: Path
    used: float
    in_use: int = 0


class KeptUploads:
    """By an id that nobody can guess. What nobody has used for long goes; what a start finds of before goes too."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Nothing is kept yet."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def keep(self, received: Received) -> str:
        """Keep the file that came along from now on, under the id that is given back; empty where none came."""
        upload, folder = received.upload, received.folder
        if upload is None or folder is None:
            return ""
        received.folder = None
        upload_id = uuid.uuid4().hex
        with self._lock:
            self._sweep()
            self._kept[upload_id] = _Kept(upload, folder, self._monotonic())
        return upload_id

    def take(self, upload_id: str) -> Upload:
        """Use it until ``give_back``. Raises NotFound: it is not kept any more."""
        with self._lock:
            kept = self._kept.get(upload_id)
            if kept is None:
                raise NotFound("The file that was sent is not kept any more. Send it again.", code="upload_gone")
            kept.used = self._monotonic()
            kept.in_use += 1
            return kept.upload

    def give_back(self, upload_id: str) -> None:
        """It is used no more; it stays for whoever tries again."""
        with self._lock:
            if upload_id in self._kept:
                self._kept[upload_id].in_use -= 1

    def drop(self, upload_id: str) -> None:
        """It is not wanted any more."""
        with self._lock:
            kept = self._kept.pop(upload_id, None)
        if kept is not None:
            shutil.rmtree(kept.folder, ignore_errors=True)

    def _sweep(self) -> None:
        oldest = self._monotonic() - KEPT_SECONDS
        for upload_id, kept in list(self._kept.items()):
            if kept.used < oldest and not kept.in_use:
                del self._kept[upload_id]
                shutil.rmtree(kept.folder, ignore_errors=True)
