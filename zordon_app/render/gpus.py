"""GPUs of this machine, as far as their drivers tell: looked up in a thread of their own, never waited for."""

import contextlib
import json
import logging
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from zordon_app.guard import Guard

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
PATIENCE_SECONDS = 20.0
DEVICES = Path("/sys/class/drm")
NVIDIA = ("nvidia-smi", "--query-gpu=name,utilization.gpu,memory.used,memory.total,temperature.gpu")
NVIDIA_FORM = "--format=csv,noheader,nounits"
MAC = ("system_profiler", "SPDisplaysDataType", "-json")
MIB = 1024**2

RunTool = Callable[[tuple[str, ...]], str]


class Gpu(Struct, frozen=True, kw_only=True):
    """One GPU; None where its driver does not tell. Memory in bytes."""

    name: str
    percent: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    temperature: float | None = None


class GpuWatch:
    """Knows the GPUs as they were a few seconds ago."""

    def __init__(self, monotonic: Callable[[], float], *, run: RunTool | None = None, devices: Path = DEVICES) -> None:
        """``run`` runs a tool and returns what it printed (OSError: there is none); ``devices`` is Linux's own list."""
        self._monotonic = monotonic
        self._run = run or run_tool
        self._devices = devices
        self._lock = threading.Lock()
        self._known: list[Gpu] = []
        self._asked_at: float | None = None
        self._thread: threading.Thread | None = None

    def known(self) -> list[Gpu]:
        """The GPUs as last seen; begins a new look when that is long ago. Never waits."""
        with self._lock:
            now = self._monotonic()
            is_due = self._asked_at is None or (bool(self._known) and now - self._asked_at >= EVERY_SECONDS)
            if is_due and (self._thread is None or not self._thread.is_alive()):
                self._asked_at = now
                self._thread = Guard().thread("gpus", self.look, daemon=True)
                self._thread.start()
            return list(self._known)

    def busiest(self) -> float | None:
        """The load of the busiest GPU in percent; None where it is not known."""
        return max((gpu.percent for gpu in self.known() if gpu.percent is not None), default=None)

    def look(self) -> None:
        """Ask the drivers; may take seconds."""
        found = self._nvidia() + read_amd(self._devices)
        found = found or self._mac()
        with self._lock:
            self._known = found

    def stop(self) -> None:
        """Wait for a look that is going on."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(PATIENCE_SECONDS)

    def _nvidia(self) -> list[Gpu]:
        return parse_nvidia(self._ask((*NVIDIA, NVIDIA_FORM)))

    def _mac(self) -> list[Gpu]:
        return parse_mac(self._ask(MAC))

    def _ask(self, command: tuple[str, ...]) -> str:
        try:
            return self._run(command)
        except (OSError, subprocess.SubprocessError) as error:
            log.debug("%s told nothing of GPUs: %s", command[0], error)
            return ""


def run_tool(command: tuple[str, ...]) -> str:
    """What a driver's tool prints. Raises OSError or SubprocessError."""
    program = shutil.which(command[0])
    if program is None:
        raise FileNotFoundError(command[0])
    return subprocess.run(
        (program, *command[1:]), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
    ).stdout


def parse_nvidia(text: str) -> list[Gpu]:
    """The lines of nvidia-smi: name, percent, MiB used, MiB there, °C; what it does not know is in brackets."""
    found: list[Gpu] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < 5:
            continue
        percent, used, total, temperature = (_number(cell) for cell in cells[-4:])
        found.append(
            Gpu(
                name=", ".join(cells[:-4]),
                percent=percent,
                memory_used=None if used is None else int(used * MIB),
                memory_total=None if total is None else int(total * MIB),
                temperature=temperature,
            )
        )
    return found


def parse_mac(text: str) -> list[Gpu]:
    """The JSON of system_profiler."""
    with contextlib.suppress(ValueError, AttributeError, TypeError):
        cards = json.loads(text or "{}").get("SPDisplaysDataType", [])
        return [Gpu(name=str(card.get("sppci_model") or card.get("_name") or "GPU")) for card in cards]
    return []


def read_amd(devices: Path) -> list[Gpu]:
    """What Linux's amdgpu driver tells in its files, one folder per card."""
    return [_amd_card(busy.parent) for busy in sorted(devices.glob("card*/device/gpu_busy_percent"))]


def _amd_card(folder: Path) -> Gpu:
    used, total = (_file_number(folder / f"mem_info_vram_{which}") for which in ("used", "total"))
    warmth = [_file_number(path) for path in sorted(folder.glob("hwmon/hwmon*/temp1_input"))]
    return Gpu(
        name=_file_text(folder / "product_name") or "AMD GPU",
        percent=_file_number(folder / "gpu_busy_percent"),
        memory_used=None if used is None else int(used),
        memory_total=None if total is None else int(total),
        temperature=warmth[0] / 1000 if warmth and warmth[0] is not None else None,
    )


def _file_text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace").strip()
    return ""


def _file_number(path: Path) -> float | None:
    return _number(_file_text(path))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
