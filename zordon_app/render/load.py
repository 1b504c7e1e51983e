"""How busy the machine is: one sample each second, an hour of them kept."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import psutil
from msgspec import Struct

HOUR = 3600
_LOOPBACK = ("lo", "loopback")


class Sample(Struct, frozen=True, kw_only=True):
    """The machine at one moment; None where it is not known. Percent are 0–100, rates bytes per second."""

    at: float
    """Unix time."""
    cpu: float
    cores: tuple[float, ...]
    memory: float
    received: float | None = None
    sent: float | None = None
    read: float | None = None
    written: float | None = None
    gpu: float | None = None
    """The busiest one."""
    temperature: float | None = None
    """Of the processor, or else the warmest sensor; °C."""


class Counters(Struct, frozen=True, kw_only=True):
    """What the system counts since it started; the difference of two of them is the load between."""

    at: float
    """Seconds that only grow."""
    cores: tuple[tuple[float, float], ...]
    """Busy and all seconds of each core."""
    network: tuple[int, int] | None
    """Bytes received and sent, loopback left out."""
    disk: tuple[int, int] | None
    """Bytes read and written."""


class Load:
    """Takes samples when told to. ``latest`` and ``history`` answer at once, from any thread."""

    def __init__(
        self,
        *,
        time: Callable[[], float],
        monotonic: Callable[[], float],
        gpu: Callable[[], float | None],
        counters: Callable[[float], Counters] | None = None,
    ) -> None:
        """``gpu`` gives the load of the busiest GPU as it is known; it must not wait."""
        self._time = time
        self._monotonic = monotonic
        self._gpu = gpu
        self._read = counters or read_counters
        self._lock = threading.Lock()
        self._samples: deque[Sample] = deque(maxlen=HOUR)
        self._before: Counters | None = None

    def sample(self) -> None:
        """Look once. To be called every second; the first call only begins to count."""
        now = self._read(self._monotonic())
        with self._lock:
            before, self._before = self._before, now
            if before is None or now.at <= before.at:
                return
            rates = compare(before, now)
            self._samples.append(
                Sample(
                    at=self._time(),
                    memory=psutil.virtual_memory().percent,
                    gpu=self._gpu(),
                    temperature=read_temperature(),
                    **rates,
                )
            )

    def latest(self) -> Sample | None:
        """The newest sample; None before there is one."""
        with self._lock:
            return self._samples[-1] if self._samples else None

    def history(self, seconds: float) -> dict[str, list[Any]]:
        """The samples of the last ``seconds`` as columns of equal length, oldest first: the fields of ``Sample``."""
        since = self._time() - seconds
        with self._lock:
            chosen = [sample for sample in self._samples if sample.at >= since]
        return {name: [getattr(sample, name) for sample in chosen] for name in Sample.__struct_fields__}


def compare(before: Counters, now: Counters) -> dict[str, Any]:
    """``cpu``, ``cores``, ``received``, ``sent``, ``read`` and ``written`` of a ``Sample``."""
    seconds = now.at - before.at
    cores = tuple(_busy(*pair) for pair in zip(before.cores, now.cores, strict=False))
    received, sent = _rates(before.network, now.network, seconds)
    read, written = _rates(before.disk, now.disk, seconds)
    mean = sum(cores) / len(cores) if cores else 0.0
    return {"cpu": mean, "cores": cores, "received": received, "sent": sent, "read": read, "written": written}


def read_counters(at: float) -> Counters:
    """What the system counts now."""
    cores = tuple((_busy_seconds(times), _all_seconds(times)) for times in psutil.cpu_times(percpu=True))
    # Where a counter goes back by a little, as the kernel's do, psutil's own "nowrap" counts all of it once more.
    disk = psutil.disk_io_counters(nowrap=False)
    return Counters(
        at=at, cores=cores, network=_network(), disk=None if disk is None else (disk.read_bytes, disk.write_bytes)
    )


def read_temperature() -> float | None:
    """Of the processor in °C, else of the warmest sensor; None where the system does not tell (Windows, macOS)."""
    read = getattr(psutil, "sensors_temperatures", None)
    sensors: dict[str, Any] = read() if read is not None else {}
    processors = [name for name in ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal") if name in sensors]
    chosen = [sensors[name] for name in processors] or list(sensors.values())
    known = [entry.current for entries in chosen for entry in entries if entry.current]
    return max(known, default=None)


def _network() -> tuple[int, int] | None:
    counted = [
        counters
        for name, counters in psutil.net_io_counters(pernic=True, nowrap=False).items()
        if not name.lower().startswith(_LOOPBACK)
    ]
    if not counted:
        return None
    return sum(each.bytes_recv for each in counted), sum(each.bytes_sent for each in counted)


def _all_seconds(times: Any) -> float:
    # Linux counts the time of guests under user time already.
    return float(sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0))


def _busy_seconds(times: Any) -> float:
    return _all_seconds(times) - float(times.idle) - float(getattr(times, "iowait", 0.0))


def _busy(before: tuple[float, float], now: tuple[float, float]) -> float:
    passed = now[1] - before[1]
    return min(100.0, max(0.0, 100 * (now[0] - before[0]) / passed)) if passed > 0 else 0.0


def _rates(
    before: tuple[int, int] | None, now: tuple[int, int] | None, seconds: float
) -> tuple[float | None, float | None]:
    if before is None or now is None:
        return None, None
    # A counter that went back was reset: a card was unplugged, or the number ran over.
    return max(0, now[0] - before[0]) / seconds, max(0, now[1] - before[1]) / seconds
