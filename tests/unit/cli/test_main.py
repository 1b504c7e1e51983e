import subprocess
import sys

import pytest

from zordon_app.cli import parsing
from zordon_app.cli.double_click import COMPLETING, is_double_click
from zordon_app.cli.main import run

VERBS = (
    "render submit review serve list status watch frames logs pause resume cancel retry skip rerender priority move "
    "delete fetch open machines engines presets bench config doctor demo completion"
).split()


def test_help_names_every_verb_in_its_group(capsys):
    assert run(["--help"]) == 0
    overview = capsys.readouterr().out

    assert "Act on jobs" in overview
    assert [verb for verb in VERBS if f" {verb} " not in overview] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_names_the_options_for_all(verb, capsys):
    assert run([verb, "--help"]) == 0
    text = capsys.readouterr().out

    assert "--json" in text
    assert len(text.splitlines()) > 5


def test_a_verb_shows_examples_of_its_use(capsys):
    run(["submit", "--help"])

    assert "zordon submit shot.blend" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["install", "remove"])
def test_a_build_without_an_engine_is_refused_in_words(verb, capsys):
    assert run(["engines", verb, "@4.5"]) == 2

    assert "Say which engine" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts_are_printed(shell, capsys):
    assert run(["completion", shell]) == 0
    assert "_ZORDON_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["listt"], "listt"),
        (["list", "--colour"], "--colour"),
        (["priority", "x", "200"], "value"),
        (["move", "x", "away"], "away"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(arguments, named, capsys):
    assert run(arguments) == 2
    shown = capsys.readouterr()

    assert shown.out == ""
    assert named in shown.err


def test_a_mistake_of_ours_is_a_sentence_and_with_v_a_traceback(monkeypatch, capsys):
    def explode(*_: object, **__: object) -> None:
        raise KeyError("nobody expected that")

    monkeypatch.setattr(parsing, "Session", explode)
    assert run(["list"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert run(["list", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_desktop_starts_us_alone_or_with_whole_paths_of_files(tmp_path):
    film = tmp_path / "shot.mp4"
    film.touch()

    assert is_double_click([], {})
    assert is_double_click([str(film), str(tmp_path)], {})


def test_a_person_who_types_gets_the_parser(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").touch()

    for typed in (["list"], ["--help"], [str(tmp_path / "none.blend")], [str(tmp_path), "-v"]):
        assert not is_double_click(typed, {})


def test_a_shell_that_wants_completions_opens_no_window():
    assert not is_double_click([], {COMPLETING: "complete_bash"})


def test_the_window_is_there_before_the_parser_is_loaded():
    loaded = "import sys, zordon_app.__main__; sys.exit('typer' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
