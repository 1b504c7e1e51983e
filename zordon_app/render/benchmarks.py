"""How fast this machine is: processor, disk and engines, and what was measured before."""

import contextlib
import hashlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from zordon_app import __version__
from zordon_app.engines.base import Build, Invocation, RunProgram
from zordon_app.errors import BadRequest, DiskFull, EngineFailed
from zordon_app.guard import Guard

CPU, DISK_WRITE, DISK_READ = "cpu", "disk_write", "disk_read"
MIB = 1024**2
BLOCK = 4 * MIB
DISK_BYTES = 256 * MIB
DISK_SECONDS = 8.0
"""A slow card is measured by what it did in that time, for writing and for reading each."""
MOST_KEPT = 1000
ENGINE_SECONDS = 600.0
FILM_FRAMES = 240
_DONE = "ZORDON_BENCHMARK "


class Benchmark(Struct, frozen=True, kw_only=True):
    """One measurement. ``kind`` is ``cpu`` (MB/s), ``disk_write``, ``disk_read`` (MB/s) or an engine's name.

    FFmpeg: frames per second; Blender: millions of samples per second. ``version`` is the engine's, else Zordon's.
    """

    kind: str
    value: float
    at: datetime
    version: str = ""


class BenchmarkHistory:
    """Measurements in a file of JSON lines; a damaged line is passed over, an unwritable file loses only the past."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        """``path`` need not exist; ``now`` gives UTC."""
        self._path = path
        self._now = now
        self._lock = threading.Lock()

    def add(self, kind: str, value: float, *, version: str = __version__) -> Benchmark:
        """Keep a measurement."""
        entry = Benchmark(kind=kind, value=value, at=self._now(), version=version)
        with self._lock, contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(entry) + b"\n")
        return entry

    def all(self, kind: str | None = None) -> list[Benchmark]:
        """The last thousand, oldest first; of one kind if given."""
        with self._lock:
            try:
                lines = self._path.read_bytes().splitlines()
            except OSError:
                return []
        known = [entry for entry in map(_read_line, lines) if entry is not None and kind in {None, entry.kind}]
        return known[-MOST_KEPT:]

    def latest(self, kind: str) -> Benchmark | None:
        """The newest of one kind."""
        known = self.all(kind)
        return known[-1] if known else None


def measure_cpu(seconds: float) -> float:
    """MB hashed per second by all cores together, rounded to 0.1: about the same however long, and however busy.

    BLAKE2b is plain 64 bit arithmetic that no processor has an instruction for; hashlib lets go of the interpreter,
    so threads use all cores (and work in a packaged program, where starting more of ourselves does not). Each counts
    its own processor time, so that what else is running does not make the machine look slow.
    """
    cores = usable_cores()
    with Guard().pool("cpu benchmark", cores) as pool:
        speeds = list(pool.map(_hash_for, [seconds] * cores))
    return round(sum(speeds) / 1e6, 1)


def usable_cores() -> int:
    """Logical cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def measure_disk(folder: Path) -> dict[str, float]:
    """``write_mb_per_s`` and ``read_mb_per_s`` of the volume of ``folder``; its file is removed whatever happens.

    Written bytes are on the disk when the clock stops, and Linux and macOS read them from there; Windows may read from
    memory.

    Raises:
        DiskFull: there is no room for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".benchmark-{uuid.uuid4().hex}"
    try:
        _check_room(folder)
        written = _write_for(path, DISK_SECONDS)
        return {"write_mb_per_s": round(written, 1), "read_mb_per_s": round(_read_for(path, DISK_SECONDS), 1)}
    except OSError as error:
        raise DiskFull(f"The disk of {folder} could not be measured: {error.strerror or error}.") from error
    finally:
        path.unlink(missing_ok=True)


def measure_engine(
    build: Build, run: RunProgram, work: Path, *, monotonic: Callable[[], float] = time.monotonic
) -> float:
    """How fast a build does a small standard job; ``work`` is a folder for its script. Larger is faster.

    Raises:
        EngineFailed: it could not do it.
        BadRequest: there is no standard job for that engine.
    """
    if build.engine == "ffmpeg":
        started = monotonic()
        run(encode_something(build), timeout=ENGINE_SECONDS)
        return round(FILM_FRAMES / max(monotonic() - started, 1e-3), 2)
    if build.engine == "blender":
        return _measure_blender(build, run, work)
    raise BadRequest(f"There is no benchmark for {build.engine}. There is one for blender and for ffmpeg.")


def encode_something(build: Build) -> Invocation:
    """Ten seconds of a moving test picture in HD, encoded with x264 into nothing."""
    source = ("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=24")
    codec = ("-frames:v", str(FILM_FRAMES), "-c:v", "libx264", "-preset", "medium", "-pix_fmt", "yuv420p")
    return Invocation(
        argv=(*build.command, "-hide_banner", "-nostdin", "-v", "error", *source, *codec, "-f", "null", "-")
    )


def render_something(build: Build, scratch: Path) -> Invocation:
    """The scene of ``inside/benchmark_scene.py`` by Cycles on the processor."""
    script = str(Path(__file__).parent / "inside" / "benchmark_scene.py")
    kinds = ("RESOURCES", "CONFIG", "SCRIPTS", "DATAFILES", "EXTENSIONS")
    env = {f"BLENDER_USER_{kind}": str(scratch) for kind in kinds} | {"TMPDIR": str(scratch), "TEMP": str(scratch)}
    options = () if build.origin == "bpy" else ("--background", "--factory-startup", "--python")
    return Invocation(argv=(*build.command, *options, script), env=env)


def _measure_blender(build: Build, run: RunProgram, work: Path) -> float:
    scratch = work / f"benchmark-{uuid.uuid4().hex}"
    scratch.mkdir(parents=True)
    try:
        lines = run(render_something(build, scratch), timeout=ENGINE_SECONDS).splitlines()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    said = [line.removeprefix(_DONE) for line in lines if line.startswith(_DONE)]
    if not said:
        named = [line for line in lines if "Error" in line] or [line for line in lines if line.strip()]
        last = named[-1] if named else "it printed nothing"
        raise EngineFailed(f"Blender {build.version} could not render the benchmark's scene: {last[:200]}")
    return round(float(said[-1]), 3)


def _hash_for(seconds: float) -> float:
    """Bytes per second of this thread's processor time."""
    block = bytes(BLOCK)
    hashlib.blake2b(block)  # The first touches fresh memory.
    until, begun, count = time.monotonic() + seconds, time.thread_time(), 0
    while time.monotonic() < until or count == 0:
        hashlib.blake2b(block)
        count += 1
    return count * BLOCK / max(time.thread_time() - begun, 1e-6)


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < 2 * DISK_BYTES:
        raise DiskFull(
            "The disk of {folder} has {free} MB free; the benchmark wants {wanted}.",
            code="benchmark_misfit",
            folder=folder,
            free=f"{free / MIB:.0f}",
            wanted=2 * DISK_BYTES // MIB,
        )


def _write_for(path: Path, seconds: float) -> float:
    block = os.urandom(BLOCK)  # Nothing that a clever disk can make smaller.
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
    try:
        begun, count = time.monotonic(), 0
        while count < DISK_BYTES and time.monotonic() - begun < seconds:
            count += os.write(handle, block)
        os.fsync(handle)
        return count / max(time.monotonic() - begun, 1e-6) / 1e6
    finally:
        os.close(handle)


def _read_for(path: Path, seconds: float) -> float:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        _leave_memory(handle)
        begun, count = time.monotonic(), 0
        while (got := len(os.read(handle, BLOCK))) and time.monotonic() - begun < seconds:
            count += got
        return count / max(time.monotonic() - begun, 1e-6) / 1e6
    finally:
        os.close(handle)


def _leave_memory(handle: int) -> None:
    """Let the system forget what it keeps of the file, where it can be told to."""
    with contextlib.suppress(OSError, ImportError):
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        else:
            import fcntl

            no_cache = getattr(fcntl, "F_NOCACHE", None)
            if no_cache is not None:
                fcntl.fcntl(handle, no_cache, 1)


def _read_line(line: bytes) -> Benchmark | None:
    try:
        return msgspec.json.decode(line, type=Benchmark)
    except (msgspec.MsgspecError, UnicodeError):
        return None
