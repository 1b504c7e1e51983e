"""Logs of jobs: the first MiB and the last four, whatever an engine prints."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 1024 * 1024
TAIL_BYTES = 2 * 1024 * 1024
"""Of each of the two files that hold the end."""
MOST_READ = 1024 * 1024


class CappedLog:
    """One log: ``name`` holds its beginning, ``name.<offset>`` the latest parts. Offsets count all bytes ever written.

    Lines that a full disk does not take are dropped: no engine ends because its words cannot be kept.
    """

    def __init__(self, path: Path) -> None:
        """Append to the log at ``path``."""
        self._path = path
        self._base = 0
        self._size = 0
        self._file: BinaryIO | None = None
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base, last = parts_of(path)[-1] if parts_of(path) else (0, path)
            self._file = last.open("ab", buffering=64 * 1024)
            self._size = last.stat().st_size

    def write(self, line: str) -> None:
        """Append a line."""
        data = line.encode() + b"\n"
        with contextlib.suppress(OSError):
            if self._size + len(data) > (HEAD_BYTES if self._base == 0 else TAIL_BYTES):
                self._rotate()
            if self._file is not None and not self._file.closed:
                self._file.write(data)
                self._size += len(data)

    def flush(self) -> None:
        """Let readers see it."""
        with contextlib.suppress(OSError):
            if self._file is not None and not self._file.closed:
                self._file.flush()

    def close(self) -> None:
        """Write out the rest."""
        with contextlib.suppress(OSError):
            if self._file is not None:
                self._file.close()

    def _rotate(self) -> None:
        self.close()
        self._base += self._size
        self._size = 0
        self._file = self._path.with_name(f"{self._path.name}.{self._base:015d}").open("ab", buffering=64 * 1024)
        for _base, old in parts_of(self._path)[1:-2]:
            old.unlink(missing_ok=True)


def parts_of(path: Path) -> list[tuple[int, Path]]:
    """The files of one log with the offset at which each begins, in order."""
    tails = [(int(part.suffix[1:]), part) for part in path.parent.glob(f"{path.name}.*") if part.suffix[1:].isdigit()]
    return ([(0, path)] if path.exists() else []) + sorted(tails)


def read_log(path: Path, start: int) -> tuple[bytes, int]:
    """Up to one MiB from offset ``start`` (negative: from the end), and the total size ever written."""
    parts = [(base, part.read_bytes()) for base, part in parts_of(path)]
    total = parts[-1][0] + len(parts[-1][1]) if parts else 0
    begin = max(total + start, 0) if start < 0 else start
    data = b"".join(content[max(begin - base, 0) :] for base, content in parts)
    return data[:MOST_READ], total


class JobLogs:
    """The logs of all jobs: one of the job, one for each unit."""

    def __init__(self, folder_of: Callable[[str], Path]) -> None:
        """``folder_of`` gives the log folder of a job."""
        self._folder_of = folder_of
        self._lock = threading.Lock()

    def open(self, job_id: str, unit: int | None = None) -> CappedLog:
        """A log to append to; the caller closes it."""
        return CappedLog(self._path(job_id, unit))

    def line_writer(self, job_id: str) -> Callable[[str], None]:
        """Appends single lines to the job's log, opening it each time: for the few lines of helper commands."""
        return lambda line: self.append(job_id, None, [line])

    def append(self, job_id: str, unit: int | None, lines: Sequence[str]) -> None:
        """Append lines to the log of a unit, or of the job, and close it again."""
        with self._lock:
            log = self.open(job_id, unit)
            for line in lines:
                log.write(line)
            log.close()

    def read(self, job_id: str, *, unit: int | None, start: int) -> tuple[bytes, int]:
        """Bytes from an offset and the total size; nothing for a log that is not there yet."""
        return read_log(self._path(job_id, unit), start)

    def _path(self, job_id: str, unit: int | None) -> Path:
        folder = self._folder_of(job_id)
        return folder / "job.log" if unit is None else folder / "units" / f"{unit}.log"
