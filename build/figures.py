"""What packages cost the people who install them, as the README tells it: printed after each build with ``--test``."""

import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from program import size_of
from steps import CommandFailed

STARTS = 3


class Figures(NamedTuple):
    """One package: bytes to fetch, bytes on disk, and seconds until its program has told its version."""

    name: str
    download: int
    unpacked: int
    start: float


def measure(package: Path, folder: Path, program: Path) -> Figures:
    """Of a ``package`` that puts ``folder`` on the disk and starts ``program``."""
    return Figures(package.name, size_of(package), size_of(folder), start_seconds(program))


def start_seconds(program: Path) -> float:
    """The shortest of a few starts: whatever else runs on the machine only makes them longer."""
    return min(_one_start(program) for _ in range(STARTS))


def table(rows: list[Figures]) -> str:
    """In Markdown."""
    head = ["| package | download | on disk | `zordon --version` |", "| --- | ---: | ---: | ---: |"]
    told = [f"| {r.name} | {_megabytes(r.download)} | {_megabytes(r.unpacked)} | {r.start:.1f} s |" for r in rows]
    return "\n".join([*head, *told])


def _one_start(program: Path) -> float:
    command: list[str | Path] = [program, "--version"]
    began = time.monotonic()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    if status:
        raise CommandFailed(command, status)
    return time.monotonic() - began


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
