"""Power fails in the middle of a write, or the disk is copied while it is written: the ledger holds (F17, F18)."""

import contextlib
import random
import shutil
import time

import pytest
import urllib3

from tests.fakes.api import Api
from tests.fakes.engine import ColdEngine, FakeEngine, write_project
from tests.faults.conftest import REPEATS, SEEDS, also
from tests.faults.oracle import commits, is_sound, nothing_lost
from zordon_app.app import Zordon

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

WRITES = {"pwrite64": 60, "fdatasync": 16, "fsync": 12}
"""System calls by which SQLite and our files reach the disk, and about how many one thread makes in the test."""


def strace(call: str, nth: int) -> list[str]:
    """Ends the node without a word when one of its threads makes the ``nth`` such call."""
    inject = f"inject={call}:signal=KILL:when={nth}"
    return ["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]


@pytest.mark.fault(17, "the program dies in the middle of a write")
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed; build/dev.py test installs it")
@pytest.mark.parametrize("call", ["pwrite64", *also("fdatasync", "fsync")])
@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_some_write_every_answer_that_was_given_still_holds(make_alone, call, seed):
    node, chance = make_alone(), random.Random(f"{seed}-{call}")
    for _ in range(2 * REPEATS):
        nth = chance.randrange(1, WRITES[call])
        print(f"{call} number {nth}")  # noqa: T201 - pytest shows it with a failure
        answered = work_until_killed(node, strace(call, nth))
        began = time.monotonic()
        node.start()
        print(f"{len(answered)} answers; started again in {time.monotonic() - began:.1f} s")  # noqa: T201
        assert is_sound(node.home)
        for job_id in answered:
            nothing_lost(node.api, node.home, job_id, range(1, 7))
        node.stop()


def work_until_killed(node, before):
    """Ids of the jobs that the node said it had added before it died."""
    answered = []
    is_there = node.try_start(before)
    end = time.monotonic() + 20
    while is_there and node.process.poll() is None and time.monotonic() < end:
        try:
            answered.append(node.api.add(node.project((1, 6)))["id"])
            time.sleep(0.2)
        except (urllib3.exceptions.HTTPError, AssertionError):
            break
    node.kill()
    return answered


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_copy_of_the_data_taken_while_it_is_written_opens_and_goes_on(tmp_path, home, seed):
    """Copies of all files in no order at all are worse than what a disk keeps when the power fails."""
    copies, chance = [], random.Random(seed)
    with running(home) as api:
        job_id = api.add(write_project(tmp_path / "shot" / "shot.fake", (1, 40), seconds=0.1))["id"]
        for number in range(4 * REPEATS):
            time.sleep(chance.uniform(0, 0.6))
            copies.append(tmp_path / f"copy{number}")
            copy_live(home, copies[-1], chance)
        api.wait_ended(job_id)
    for copy in copies:
        shutil.rmtree(home)
        copy.rename(home)
        open_copy(home, job_id)


def copy_live(home, copy, chance):
    """File by file, in random order, each as it is at that moment."""
    files = [path for path in home.rglob("*") if path.is_file()]
    chance.shuffle(files)
    for path in files:
        target = copy / path.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, target)
        except FileNotFoundError:
            continue


def open_copy(home, job_id):
    with running(home) as api:
        if job_id not in {job["id"] for job in api.get("/api/jobs").json["jobs"]}:
            assert not (home / "data" / "jobs" / job_id / "job.json").exists(), "a job with a manifest comes back"
            return
        units = api.units(job_id)
        output = home / "output" / "shot"
        lacking = [
            number
            for number, unit in units.items()
            if unit["state"] == "done" and not (output / unit["file"]).is_file()
        ]
        assert lacking == []
        finished = api.wait_ended(job_id)
        assert finished["status"] == "completed", finished
        assert is_sound(home)
        assert {number for number, count in commits(home, job_id).items() if count > 2} == set()


@contextlib.contextmanager
def running(home):
    """A node in this process."""
    engines = [FakeEngine(), ColdEngine()]
    zordon = Zordon(home, port=0, lan=False, discovery=False, engines=engines, timescale=0.1)
    try:
        zordon.start()
        api = Api(zordon.address)
        yield api
        api.close()
    finally:
        zordon.stop()
