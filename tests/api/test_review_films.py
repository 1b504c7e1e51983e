"""Films of the frames of a job, by a real FFmpeg."""

import json
from concurrent.futures import ThreadPoolExecutor

import av
import pytest

from tests.fakes.engine import ColdEngine, FakeEngine
from zordon_app.cli.main import run
from zordon_app.domain.ids import new_job_id
from zordon_app.engines.ffmpeg.engine import FfmpegEngine


@pytest.fixture(scope="module")
def node(make_node):
    return make_node([FakeEngine(), ColdEngine(), FfmpegEngine()])


def review(api, job):
    return api.post(f"/api/jobs/{job['id']}/review_film").json


def film_of(api, job):
    """Frames of the finished film, and at how many per second it plays."""
    ended = api.wait_ended(job["id"])
    assert ended["status"] == "completed", ended
    [name] = api.get(f"/api/jobs/{job['id']}/files").json
    with av.open(f"{ended['output_path']}/{name}") as film:
        stream = film.streams.video[0]
        return sum(1 for _frame in film.decode(stream)), float(stream.average_rate)


def test_a_finished_job_becomes_a_film_at_the_rate_of_its_scene(node, api):
    job = node.finished(size=[64, 36])
    made = review(api, job)

    assert made["name"] == f"{job['name']} review"
    assert (made["engine"], made["preset"], made["after"]) == ("ffmpeg", "review-h264", [])
    assert film_of(api, made) == (4, 24.0)


def test_the_film_of_a_running_job_has_the_frames_that_were_still_to_come(node, api):
    job = api.add(node.project((1, 6), size=[64, 36], faults={3: {"how": "hang", "times": 1}}))
    api.wait_for(job["id"], lambda job: job["units"]["done"] == 2)
    made = review(api, job)
    assert (made["status"], made["after"], made["warnings"]) == ("scheduled", [job["id"]], [])
    for verb in ("pause", "resume"):
        api.post(f"/api/jobs/{job['id']}/{verb}")

    assert film_of(api, made) == (6, 24.0)
    assert api.job(job["id"])["status"] == "completed"


def test_a_job_that_was_stopped_becomes_a_film_of_what_is_there(node, api):
    job = api.add(
        node.project((1, 6), size=[64, 36], faults={2: {"how": "no_file"}, 5: {"how": "hang"}}), max_attempts=1
    )
    api.wait_for(job["id"], lambda job: job["units"]["done"] == 3)
    api.post(f"/api/jobs/{job['id']}/cancel", confirm=1)
    made = review(api, job)

    assert "Images are missing: 2." in made["warnings"][0]
    assert film_of(api, made) == (4, 24.0)


def test_asked_twice_there_is_one_film_and_once_it_is_done_another(node, api):
    job = api.add(node.project((1, 6), size=[64, 36], faults={3: {"how": "hang", "times": 1}}))
    api.wait_for(job["id"], lambda job: job["units"]["done"] == 2)
    with ThreadPoolExecutor(4) as clicks:
        made = {film["id"] for film in clicks.map(lambda _click: review(api, job), range(4))}
    assert len(made) == 1
    for verb in ("pause", "resume"):
        api.post(f"/api/jobs/{job['id']}/{verb}")
    [first] = made
    api.wait_ended(first)

    second = review(api, job)
    assert second["id"] != first
    assert film_of(api, second) == (6, 24.0)


def test_the_command_line_makes_one_and_waits_for_it(node, api, capsys):
    job = node.finished(size=[64, 36])
    assert run(["review", job["id"], "--wait", "--host", api.address, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["status"]) == (f"{job['name']} review", "completed")

    assert run(["review", node.paused()["id"], "--host", api.address]) == 1
    assert "two frames" in capsys.readouterr().err


def test_a_job_without_frames_has_no_film_yet(node, api):
    assert "two frames" in api.post(f"/api/jobs/{node.paused()['id']}/review_film").refused(400)


def test_a_film_has_no_film(node, api):
    made = review(api, node.finished(size=[64, 36]))
    api.wait_ended(made["id"])
    assert "film itself" in api.post(f"/api/jobs/{made['id']}/review_film").refused(400)


def test_an_unknown_job_has_no_film(api):
    assert "no job" in api.post(f"/api/jobs/{new_job_id()}/review_film").refused(400)
