from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.unit.farm.conftest import make_job, make_units
from zordon_app.domain.ids import NodeId
from zordon_app.domain.jobs import ParentRef, UnitKind
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.errors import BadRequest, JobNotFound
from zordon_app.farm.intake.reviews import PRESET, Reviews, files_to_come, film_under_way, review_request


def rendered(count: int, *done: int):
    units = make_units(count)
    for unit in units:
        if unit.spec.number in done:
            unit.state, unit.artifact = UnitState.DONE, unit.spec.file
    return units


@pytest.fixture
def job(tmp_path):
    return make_job(FakeClock(), tmp_path, status=JobStatus.COMPLETED, fps=25.0)


def test_a_job_that_has_ended_becomes_a_film_of_what_is_there(job, tmp_path):
    request = review_request(job, rendered(10, 3, 4, 8))

    assert request.local_path == str(tmp_path / "shot_0003.png")
    assert request.frames == "3-8"
    assert request.after == []
    assert request.args == {"sequence_fps": 25.0, "gaps": "hold"}
    assert (request.engine, request.preset, request.name) == ("ffmpeg", "review-h264", "shot review")


@pytest.mark.parametrize("status", [JobStatus.RUNNING, JobStatus.WAITING_FOR_SUBJOBS, JobStatus.NOT_STARTED])
def test_the_film_of_a_job_that_goes_on_waits_for_all_that_is_not_left_out(job, status):
    units = rendered(10, 3, 4)
    units[-1].state = UnitState.SKIPPED
    job.status = status
    request = review_request(job, units)

    assert request.frames == "1-9"
    assert request.after == [job.id]


@pytest.mark.parametrize("status", [JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.ERROR])
def test_a_job_that_is_held_holds_up_no_film(job, status):
    job.status = status
    assert review_request(job, rendered(4, 1, 2)).after == []


def test_frames_that_were_there_before_are_in_the_film(job):
    units = rendered(3, 1, 2, 3)
    units[1].state = UnitState.SKIPPED

    assert review_request(job, units).frames == "1-3"


@pytest.mark.parametrize(
    ("change", "done", "word"),
    [
        ({}, (3,), "two frames"),
        ({}, (), "two frames"),
        ({"assemble": True}, (1, 2), "film itself"),
        ({"parent": ParentRef(job="j", node=NodeId("n"))}, (1, 2), "only helps"),
    ],
)
def test_what_makes_no_film_says_why(tmp_path, change, done, word):
    job = make_job(FakeClock(), tmp_path, status=JobStatus.COMPLETED, **change)
    with pytest.raises(BadRequest, match=word):
        review_request(job, rendered(4, *done))


def test_a_film_in_one_piece_is_no_row_of_frames(job):
    units = rendered(2, 1, 2)
    for unit in units:
        unit.spec = type(unit.spec)(
            number=0, kind=UnitKind.SEGMENT, first=1, last=9, file="a.mp4", expected=unit.spec.expected
        )
    with pytest.raises(BadRequest, match="film itself"):
        review_request(job, units)


def test_a_long_name_stays_one_that_is_allowed(job):
    job.name = "n" * 200
    assert len(review_request(job, rendered(2, 1, 2)).name or "") == 200


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({}, True),
        ({"status": JobStatus.SCHEDULED}, True),
        ({"status": JobStatus.PAUSED}, True),
        ({"status": JobStatus.COMPLETED}, False),
        ({"status": JobStatus.ERROR}, False),
        ({"frames": "1-3"}, False),
        ({"preset": "proxy"}, False),
        ({"project": "/elsewhere/shot_0002.png"}, False),
    ],
)
def test_only_a_film_of_the_same_frames_that_has_not_ended_is_the_same(job, tmp_path, change, is_same):
    fields = {"preset": PRESET, "frames": "1-4", "project": str(tmp_path / "shot_0002.png")}
    film = make_job(FakeClock(), tmp_path, **(fields | change))

    assert film_under_way([job, film], job, rendered(4, 1, 2, 3, 4), "1-4") is (film if is_same else None)


def test_what_jobs_still_make_is_known_by_name(bench):
    output = bench.folder / "output"
    maker, elsewhere = bench.add(units=4), bench.add(units=2, output_path="/elsewhere")
    with bench.state.change() as change:
        change.unit(maker, 1).artifact = "shot_0001.png"
        change.unit(maker, 2).state = UnitState.SKIPPED
        change.unit(maker, 3).state = UnitState.FAILED

    assert files_to_come(bench.state, [maker, elsewhere], output) == ["shot_0003.png", "shot_0004.png"]
    assert files_to_come(bench.state, [maker, "gone"], Path("/nowhere")) == []


def test_a_job_that_is_not_there_has_no_film(bench):
    with pytest.raises(JobNotFound):
        Reviews(bench.state, lambda _request: None, lambda _job: None).review_film("gone")
