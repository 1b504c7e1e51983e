import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.fakes.clock import FakeClock
from zordon_app.engines.base import Build
from zordon_app.errors import BadRequest, DiskFull, EngineFailed
from zordon_app.paths import find_paths
from zordon_app.render import benchmarks
from zordon_app.render.benchmarks import BenchmarkHistory, measure_cpu, measure_disk, measure_engine
from zordon_app.render.gpus import Gpu, GpuWatch, parse_mac, parse_nvidia, read_amd
from zordon_app.render.load import Counters, Load, Sample, compare, read_counters
from zordon_app.render.machine import Machine


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def machine(tmp_path, clock):
    machine = Machine(find_paths(tmp_path), clock=clock)
    yield machine
    machine.stop()


def burn(stop: threading.Event) -> None:
    while not stop.is_set():
        hashlib.blake2b(bytes(2_000_000))


def test_the_status_says_what_the_machine_is(machine):
    status = machine.status()

    assert status["system_os"] == "linux" or os.name != "posix"
    assert status["os_version"]
    assert status["cpu_brand"]
    assert status["cpu_count"] == os.cpu_count()
    assert status["memory_total"] == psutil.virtual_memory().total
    assert 0 < status["memory_used"] < status["memory_total"]
    assert 0 < status["memory_percent"] < 100
    assert status["disk"]["free"] > 0
    assert set(status["disks"]) == {"data", "output"}


def test_the_output_folder_that_is_chosen_now_is_the_one_shown(tmp_path, clock):
    elsewhere = tmp_path / "far" / "away"
    machine = Machine(find_paths(tmp_path), clock=clock, output=lambda: elsewhere)

    assert machine.status()["disks"]["output"]["path"] == str(tmp_path)


def test_the_load_is_unknown_until_there_are_two_looks(machine, clock):
    assert machine.load() == (None, None)
    machine.sample()
    assert machine.load() == (None, None)
    clock.advance(1)
    machine.sample()

    cpu, memory = machine.load()
    assert 0 <= cpu <= 100
    assert 0 < memory < 100


def test_work_on_all_cores_shows_in_the_load(machine, clock):
    stop = threading.Event()
    threads = [threading.Thread(target=burn, args=(stop,)) for _ in range(os.cpu_count() or 1)]
    machine.sample()
    for thread in threads:
        thread.start()
    stop.wait(0.6)
    clock.advance(1)
    machine.sample()
    stop.set()
    for thread in threads:
        thread.join()

    # One core may be all that this process is given.
    assert max(machine.status()["cpu_percent_per_core"]) > 60
    assert len(machine.status()["cpu_percent_per_core"]) == os.cpu_count()


def counters(at: float, busy: float, whole: float, **rest) -> Counters:
    return Counters(at=at, cores=((busy, whole), (0.0, whole)), **({"network": None, "disk": None} | rest))


def test_load_is_the_difference_of_what_the_system_counts():
    before = counters(10, 5, 100, network=(1000, 500), disk=(0, 0))
    now = counters(12, 7, 104, network=(5000, 700), disk=(2048, 8192))

    assert compare(before, now) == {
        "cpu": 25.0,
        "cores": (50.0, 0.0),
        "received": 2000.0,
        "sent": 100.0,
        "read": 1024.0,
        "written": 4096.0,
    }


def test_counters_that_went_back_or_are_unknown_do_no_harm():
    found = compare(counters(1, 50, 100, network=(9000, 9000)), counters(2, 10, 100, network=(10, 10)))

    assert (found["cpu"], found["received"], found["read"]) == (0.0, 0.0, None)


def test_a_counter_of_the_system_that_goes_back_a_little_is_not_counted_anew(monkeypatch):
    told = iter([90_000_000_000, 89_999_990_000])
    monkeypatch.setattr(
        psutil._psplatform, "disk_io_counters", lambda **_: {"vda": (1, 1, 5_000, next(told), 1, 1, 0, 0, 0)}
    )

    first, second = read_counters(1.0), read_counters(2.0)

    assert compare(first, second)["written"] == 0


def test_the_history_has_columns_of_the_last_seconds(clock):
    busy = iter(range(10_000))
    load = Load(
        time=lambda: clock.now().timestamp(),
        monotonic=clock.monotonic,
        gpu=lambda: 42.0,
        counters=lambda at: counters(at, next(busy), at),
    )
    for _ in range(4000):
        load.sample()
        clock.advance(1)

    hour, minute = load.history(100_000), load.history(60)

    assert set(hour) == set(Sample.__struct_fields__)
    assert {len(column) for column in hour.values()} == {3600}
    assert len(minute["cpu"]) == 60
    assert minute["at"] == sorted(minute["at"])
    assert minute["cpu"][-1] == pytest.approx(50)
    assert minute["gpu"][-1] == 42.0


NVIDIA = """NVIDIA GeForce RTX 4090, 37, 5120, 24564, 61
Quadro, with a comma, [N/A], 10, 2048, [Not Supported]
"""


def test_nvidia_cards_are_read_with_what_they_do_not_tell():
    assert parse_nvidia(NVIDIA) == [
        Gpu(
            name="NVIDIA GeForce RTX 4090",
            percent=37.0,
            memory_used=5120 * 1024**2,
            memory_total=24564 * 1024**2,
            temperature=61.0,
        ),
        Gpu(name="Quadro, with a comma", memory_used=10 * 1024**2, memory_total=2048 * 1024**2),
    ]
    assert parse_nvidia("No devices were found\n") == []


def test_mac_cards_are_read():
    text = '{"SPDisplaysDataType": [{"_name": "kHW_AppleM2", "sppci_model": "Apple M2 Max"}]}'

    assert parse_mac(text) == [Gpu(name="Apple M2 Max")]
    assert parse_mac("no json") == []
    assert parse_mac("[]") == []


def test_amd_cards_are_read_from_the_drivers_files(tmp_path):
    device = tmp_path / "card1" / "device"
    (device / "hwmon" / "hwmon3").mkdir(parents=True)
    for name, text in (
        ("gpu_busy_percent", "73\n"),
        ("mem_info_vram_used", "1048576\n"),
        ("mem_info_vram_total", "17163091968\n"),
        ("hwmon/hwmon3/temp1_input", "54000\n"),
    ):
        (device / name).write_text(text)
    (tmp_path / "card1-DP-1").mkdir()

    assert read_amd(tmp_path) == [
        Gpu(name="AMD GPU", percent=73.0, memory_used=1_048_576, memory_total=17_163_091_968, temperature=54.0)
    ]


def test_gpus_are_looked_for_aside_and_again_only_where_there_are_some(tmp_path, clock):
    asked = []

    def run(command):
        asked.append(command[0])
        if command[0] == "nvidia-smi":
            return NVIDIA
        raise FileNotFoundError(command[0])

    watch = GpuWatch(clock.monotonic, run=run, devices=tmp_path)
    watch.known()
    watch.stop()
    assert watch.busiest() == 37.0
    clock.advance(1)
    watch.known()
    watch.stop()
    assert asked == ["nvidia-smi"]
    clock.advance(10)
    watch.known()
    watch.stop()
    assert asked == ["nvidia-smi"] * 2

    none = GpuWatch(clock.monotonic, run=lambda command: exec("raise OSError"), devices=tmp_path)
    none.known()
    none.stop()
    clock.advance(10)
    assert none.known() == []
    assert none.busiest() is None


def test_the_cpu_score_does_not_depend_on_how_long_it_is_measured():
    short, longer = measure_cpu(0.3), measure_cpu(0.9)

    # Wider than what an idle machine gives, since others may use this one.
    assert longer == pytest.approx(short, rel=0.25)
    assert short > 50


def test_the_disk_is_measured_and_left_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "DISK_BYTES", 16 * benchmarks.MIB)

    speed = measure_disk(tmp_path / "new")

    assert speed["write_mb_per_s"] > 1
    assert speed["read_mb_per_s"] > 1
    assert list((tmp_path / "new").iterdir()) == []


def test_a_disk_without_room_is_not_filled(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "DISK_BYTES", 2**62)

    with pytest.raises(DiskFull, match="MB free"):
        measure_disk(tmp_path)


def test_a_disk_that_fails_is_told_and_left_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "DISK_BYTES", 8 * benchmarks.MIB)

    def no_room(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DiskFull, match="No space left"):
        measure_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_measurements_are_remembered_with_time_and_version(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(benchmarks, "DISK_BYTES", 8 * benchmarks.MIB)
    machine = Machine(find_paths(tmp_path), clock=clock)
    speed = machine.disk_benchmark()
    clock.advance(60)
    score = machine.cpu_benchmark(0.1)

    known = BenchmarkHistory(tmp_path / "data" / "benchmarks.jsonl", clock.now)

    assert [(entry.kind, entry.value) for entry in known.all()] == [
        ("disk_write", speed["write_mb_per_s"]),
        ("disk_read", speed["read_mb_per_s"]),
        ("cpu", score),
    ]
    assert known.latest("cpu").at == clock.now()
    assert known.latest("cpu").version
    assert known.latest("blender") is None


def test_a_damaged_history_loses_only_what_is_damaged(tmp_path, clock):
    path = tmp_path / "benchmarks.jsonl"
    history = BenchmarkHistory(path, clock.now)
    history.add("cpu", 100.0)
    with path.open("ab") as file:
        file.write(b'{"kind": "cpu", "val\n\xff\xfe\n')
    history.add("cpu", 200.0)

    assert [entry.value for entry in history.all("cpu")] == [100.0, 200.0]


def test_a_history_that_cannot_be_written_stops_no_measurement(tmp_path, clock):
    (tmp_path / "file").write_text("")

    assert BenchmarkHistory(tmp_path / "file" / "benchmarks.jsonl", clock.now).add("cpu", 1.0).value == 1.0


def build(engine: str, origin: str = "system") -> Build:
    return Build(engine=engine, version="1", command=("/bin/engine",), origin=origin)


def answers(text: str, seen: list[tuple[str, ...]]) -> Callable[..., str]:
    def run(invocation, *, timeout, on_line=None):
        seen.append(invocation.argv)
        return text

    return run


def test_an_engines_speed_is_frames_or_samples_per_second(tmp_path):
    seen: list[tuple[str, ...]] = []
    times = iter([10.0, 14.0])

    film = measure_engine(build("ffmpeg"), answers("", seen), tmp_path, monotonic=lambda: next(times))
    scene = measure_engine(build("blender"), answers("Fra:1\nZORDON_BENCHMARK 1.25\nBlender quit", seen), tmp_path)
    measure_engine(build("blender", "bpy"), answers("ZORDON_BENCHMARK 1.25", seen), tmp_path)

    assert (film, scene) == (60.0, 1.25)
    assert "testsrc2=size=1280x720:rate=24" in seen[0]
    assert seen[1][1] == "--background"
    assert len(seen[2]) == 2
    assert Path(seen[2][1]).is_file()
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_cannot_be_measured_says_why(tmp_path):
    with pytest.raises(EngineFailed, match="no kernel"):
        measure_engine(build("blender"), answers("Error: no kernel\nBlender quit", []), tmp_path)
    with pytest.raises(BadRequest, match="no benchmark for povray"):
        measure_engine(build("povray"), answers("", []), tmp_path)
    assert list(tmp_path.iterdir()) == []
