"""This machine: what it is, how busy it is and how fast."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psutil
from msgspec import structs

from zordon_app.engines.base import Build, RunProgram
from zordon_app.paths import Paths
from zordon_app.render.benchmarks import (
    CPU,
    DISK_READ,
    DISK_WRITE,
    Benchmark,
    BenchmarkHistory,
    measure_cpu,
    measure_disk,
    measure_engine,
)
from zordon_app.render.gpus import GpuWatch
from zordon_app.render.hardware import cpu_brand, disk_facts, memory_facts, system_facts, temperature_facts
from zordon_app.render.load import Load


class Clock(Protocol):
    """What is needed of the clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""

    def monotonic(self) -> float:
        """Seconds that only grow."""


def free_gib() -> float:
    """Memory that programs could still have, GiB."""
    return float(psutil.virtual_memory().available / 1024**3)


class Machine:
    """Meets the Protocol of ``api.services``. ``sample`` is called once per second by a thread of ``app``."""

    def __init__(self, paths: Paths, *, clock: Clock, output: Callable[[], Path] | None = None) -> None:
        """``output`` is where jobs put their folders at present, if not where ``paths`` says."""
        self._paths = paths
        self._output = output or (lambda: paths.output)
        self._gpus = GpuWatch(clock.monotonic)
        self._load = Load(time=lambda: clock.now().timestamp(), monotonic=clock.monotonic, gpu=self._gpus.busiest)
        self._brand: str | None = None
        self._brand_lock = threading.Lock()
        self.benchmarks = BenchmarkHistory(paths.data / "benchmarks.jsonl", clock.now)
        measured = {entry.kind: entry.value for entry in self.benchmarks.all()}
        self._engine_speeds = {
            kind: value for kind, value in measured.items() if kind not in {CPU, DISK_WRITE, DISK_READ}
        }

    def sample(self) -> None:
        """Look how busy the machine is; once per second."""
        self._load.sample()

    def load(self) -> tuple[float | None, float | None]:
        """CPU and memory in percent as last sampled, without waiting; None before the second sample."""
        latest = self._load.latest()
        return (None, None) if latest is None else (latest.cpu, latest.memory)

    def history(self, seconds: float = 3600.0) -> dict[str, list[Any]]:
        """The samples of up to the last hour as columns of equal length, oldest first; see ``load.Sample``."""
        return self._load.history(seconds)

    def status(self) -> dict[str, Any]:
        """What ``GET /api/status`` says of the machine: bytes, percent of 0–100, °C; None where it is not known."""
        latest = self._load.latest()
        self._know_brand()
        return {
            **system_facts(),
            "cpu_brand": self._brand or "",
            "cpu_count": os.cpu_count() or 1,
            "cpu_count_physical": psutil.cpu_count(logical=False),
            "cpu_percent": None if latest is None else round(latest.cpu, 1),
            "cpu_percent_per_core": [] if latest is None else [round(core, 1) for core in latest.cores],
            **memory_facts(),
            "engine_speeds": self._engine_speeds,
            "gpus": [structs.asdict(gpu) for gpu in self._gpus.known()],
            "temperature": None if latest is None else latest.temperature,
            "temperatures": temperature_facts(),
            "disk": disk_facts(self._paths.data),
            "disks": {"data": disk_facts(self._paths.data), "output": disk_facts(self._output())},
        }

    def benchmark_history(self) -> list[dict[str, Any]]:
        """Earlier measurements, oldest first; see ``benchmarks.Benchmark``."""
        return [structs.asdict(entry) for entry in self.benchmarks.all()]

    def cpu_benchmark(self, seconds: float) -> float:
        """Work on all cores for ``seconds``; MB hashed per second, kept in ``benchmarks``."""
        return self.benchmarks.add(CPU, measure_cpu(seconds)).value

    def disk_benchmark(self) -> dict[str, float]:
        """``write_mb_per_s`` and ``read_mb_per_s`` of the volume of the data, kept in ``benchmarks``.

        Raises:
            DiskFull: there is no room for the file it writes.
        """
        speed = measure_disk(self._paths.work)
        self.benchmarks.add(DISK_WRITE, speed["write_mb_per_s"])
        self.benchmarks.add(DISK_READ, speed["read_mb_per_s"])
        return speed

    def engine_benchmark(self, build: Build, run: RunProgram) -> Benchmark:
        """How fast that build does a small standard job (see ``Benchmark``), kept in ``benchmarks``.

        Raises:
            EngineFailed: the engine could not do it.
            BadRequest: there is no standard job for that engine.
        """
        value = measure_engine(build, run, self._paths.work)
        self._engine_speeds = self._engine_speeds | {build.engine: value}
        return self.benchmarks.add(build.engine, value, version=build.version)

    def engine_speeds(self) -> dict[str, float]:
        """By engine what was measured last, without waiting; comparable with that of other machines."""
        return self._engine_speeds

    def stop(self) -> None:
        """Wait for what is being looked up."""
        self._gpus.stop()

    def _know_brand(self) -> None:
        with self._brand_lock:
            if self._brand is None:
                self._brand = cpu_brand()
