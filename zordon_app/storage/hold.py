"""Whether a person has paused this machine, kept over a restart."""

from pathlib import Path

import msgspec

from zordon_app.domain.holds import Hold


class HoldFile:
    """One small file."""

    def __init__(self, path: Path) -> None:
        """Keep it at ``path``."""
        self._path = path

    def read(self) -> Hold:
        """What was said last; nothing was when there is no file that can be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Hold)
        except (OSError, msgspec.DecodeError):
            return Hold()

    def write(self, hold: Hold) -> None:
        """Remember it."""
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(hold))
        part.replace(self._path)
