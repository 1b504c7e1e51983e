"""Logs, files, and the commands that do everything at once."""

import json
import os
import pty
import zipfile
from pathlib import Path

import pytest

from tests.fakes.patience import HANG_SECONDS

pytestmark = pytest.mark.engines


def test_the_log_of_a_job_can_be_read_whole_and_by_line(node, done):
    text = node.run("logs", done).stdout
    lines = [json.loads(line) for line in node.run("logs", done, "--json").stdout.splitlines()]

    assert "progress=end" in text
    assert [line["line"] for line in lines] == text.splitlines()
    assert {line["job"] for line in lines} == {done}


def test_following_a_log_ends_when_the_job_ends(node, held):
    following = node.start("logs", held, "--follow")
    assert node.run("resume", held).returncode == 0
    output, errors = following.communicate(timeout=HANG_SECONDS)

    assert following.returncode == 0, errors
    assert "progress=end" in output
    assert output == node.run("logs", held).stdout


def test_the_log_of_a_frame_that_is_not_there_ends_with_4(node, done):
    assert node.run("logs", done, "--frame", "99999").returncode == 4


def test_fetch_copies_checked_files_and_prints_where_they_are(node, done, tmp_path):
    result = node.run("fetch", done, "-d", str(tmp_path / "here"))
    (path,) = map(Path, result.stdout.splitlines())
    job = json.loads(node.run("status", done, "--json").stdout)

    assert path.parent == tmp_path / "here"
    assert path.read_bytes() == (Path(job["output_path"]) / path.name).read_bytes()


def test_fetch_goes_into_a_folder_named_like_the_job_where_one_stands(node, done, tmp_path):
    (path,) = json.loads(node.run("fetch", done, "--json", cwd=tmp_path).stdout)

    assert Path(path).parent == tmp_path / "Fertiger Film"


def test_fetch_zip_holds_every_file(node, done, tmp_path):
    path = Path(node.run("fetch", done, "--zip", "-d", str(tmp_path)).stdout.strip())

    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 1


def test_fetching_what_is_not_made_yet_ends_with_4(node, held, tmp_path):
    assert node.run("fetch", held, "-d", str(tmp_path)).returncode == 4


def test_watch_gives_changes_as_lines_of_json_until_the_job_ends(node, held):
    watching = node.start("watch", held, "--json")
    first = json.loads(watching.stdout.readline())
    assert [job["id"] for job in first["jobs"]] == [held]
    node.run("resume", held)
    rest, _ = watching.communicate(timeout=HANG_SECONDS)

    last = json.loads(rest.splitlines()[-1])
    assert last["jobs"][0]["status"] == "completed"
    assert watching.returncode == 0


def test_render_submits_waits_and_fetches_with_the_node_that_runs(node, film, tmp_path):
    result = node.run("render", str(film), "-p", "review-h264", "-d", str(tmp_path / "out"), "--json")
    document = json.loads(result.stdout)

    assert result.returncode == 0, result.stderr
    assert document["jobs"][0]["preset"] == "review-h264"
    assert Path(document["files"][0]).is_relative_to(tmp_path / "out")
    assert Path(document["files"][0]).stat().st_size > 0


def test_render_starts_a_node_of_its_own_when_none_runs(node, film, tmp_path):
    result = node.run("render", str(film), cwd=tmp_path, ZORDON_HOME=str(tmp_path / "home"))
    (path,) = map(Path, result.stdout.splitlines())

    assert result.returncode == 0, result.stderr
    assert path.parent == tmp_path / "film"
    assert not (tmp_path / "home" / "data" / "instance.json").exists()


def test_an_upload_to_this_machine_is_possible_too(node, film):
    result = node.run("submit", str(film), "--upload", "--paused", "--json")
    job = json.loads(result.stdout)

    assert job["project"] != str(film)
    assert Path(job["project"]).read_bytes() == film.read_bytes()
    node.run("delete", job["id"], "--yes")


def test_demo_renders_checks_and_prints_where_the_results_are(node, tmp_path):
    result = node.run("demo", "--json", ZORDON_HOME=str(tmp_path))
    results = json.loads(result.stdout)

    assert result.returncode == 0, result.stderr
    assert {one["status"] for one in results} == {"completed"}
    for one in results:
        assert one["files"]
        for name in one["files"]:
            assert (Path(one["folder"]) / name).stat().st_size > 0


def test_on_a_terminal_the_dashboard_shows_machines_and_jobs(node, done):
    """Drawn on a real pseudo terminal; Ctrl-C ends it with 130."""
    from tests.cli.node_process import COMMAND, environment

    pid, terminal = pty.fork()
    if pid == 0:
        env = {**environment(node.home), "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
        os.execve(COMMAND[0], [*COMMAND, "watch"], env)
    shown = b""
    while b"Fertiger Film" not in shown:
        shown += os.read(terminal, 65536)
    os.write(terminal, b"\x03")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    _, status = os.waitpid(pid, 0)

    assert b"MACHINE" in shown
    assert os.waitstatus_to_exitcode(status) == 130
