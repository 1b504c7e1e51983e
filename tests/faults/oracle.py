"""Nothing lost (reliability.md, 4b), on one machine: every frame once, whole, as the ledger says; nothing left over."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil

from tests.fakes.api import Api, wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.jobs import UnitSpec
from zordon_app.render.check import check_artifact


def nothing_lost(api: Api, home: Path, job_id: str, numbers: Iterable[int]) -> dict[str, Any]:
    """Wait for the job to complete, then look at everything. Returns the job."""
    job = api.wait_ended(job_id, HANG_SECONDS)
    assert job["status"] == "completed", job
    units = api.units(job_id)
    assert sorted(units) == sorted(numbers)
    assert {unit["state"] for unit in units.values()} == {"done"}
    files_are_exact(Path(job["output_path"]), units, specs(home, job_id))
    assert commits(home, job_id) == Counter(units.keys())
    no_engine_is_left(home)
    return job


def files_are_exact(folder: Path, units: dict[int, dict[str, Any]], planned: dict[int, UnitSpec]) -> None:
    """No file too many or too few; each decodes whole, is what was planned, and has the hash of the ledger."""
    found = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert found == {unit["file"] for unit in units.values()}
    assert not list(folder.rglob("*.part"))
    for number, unit in units.items():
        sha256, size, _ = check_artifact(folder / unit["file"], planned[number].expected)
        assert (sha256, size) == (unit["sha256"], unit["bytes"]), unit


def no_engine_is_left(home: Path) -> None:
    """Warm engines end some time after their job."""
    wait_until(lambda: not engines(home), HANG_SECONDS)


def engines(home: Path) -> list[psutil.Process]:
    """Engine processes of a node and whatever they started: all carry its mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            environ = process.environ()
            is_ours = "ZORDON_RUN" in environ and environ.get("HOME", "").startswith(str(home))
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def commits(home: Path, job_id: str) -> Counter[int]:
    """How often the ledger ever published each unit of a job."""
    with ledger(home) as database:
        return Counter(number for (number,) in database.execute("select number from commits where job_id=?", (job_id,)))


def specs(home: Path, job_id: str) -> dict[int, UnitSpec]:
    """What each unit was planned to give."""
    with ledger(home) as database:
        rows = database.execute("select number, spec from units where job_id=?", (job_id,))
        return {number: msgspec.json.decode(spec, type=UnitSpec) for number, spec in rows}


def is_sound(home: Path) -> bool:
    """Whether SQLite finds no fault in the whole file."""
    with ledger(home) as database:
        return bool(database.execute("pragma integrity_check").fetchone() == ("ok",))


@contextlib.contextmanager
def ledger(home: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading beside the node."""
    path = home / "data" / "zordon.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        yield database
