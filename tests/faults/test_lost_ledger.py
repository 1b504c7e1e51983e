"""The ledger is deleted, overwritten or cut: the node starts, and what was rendered is found again (F20)."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.fakes.nodes import eventually
from tests.faults.conftest import REPEATS, SEEDS, also
from tests.faults.oracle import commits, is_sound
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.recovery import rebuild_from_manifests
from zordon_app.farm.ledger.state import FarmState
from zordon_app.storage.database import Database
from zordon_app.storage.manifests import ManifestFiles
from zordon_app.storage.store import JobStore

pytestmark = pytest.mark.faults

PAGE = 4096


def half_done(node):
    """A job of which some frames are done, on a node that was killed."""
    project = node.project((1, 12), faults={6: {"how": "hang", "times": 1}})
    job = node.api.add(project)
    node.api.wait_for(job["id"], lambda job: job["units"]["done"] == 5)
    # Killed before the engine has begun to hang, it would only do so after the restart.
    eventually(lambda: project.with_name(f"{project.name}.tries.6").exists())
    files = {path.name: path.stat().st_mtime_ns for path in Path(job["output_path"]).glob("*.png")}
    node.kill()
    return job, files


def zero(path, offset):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(PAGE))


def goes_on(node, job, files):
    """The job completes, and no frame that was there is rendered again."""
    node.start()
    ended = node.api.wait_ended(job["id"])
    assert ended["status"] == "completed", ended
    assert (ended["units"]["done"] + ended["units"]["skipped"], ended["units"]["failed"]) == (12, 0)
    now = {path.name: path.stat().st_mtime_ns for path in Path(job["output_path"]).glob("*.png")}
    assert len(now) == 12
    assert now.items() >= files.items(), "what was rendered is recognised, not rendered again"
    assert is_sound(node.home)
    assert max(commits(node.home, job["id"]).values()) == 1


@pytest.mark.fault(20, "the queue's database is deleted or damaged")
@pytest.mark.parametrize(
    "what",
    [
        "everything of it",
        *also("the file", "the file and its log"),
    ],
)
def test_a_deleted_ledger_is_rebuilt_from_what_lies_beside_the_frames(make_alone, what):
    node = make_alone().start()
    job, files = half_done(node)
    suffixes = {"the file": [""], "the file and its log": ["", "-wal"], "everything of it": ["", "-wal", "-shm"]}[what]
    for suffix in suffixes:
        (node.home / "data" / f"zordon.db{suffix}").unlink(missing_ok=True)
    goes_on(node, job, files)


@pytest.mark.fault(20, "the queue's database is deleted or damaged")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_ledger_with_a_page_of_zeros_is_set_aside_and_rebuilt(make_alone, seed):
    node, chance = make_alone().start(), random.Random(seed)
    for _ in range(2 * REPEATS):
        job, files = half_done(node)
        database = node.home / "data" / "zordon.db"
        fold_log(database)
        zero(database, chance.randrange(database.stat().st_size // PAGE) * PAGE)
        goes_on(node, job, files)


@pytest.mark.fault(20, "the queue's database is deleted or damaged")
@pytest.mark.parametrize("damage", ["cut", *also("empty", "no database")])
def test_a_ledger_that_is_none_is_set_aside(make_alone, damage):
    node = make_alone().start()
    job, files = half_done(node)
    database = node.home / "data" / "zordon.db"
    fold_log(database)
    contents = database.read_bytes()
    database.write_bytes(
        {"empty": b"", "no database": b"nonsense" * 1000, "cut": contents[: len(contents) // 2]}[damage]
    )
    goes_on(node, job, files)


def fold_log(database):
    """Everything into the one file, as a node does that is asked to stop."""
    connection = sqlite3.connect(database)
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()


def test_a_film_that_was_joined_before_the_ledger_was_lost_is_not_made_again(make_alone):
    node = make_alone().start()
    job = node.api.wait_ended(node.api.add(node.project(assemble="good"))["id"])
    film = Path(job["output_path"]) / "film.png"
    before = film.stat().st_mtime_ns
    node.kill()
    (node.home / "data" / "zordon.db").unlink()
    node.start()
    assert node.api.wait_ended(job["id"])["status"] == "completed"
    assert film.stat().st_mtime_ns == before
    node.api.post(f"/api/jobs/{job['id']}/rerender", {"frames": "2"})
    again = node.api.wait_for(job["id"], lambda job: job["status"] == "completed" and film.stat().st_mtime_ns > before)
    assert (again["file_count"], again["units"]["done"]) == (1, 4)


def test_files_from_before_a_job_are_not_taken_for_its_own_when_its_ledger_was_lost(make_alone, tmp_path):
    node = make_alone().start()
    old = node.api.wait_ended(node.api.add(node.project(seed=1), output_path=str(tmp_path), name="shot")["id"])
    assert old["status"] == "completed"
    new = node.api.add(node.project(seed=2), output_path=str(tmp_path), name="shot", paused=True)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    node.kill()
    (node.home / "data" / "zordon.db").unlink()
    node.start()
    assert node.api.job(new["id"])["status"] == "paused"
    node.api.post(f"/api/jobs/{new['id']}/resume")
    node.api.wait_ended(new["id"])
    after = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert after.keys() == before.keys()
    assert all(after[name] != before[name] for name in after)


def test_a_lost_ledger_comes_back_from_the_last_backup(make_alone):
    node = make_alone().start()
    kept = node.api.add(node.project(), paused=True, name="kept")
    cancelled = node.api.add(node.project(), name="cancelled")
    node.api.post(f"/api/jobs/{cancelled['id']}/cancel", confirm=1)
    node.stop()
    (node.home / "data" / "zordon.db").unlink()
    node.start()
    jobs = {job["id"]: job["status"] for job in node.api.get("/api/jobs").json["jobs"]}
    assert jobs.keys() == {kept["id"], cancelled["id"]}
    assert jobs[kept["id"]] == "paused"


def test_whichever_page_is_lost_the_data_opens(make_alone, tmp_path):
    """Each page of the file in turn, as ``app`` opens it, without a whole node each time."""
    node = make_alone().start()
    long = [{"id": str(number), "note": "x" * 1000} for number in range(20)]
    jobs = [node.api.add(node.project((1, 60)), paused=True, child_jobs=long)["id"] for _ in range(4)]
    node.kill()
    original = node.home / "data" / "zordon.db"
    fold_log(original)
    pages = original.stat().st_size // PAGE
    assert pages > 10
    for page in range(pages):
        data = tmp_path / str(page)
        data.mkdir()
        shutil.copy(original, data / "zordon.db")
        zero(data / "zordon.db", page * PAGE)
        assert ids_after_opening(data, node.home / "data" / "jobs") == set(jobs), f"page {page} of {pages}"


def ids_after_opening(data, jobs_folder):
    database = Database(data / "zordon.db", data / "backups")
    try:
        store = JobStore(database)
        if database.restored:
            rebuild_from_manifests(store, ManifestFiles(jobs_folder))
        state = FarmState(store, ChangeFeed("boot"))
        for job in state.jobs():
            assert len(state.ledger(job.id)) == 60
        return {job.id for job in state.jobs()}
    finally:
        database.close()
