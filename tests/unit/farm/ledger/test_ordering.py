import pytest

from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_job
from zordon_app.errors import BadRequest, JobNotFound
from zordon_app.farm.ledger import ordering
from zordon_app.farm.ledger.ordering import queue


@pytest.fixture
def line(tmp_path):
    clock = FakeClock()
    jobs = [make_job(clock, tmp_path, name=name, order=float(place)) for place, name in enumerate("abcd", 1)]
    jobs.append(make_job(clock, tmp_path, name="low", order=0.0, priority=10))
    return jobs


def move(line, name, where, other=None):
    by_name = {job.name: job for job in line}
    job = by_name[name]
    job.order, job.priority = ordering.place(line, job.id, where, by_name[other].id if other else None)
    return "".join(job.name for job in queue(line) if job.name != "low"), [job.name for job in queue(line)].index("low")


@pytest.mark.parametrize(
    ("name", "where", "other", "expected"),
    [
        ("c", "top", None, "cabd"),
        ("a", "top", None, "abcd"),
        ("c", "up", None, "acbd"),
        ("a", "down", None, "bacd"),
        ("a", "before", "d", "bcad"),
        ("a", "after", "b", "bacd"),
    ],
)
def test_a_job_moves_in_the_queue(line, name, where, other, expected):
    assert move(line, name, where, other) == (expected, 4)


def test_moving_to_the_bottom_takes_the_priority_of_the_last(line):
    assert move(line, "a", "bottom") == ("bcda", 3)


def test_moving_up_past_a_higher_priority_takes_that_priority(line):
    low = next(job for job in line if job.name == "low")

    low.order, low.priority = ordering.place(line, low.id, "up", None)

    assert [job.name for job in queue(line)] == ["a", "b", "c", "low", "d"]
    assert low.priority == 50


def test_a_wrong_place_is_refused_with_a_sentence(line):
    with pytest.raises(BadRequest, match="can be moved"):
        ordering.place(line, line[0].id, "sideways", None)
    with pytest.raises(BadRequest, match="needs the id"):
        ordering.place(line, line[0].id, "before", None)
    with pytest.raises(JobNotFound):
        ordering.place(line, line[0].id, "before", "nobody")
