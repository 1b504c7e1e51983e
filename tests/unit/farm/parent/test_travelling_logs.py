"""What an engine prints on one machine is read on another: each line once, in order, whatever gets lost."""

import random

import pytest

from zordon_app.domain.sharing import MOST_LOG, LogPiece
from zordon_app.farm.child.log_sender import MOST_OF_UNIT, QUIET_ROUNDS, LogSender
from zordon_app.farm.parent.log_receiver import LogReceiver
from zordon_app.render.joblog import JobLogs


class TwoMachines:
    """The logs of a child, and those that its parent keeps."""

    def __init__(self, folder):
        self.there = JobLogs(lambda _job: folder / "child")
        self.here = JobLogs(lambda _job: folder / "parent")
        self.told = LogSender(lambda unit, start: self.there.read("child", unit=unit, start=start)[0])
        self.jobs = {"job"}
        self.heard = LogReceiver(self.here.append, self.jobs.__contains__)

    def print(self, unit, *lines):
        self.there.append("child", unit, lines)

    def tell(self, *, in_hand=(), arrives=True, answered=True):
        pieces = self.told.next_pieces(in_hand)
        for piece in pieces if arrives else ():
            self.heard.take("job", "child", "atlas", piece)
        if arrives and answered:
            self.told.arrived(pieces)
        return pieces

    def read(self, unit):
        return self.here.read("job", unit=unit, start=0)[0].decode()


@pytest.fixture
def farm(tmp_path):
    return TwoMachines(tmp_path)


def test_lines_are_read_at_the_parent_while_the_unit_is_in_hand(farm):
    farm.told.begin(7)
    farm.print(7, "Fra:7 Mem:12M", "Schön \N{SNOWMAN}")
    farm.tell(in_hand={7})
    assert farm.read(7) == "Fra:7 Mem:12M\nSchön \N{SNOWMAN}\n"
    farm.print(7, "Saved")
    farm.tell(in_hand={7})

    assert farm.read(7).splitlines()[-1] == "Saved"
    assert farm.read(None).splitlines() == ["[atlas] Fra:7 Mem:12M", "[atlas] Schön \N{SNOWMAN}", "[atlas] Saved"]


@pytest.mark.parametrize("seed", range(5))
def test_each_line_comes_once_and_in_order_whatever_gets_lost(farm, seed):
    chance, printed = random.Random(seed), {1: [], 2: []}
    for unit in printed:
        farm.told.begin(unit)
    for number in range(200):
        unit = chance.choice((1, 2))
        printed[unit].append(f"Zeile \N{SNOWMAN} {number}")
        farm.print(unit, printed[unit][-1])
        farm.tell(in_hand={1, 2}, arrives=chance.random() < 0.7, answered=chance.random() < 0.7)
    farm.tell(in_hand={1, 2})

    for unit, lines in printed.items():
        assert farm.read(unit).splitlines() == lines


def test_what_comes_again_as_it_was_is_taken_once(farm):
    farm.told.begin(1)
    farm.print(1, "one line")
    farm.tell(in_hand={1}, answered=False)
    farm.tell(in_hand={1}, answered=False)

    assert farm.read(1) == "one line\n"


def test_a_job_that_was_deleted_is_forgotten_when_the_next_one_speaks(farm):
    line = LogPiece(unit=1, start=0, end=6, text="hello\n")
    for number in range(100):
        farm.jobs.clear()
        farm.jobs.add(f"job {number}")
        farm.heard.take(f"job {number}", "child", "atlas", line)
        farm.heard.take(f"job {number}", "child", "atlas", line)

    assert list(farm.heard._heard._kept) == ["job 99"]
    assert farm.here.read("job 98", unit=1, start=0)[0] == b"hello\n" * 100, "the fake keeps all jobs in one file"


def test_a_log_that_has_ended_is_not_looked_at_any_more(farm):
    farm.told.begin(1)
    farm.print(1, "last words")
    farm.tell(in_hand=())
    for _ in range(QUIET_ROUNDS + 1):
        assert farm.told.is_waiting
        farm.tell(in_hand=())

    assert not farm.told.is_waiting


def test_a_second_attempt_goes_on_where_the_first_one_ended(farm):
    farm.told.begin(1)
    farm.print(1, "--- attempt 1 ---")
    while farm.told.is_waiting:
        farm.tell()
    farm.told.begin(1)
    farm.print(1, "--- attempt 2 ---")
    farm.tell(in_hand={1})

    assert farm.read(1) == "--- attempt 1 ---\n--- attempt 2 ---\n"


def test_a_flood_travels_in_bounded_pieces_up_to_its_limit(farm):
    line = "x" * 999
    farm.told.begin(1)
    farm.print(1, *[line] * 1000)
    sizes = []
    while farm.told.is_waiting:
        pieces = farm.tell()
        sizes.append(sum(piece.end - piece.start for piece in pieces))

    assert max(sizes) <= MOST_LOG
    assert MOST_OF_UNIT - 2000 < sum(sizes) <= MOST_OF_UNIT
    assert set(farm.read(1).splitlines()) == {line}


def test_many_logs_at_once_all_arrive(farm):
    for unit in range(20):
        farm.told.begin(unit)
        farm.print(unit, *[f"{unit} " + "y" * 990] * 30)
    while farm.told.is_waiting:
        farm.tell()

    assert all(len(farm.read(unit).splitlines()) == 30 for unit in range(20))
