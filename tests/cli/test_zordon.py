"""Everything that is not about jobs."""

import json

import pytest

from zordon_app import __version__

pytestmark = pytest.mark.engines


def test_the_version_is_printed(node):
    assert node.run("--version").stdout.strip() == f"zordon {__version__}"


def test_an_unknown_verb_ends_with_2(node):
    result = node.run("renderr")

    assert result.returncode == 2
    assert "renderr" in result.stderr


def test_machines_are_listed_paused_and_let_go(node):
    (machine,) = json.loads(node.run("machines", "--json").stdout)
    assert machine["this"]
    assert json.loads(node.run("machines", "pause", "--json").stdout)["state"] == "paused"
    assert json.loads(node.run("machines", "resume", machine["name"], "--json").stdout)["state"] != "paused"
    assert node.run("machines", "pause", "nobody").returncode == 4


def test_bench_measures_every_engine_that_is_here(node):
    result = node.run("bench", "--no-cpu", "--no-disk", "--json")
    measured = json.loads(result.stdout)

    assert result.returncode == 0, result.stderr
    assert set(measured) == set(json.loads(node.run("engines", "list", "--json").stdout))
    assert all(value > 0 for value in measured.values())


def test_a_machine_is_paused_until_a_time(node):
    paused = json.loads(node.run("machines", "pause", "--until", "2999-01-31T22:00", "--json").stdout)

    assert paused["state"] == "paused"
    assert paused["reason"] == "Paused until 22:00 on 31 January."
    assert node.run("machines", "pause", "--until", "soon").returncode == 2
    assert json.loads(node.run("machines", "resume", "--json").stdout)["state"] != "paused"


def test_engines_and_their_arguments_are_listed(node):
    assert "ffmpeg" in node.run("engines").stdout
    assert json.loads(node.run("engines", "list", "--json").stdout)["ffmpeg"]["versions"]
    assert "crf" in node.run("engines", "args", "ffmpeg").stdout
    assert "ffmpeg" in node.run("engines", "help", "ffmpeg").stdout.lower()
    assert node.run("engines", "args", "povray").returncode == 4


def test_presets_are_listed_shown_and_checked(node, tmp_path):
    assert "review-h264" in json.loads(node.run("presets", "--json").stdout)
    assert "libx264" in node.run("presets", "show", "review-h264").stdout
    assert node.run("presets", "show", "nothing").returncode == 4
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("version: 1\npresets:\n  mine: {name: Mine, engine: ffmpeg, params: {crf: 20}}\n")
    bad.write_text("version: 1\npresets:\n  mine: {name: Mine, engine: ffmpeg, params: {crf: much}}\n")

    assert node.run("presets", "validate", str(good)).returncode == 0
    result = node.run("presets", "validate", str(bad))
    assert result.returncode == 1
    assert "crf" in result.stderr


def test_settings_are_changed_through_the_node_and_checked(node):
    assert node.run("config", "set", "hang_minutes", "7").returncode == 0
    assert json.loads(node.run("config", "get", "hang_minutes", "--json").stdout) == 7
    assert node.run("config", "set", "hang_minutes", "never").returncode == 2
    assert node.run("config", "get", "nothing").returncode == 4
    assert node.run("config", "set", "hang_minutes", "null").returncode == 0
    assert node.run("config", "get", "hang_minutes").stdout.strip().startswith("10")


def test_settings_are_changed_without_a_node_too(node, tmp_path):
    assert node.run("config", "set", "name", "123", ZORDON_HOME=str(tmp_path)).returncode == 0
    assert node.run("config", "get", "name", ZORDON_HOME=str(tmp_path)).stdout.strip() == "123"
    assert str(tmp_path) in node.run("config", "path", ZORDON_HOME=str(tmp_path)).stdout


def test_doctor_finds_the_node_and_nothing_broken(node):
    result = node.run("doctor", "--json")
    findings = json.loads(result.stdout)

    assert result.returncode == 0, result.stdout
    assert node.address in " ".join(finding["what"] for finding in findings)
    assert not [finding for finding in findings if finding["health"] == "fail"]


def test_doctor_says_what_to_do_about_a_folder_that_cannot_be_used(node, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "data").write_text("a file where a folder should be")
    result = node.run("doctor", "--json", ZORDON_HOME=str(tmp_path / "home"))
    bad = [finding for finding in json.loads(result.stdout) if finding["health"] == "fail"]

    assert result.returncode == 1
    assert "Data" in [finding["about"] for finding in bad]
    assert all(finding["advice"] or finding["what"] for finding in bad)


def test_status_of_the_machine_is_the_apis_json(node):
    status = json.loads(node.run("status", "--json").stdout)

    assert status["app_version"] == __version__
    assert "job_counts" in status
    assert status["hostname"] in node.run("status").stdout


def test_completion_knows_the_verbs(node):
    result = node.run(_ZORDON_COMPLETE="complete_bash", COMP_WORDS="zordon rer", COMP_CWORD="1")

    assert result.stdout.split() == ["rerender"]
