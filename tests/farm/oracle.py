"""Nothing lost: what must hold of every job after every fault (reliability.md, 4b)."""

import contextlib
import hashlib
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from tests.farm.farm import Farm, Machine, eventually
from zordon_app.domain.jobs import Expected
from zordon_app.render.check import check_artifact


def nothing_lost(farm: Farm, parent: Machine, job_id: str, numbers: range) -> dict[str, Any]:
    """Every frame exactly once, whole, as the ledger says; nothing left over anywhere. The job."""
    job = parent.finish(job_id)
    units = {unit["unit"]: unit for unit in parent.units(job_id)}
    assert sorted(units) == list(numbers)
    assert {unit["state"] for unit in units.values()} == {"done"}
    _files_are_exact(Path(job["output_path"]), units)
    assert commits(parent, job_id) == Counter(numbers)
    eventually(lambda: not _engines(farm), f"no engine is left: {_engines(farm)}")
    for machine in farm.machines:
        if machine.process is not None:
            _wait_until_settled(machine)
    return job


def commits(parent: Machine, job_id: str) -> Counter[int]:
    """How often the ledger ever published each frame of a job."""
    with contextlib.closing(sqlite3.connect(parent.home / "data" / "zordon.db")) as database:
        return Counter(number for (number,) in database.execute("select number from commits where job_id=?", (job_id,)))


def renders(farm: Farm) -> Counter[int]:
    """How often each frame was rendered to its end, wherever."""
    return Counter(frame for _, _, frame in farm.told("made"))


def _files_are_exact(folder: Path, units: dict[int, dict[str, Any]]) -> None:
    found = {path.name: path for path in folder.iterdir() if not path.name.startswith(".")}
    wanted = {unit["file"]: unit for unit in units.values()}
    assert sorted(found) == sorted(wanted)
    assert not list(folder.rglob("*.part"))
    for name, unit in wanted.items():
        sha256, *_ = check_artifact(found[name], Expected(format="png"))
        assert sha256 == unit["sha256"] == hashlib.sha256(found[name].read_bytes()).hexdigest()


def _engines(farm: Farm) -> list[int]:
    """Engine processes of the farm; warm ones end when their job has."""
    mine = {str(machine.home) for machine in farm.machines}
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        about = process.info
        is_engine = any("wall_program" in part for part in about["cmdline"] or ())
        if is_engine and any((about["cwd"] or "").startswith(home) for home in mine):
            found.append(process.pid)
    return found


def _wait_until_settled(machine: Machine) -> None:
    try:
        eventually(lambda: _is_settled(machine), f"{machine.name} has settled")
    except AssertionError as error:
        error.add_note(f"{machine.children()}\n{machine.log()[-5000:]}")
        raise


def _is_settled(machine: Machine) -> bool:
    """No work of others goes on there, and nothing waits to be sent."""
    parcels = machine.home / "data" / "parcels"
    is_empty = not parcels.exists() or not any(path.is_file() for path in parcels.rglob("*"))
    return is_empty and all(job["status"] in {"completed", "cancelled"} for job in machine.children())
