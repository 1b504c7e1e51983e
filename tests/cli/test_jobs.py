"""Adding jobs, looking at them, acting on them."""

import json
import re
import signal
from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.patience import HANG_SECONDS

pytestmark = pytest.mark.engines


def test_submit_prints_the_id_and_only_the_id_on_stdout(node, held):
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", held)


def test_a_job_that_is_waited_for_and_completed_ends_with_0(node, done):
    job = json.loads(node.run("status", done, "--json").stdout)

    assert job["status"] == "completed"
    assert job["name"] == "Fertiger Film"
    assert job["args"]["crf"] == 30


def test_a_job_that_is_waited_for_and_cancelled_ends_with_1(node, film):
    waiting = node.start("submit", str(film), "--paused", "--wait", "--name", "Wird abgebrochen")
    for line in waiting.stderr:
        if "paused" in line:
            break
    assert node.run("cancel", "Wird abgebrochen").returncode == 0
    waiting.communicate(timeout=HANG_SECONDS)

    assert waiting.returncode == 1


def test_a_job_that_fails_ends_with_1_and_says_why(node, make_film):
    film = make_film("verschwindet.mov")
    job = node.run("submit", str(film), "--paused", "--attempts", "1").stdout.strip()
    film.unlink()
    assert node.run("resume", job).returncode == 0
    result = node.run("watch", job)

    assert result.returncode == 1
    assert "error" in result.stderr
    node.run("delete", job, "--yes")


def test_a_job_after_another_and_one_for_later_wait_and_say_for_what(node, film, held):
    after = node.run("submit", str(film), "--after", held[:8], "--name", "Danach").stdout.strip()
    later = node.run("submit", str(film), "--start-at", "2126-01-31T22:00", "--name", "Später").stdout.strip()
    try:
        waits = json.loads(node.run("status", after, "--json").stdout)
        assert (waits["status"], waits["after"]) == ("scheduled", [held])
        waits = json.loads(node.run("status", later, "--json").stdout)
        assert waits["status"] == "scheduled"
        assert datetime.fromisoformat(waits["start_at"]) == datetime.fromisoformat("2126-01-31T22:00").astimezone()
    finally:
        node.run("delete", after, "--yes")
        node.run("delete", later, "--yes")


@pytest.mark.parametrize(
    "options",
    [
        ["--frames", "10-5"],
        ["--set", "nonsense=1"],
        ["--set", "crf=abc"],
        ["--set", "crf"],
        ["--preset", "no-such-preset"],
        ["--priority", "101"],
        ["--engine", "povray"],
        ["--start-at", "soon"],
    ],
)
def test_options_that_make_no_sense_end_with_2_and_a_sentence(node, film, options):
    result = node.run("submit", str(film), *options)

    assert result.returncode == 2, result
    assert result.stdout == ""
    assert len(result.stderr) > 20
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_ends_with_2(node):
    result = node.run("submit", "nowhere.blend")

    assert result.returncode == 2
    assert "nowhere.blend" in result.stderr


@pytest.mark.parametrize("how", [[], ["--upload"]], ids=["by path", "sent"])
def test_of_several_files_all_are_added_or_none(node, make_film, tmp_path, how):
    first, second, broken = make_film("eins.mov"), make_film("zwei.mov"), tmp_path / "kaputt.mov"
    broken.write_bytes(b"no film")
    before = json.loads(node.run("list", "--json").stdout)

    refused = node.run("submit", str(first), str(broken), "--paused", *how)
    assert refused.returncode == 2
    assert len(json.loads(node.run("list", "--json").stdout)) == len(before)

    added = node.run("submit", str(first), str(second), "--paused", *how).stdout.split()
    assert len(added) == 2
    node.run("delete", *added, "--yes")


def test_list_is_the_apis_json_verbatim(node, held):
    (job,) = [job for job in json.loads(node.run("list", "--json").stdout) if job["id"] == held]

    assert job["status"] == "paused"
    assert job["reason"]
    assert {"units", "progress", "output_path", "eta_seconds", "errors", "rev"} <= set(job)


def test_list_for_people_shows_name_status_and_reason_and_can_be_narrowed(node, held, done):
    everything = node.run("list").stdout
    paused = node.run("list", "--state", "paused").stdout

    assert "Fertiger Film" in everything
    assert "Gehalten" in paused
    assert "‖ paused" in paused
    assert "Fertiger Film" not in paused
    assert "\x1b" not in everything


def test_the_word_done_means_completed_and_an_unknown_word_is_refused(node, done):
    assert "Fertiger Film" in node.run("list", "--state", "done").stdout
    assert node.run("list", "--state", "sleeping").returncode == 2


def test_the_beginning_of_an_id_is_enough_and_so_is_last(node, held):
    for text in (held[:8], held.upper(), "Gehalten", "last"):
        assert json.loads(node.run("status", text, "--json").stdout)["id"] == held


@pytest.mark.parametrize(
    ("job", "verbs"),
    [
        ("zzzz", ["status", "logs", "cancel", "fetch", "watch"]),
        ("00000000-0000-4000-8000-000000000000", ["status", "delete"]),
        ("Kein Job", ["frames"]),
    ],
)
def test_an_unknown_job_ends_with_4(node, job, verbs):
    for verb in verbs:
        result = node.run(verb, job, "--yes")
        assert result.returncode == 4, result
        assert result.stdout == ""


def test_ctrl_c_while_waiting_ends_with_130_and_the_job_goes_on(node, film):
    waiting = node.start("submit", str(film), "--paused", "--wait", "--name", "Geht weiter")
    for line in waiting.stderr:
        if "paused" in line:
            break
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=HANG_SECONDS)

    assert waiting.returncode == 130
    assert json.loads(node.run("status", "Geht weiter", "--json").stdout)["status"] == "paused"
    node.run("delete", "Geht weiter", "--yes")


def test_ctrl_c_during_render_cancels_the_job(node, make_film):
    film = make_film("lang.mov", again=1200, size="640x360")
    rendering = node.start("render", str(film), "--set", "preset=veryslow", "-d", str(film.parent / "out"))
    for line in rendering.stderr:
        if "running" in line:
            break
    rendering.send_signal(signal.SIGINT)
    rendering.communicate(timeout=HANG_SECONDS)

    assert rendering.returncode == 130
    assert json.loads(node.run("status", "lang", "--json").stdout)["status"] == "cancelled"
    node.run("delete", "lang", "--yes")


def test_a_beginning_that_could_mean_two_jobs_is_refused_with_both(node, film):
    first, second = (node.run("submit", str(film), "--paused", "--name", "Zwilling").stdout.strip() for _ in range(2))
    result = node.run("status", "Zwilling")

    assert result.returncode == 2
    assert first[:8] in result.stderr
    assert second[:8] in result.stderr
    assert node.run("delete", first, second, "--yes").returncode == 0


def test_a_job_can_be_moved_ranked_cancelled_and_tried_again(node, held):
    assert node.run("priority", held, "77").returncode == 0
    assert node.run("move", held, "top").returncode == 0
    assert json.loads(node.run("cancel", held, "--json").stdout)["status"] == "cancelled"
    assert json.loads(node.run("retry", held, "--json").stdout)["status"] != "cancelled"
    assert json.loads(node.run("status", held, "--json").stdout)["priority"] == 77


def test_the_machines_of_a_job_are_chosen_by_name(node, held):
    (this,) = json.loads(node.run("machines", "--json").stdout)
    assert json.loads(node.run("assign", held, this["name"], "--json").stdout)["nodes"] == [this["id"]]
    assert json.loads(node.run("assign", held, "--json").stdout)["nodes"] == []
    result = node.run("assign", held, "nobody")
    assert result.returncode == 4
    assert "nobody" in result.stderr


def test_a_job_is_deleted_and_what_it_made_stays(node, film):
    job = node.run("submit", str(film), "--wait", "--name", "Bleibt").stdout.strip()
    output = Path(json.loads(node.run("status", job, "--json").stdout)["output_path"])
    assert node.run("delete", job, "--yes", "--keep-output").returncode == 0
    assert node.run("status", job).returncode == 4
    assert [path.name for path in output.iterdir()] == ["Bleibt.mp4"]


def test_what_a_job_does_not_allow_ends_with_1_and_the_servers_sentence(node, done):
    result = node.run("pause", done)

    assert result.returncode == 1
    assert "Fertiger Film" in result.stderr


def test_deleting_needs_a_yes_where_nobody_can_be_asked(node, held):
    assert node.run("delete", held).returncode == 2
    assert node.run("status", held).returncode == 0
    assert node.run("remove", held, "--yes").returncode == 0
    assert node.run("status", held).returncode == 4


def test_frames_are_listed_and_can_be_had_as_a_range(node, done):
    units = json.loads(node.run("frames", done, "--json").stdout)
    assert {unit["state"] for unit in units} == {"done"}

    last = max(unit["last"] for unit in units)
    assert node.run("frames", done, "--ranges").stdout.strip() == f"{units[0]['first']}-{last}"
    assert node.run("frames", done, "--state", "failed", "--ranges").stdout.strip() == ""


def test_quiet_says_nothing_but_the_id(node, film):
    result = node.run("-q", "submit", str(film), "--paused")

    assert result.stderr == ""
    node.run("delete", result.stdout.strip(), "--yes")
