"""A Zordon full of made-up jobs, for tests and screenshots: ``python -m tests.web.seed --home DIR --jobs 128``.

The node is a real one with a real ledger and real files; only the work was never done. It is paused, so that nothing
renders what does not exist.
"""

import argparse
import os
import shutil
import subprocess
import threading
from collections.abc import Container, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from tests.web.pictures import landscape, save_png
from tests.web.scenario import MACHINES, Scenario
from zordon_app.app import Zordon
from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.statuses import UnitState
from zordon_app.farm.ledger.lifecycle import artifact_folder

FRAMES_OF_FIRST, FRAMES_OF_OTHERS = 24, 5
"""Different pictures of the first job, and of another: its other frames are the same files under other names."""
WITH_FILES = 40
"""Jobs that have files; a list shows no more at once."""


def make_zordon(home: Path, *, name: str = "atlas", port: int = 0, lan: bool = False, **options: Any) -> Zordon:
    """A paused node called ``name`` with its state under ``home``, not started yet; ``options`` are those of Zordon."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    settings = home / "config" / "settings.yaml"
    if not settings.exists():
        settings.write_text(f"name: {name}\n", encoding="utf-8")
    zordon = Zordon(home, port=port, lan=lan, discovery=False, **options)
    zordon._farm.this_node.pause(paused=True)
    return zordon


def fill(
    zordon: Zordon,
    jobs: int,
    *,
    seed: int = 1,
    frames: int = 240,
    with_files: int | Container[str] = WITH_FILES,
    machines: Sequence[str] = MACHINES,
) -> list[Job]:
    """Put ``jobs`` made-up jobs into a node that has started; the first one has ``frames`` frames.

    The first ``with_files``, or those of such names, have output files and logs.
    """
    scenario = Scenario(
        jobs, output=zordon.paths.output, now=datetime.now(UTC), seed=seed, frames=frames, machines=machines
    )
    names = [job.name for job, _units in scenario.jobs]
    wanted = names[:with_files] if isinstance(with_files, int) else with_files
    for job, units in scenario.jobs:
        if job.name in wanted:
            write_files(zordon, job, units)
    with zordon._farm.state.change() as change:
        for job, units in scenario.jobs:
            change.add(job, units)
    with zordon._farm.state.change() as change:
        for job, units in scenario.jobs:
            if any(unit.state == UnitState.FAILED for unit in units):
                change.unit(job.id, units[0].spec.number)  # groups the failures
    leased = [(job, unit) for job, units in scenario.jobs for unit in units if unit.state == UnitState.LEASED]
    for job, unit in leased:
        zordon._farm._progress.set(job.id, unit.spec.number, 0.2 + 0.1 * (unit.spec.number % 7))
    return [job for job, _units in scenario.jobs]


def write_files(zordon: Zordon, job: Job, units: list[Unit]) -> None:
    """The outputs and logs of one job."""
    folder = Path(job.output_path)
    folder.mkdir(parents=True, exist_ok=True)
    _write_log(zordon, job, units)
    if job.assemble:
        _write_film(zordon, job, units)
        return
    done = [unit for unit in units if unit.artifact]
    different = FRAMES_OF_OTHERS if job.order else FRAMES_OF_FIRST
    size = (480, 270) if job.order == 0 else (320, 180)
    originals: dict[int, Path] = {}
    for unit in done:
        kind = unit.spec.number * different // max(len(units), 1)
        path = folder / unit.artifact
        if kind in originals:
            os.link(originals[kind], path)
        else:
            save_png(path, landscape(int(job.order), kind / max(different, 1), *size))
            originals[kind] = path
        unit.bytes = path.stat().st_size


def _write_film(zordon: Zordon, job: Job, units: list[Unit]) -> None:
    """A real film of a second; segments are copies of it."""
    folder = artifact_folder(job, zordon.paths.jobs)
    folder.mkdir(parents=True, exist_ok=True)
    source = zordon.paths.data / "film.mkv"
    if not source.exists():
        _encode(source, "testsrc2=size=320x180:rate=25:duration=2")
    for unit in units:
        if unit.artifact:
            os.link(source, folder / unit.artifact)
            unit.bytes = source.stat().st_size
    if job.files:
        film = Path(job.output_path) / job.files[0]
        if not film.exists():
            ready = source.with_suffix(".mp4")
            if not ready.exists():
                _encode(ready, "testsrc2=size=320x180:rate=25:duration=2")
            shutil.copyfile(ready, film)


def _encode(path: Path, source: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-threads", "1", str(path)], check=True)


def _write_log(zordon: Zordon, job: Job, units: list[Unit]) -> None:
    log = zordon._render.logs.open(job.id)
    log.write(f"Rendering {job.name} with {job.engine} {job.build.version}")
    for unit in units:
        if unit.state in {UnitState.DONE, UnitState.FAILED}:
            _write_unit_log(zordon, job, unit)
            frame = unit.spec.number
            log.write(f"Fra:{frame} Mem:812.40M | Time:00:0{frame % 9}.14 | Scene | Rendering 256 samples")
            log.write(f"Error: {unit.error}" if unit.error else f"Saved: '{unit.spec.file}'")
    log.close()


def _write_unit_log(zordon: Zordon, job: Job, unit: Unit) -> None:
    if job.order and unit.state != UnitState.FAILED:
        return
    log = zordon._render.logs.open(job.id, unit.spec.number)
    for sample in range(1, 40):
        done = f"Rendered {sample}/40 Tiles, Sample {sample * 6}/256"
        log.write(f"Fra:{unit.spec.number} Mem:812.40M (Peak 1024.00M) | {done}")
    log.write(f"Error: {unit.error}" if unit.error else f"Saved: '{unit.spec.file}' Time: 00:05.14")
    log.close()


def main() -> None:
    """Serve a made-up farm until Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=128)
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--port", type=int, default=8601)
    options = parser.parse_args()
    zordon = make_zordon(options.home, port=options.port)
    zordon.start()
    try:
        if not zordon._farm.state.jobs():
            fill(zordon, options.jobs, frames=options.frames)
        print(zordon.address, flush=True)  # noqa: T201
        threading.Event().wait()
    finally:
        zordon.stop()


if __name__ == "__main__":
    main()
