"""What ``build/dev.py test`` runs, what it need not repeat, and what it prepares."""

import dataclasses
import os
import shutil
import sys
from pathlib import Path

import pytest

import dev
import gtk
import style
import suite
from environment import Environment
from passed import Passed, content_of
from steps import CommandFailed, Steps

pytestmark = pytest.mark.packaging


@dataclasses.dataclass
class Pytest:
    """Notes how it is run, and writes the reports that it is asked for."""

    status: int = 0
    commands: list = dataclasses.field(default_factory=list)
    envs: list = dataclasses.field(default_factory=list)

    def __call__(self, command, env=None, cwd=None) -> int:
        words = [str(word) for word in command]
        self.commands.append(words)
        self.envs.append(env or {})
        for word in words:
            if word.startswith("--junitxml="):
                report = Path(word.partition("=")[2])
                report.parent.mkdir(parents=True, exist_ok=True)
                report.write_text(
                    '<testsuites><testsuite tests="7" failures="0" errors="0" skipped="2" time="61.2"/></testsuites>'
                )
        return self.status if "pytest" in words else 0

    @property
    def ran(self) -> list[str]:
        return [command[-1] for command in self.commands if "pytest" in command]


@pytest.fixture
def runs(monkeypatch) -> Pytest:
    runs = Pytest()
    monkeypatch.setattr(suite, "run", runs)
    monkeypatch.setattr(style, "run", runs)
    monkeypatch.setattr(style, "check_web", lambda web: runs(["check_web"]))
    return runs


@pytest.fixture
def checkout(tmp_path) -> Path:
    for name in (
        "tests/web/test_page.py",
        "tests/api/deep/test_routes.py",
        "tests/bench/test_speed.py",
        "tests/fakes/api.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture
def tests(checkout) -> suite.Suite:
    return suite.Suite(checkout, Path(sys.executable), {})


def run_all(tests, checkout, *, anew=False) -> Steps:
    steps = Steps()
    tests.run_parts(steps, suite.parts_of(checkout), [], anew=anew)
    return steps


def test_modules_are_compiled_once_and_tests_may_use_that_on_machines_that_forbid_it(runs, tests):
    tests.run([], fast=True)

    assert [command[2] for command in runs.commands] == ["compileall", "pytest"]
    assert [env["PYTHONDONTWRITEBYTECODE"] for env in runs.envs] == ["", ""]


def test_parts_are_the_folders_with_tests_but_not_those_that_measure(checkout):
    assert suite.parts_of(checkout) == ["api", "web"]


def test_all_runs_every_part_with_what_only_a_release_needs(runs, tests, checkout, capsys):
    assert run_all(tests, checkout).status == 0

    assert runs.ran == ["tests/api", "tests/web"]
    for command in runs.commands:
        if "pytest" in command:
            assert "thorough" not in command[command.index("-m", 3) + 1]
            assert "--hypothesis-profile=thorough" in command
    assert "web          5 passed, 2 skipped in 1:01 min" in capsys.readouterr().out


def test_all_goes_on_where_it_stopped_until_the_content_changes_or_it_is_told_to_begin_anew(runs, tests, checkout):
    runs.status = 1
    assert run_all(tests, checkout).status == 1
    runs.status = 0
    run_all(tests, checkout)
    run_all(tests, checkout)
    assert runs.ran == ["tests/api", "tests/web"] * 2

    run_all(tests, checkout, anew=True)
    assert len(runs.ran) == 6
    (checkout / "tests" / "fakes" / "api.py").write_text("# changed")
    run_all(tests, checkout)
    assert len(runs.ran) == 8


def test_a_part_of_all_is_asked_for_by_name_and_an_unknown_one_is_refused_with_those_that_there_are(capsys):
    options, for_pytest = dev.read_command_line(["test", "--all", "faults", "--", "-k", "f7"])
    assert (options.all, for_pytest) == (["faults"], ["-k", "f7"])
    assert dev.read_command_line(["test", "--all"])[0].all == []
    assert dev.read_command_line(["test"])[0].all is None

    with pytest.raises(SystemExit):
        dev.read_command_line(["test", "--all", "everything"])
    assert "packaging" in capsys.readouterr().err


def test_a_check_of_style_that_passed_is_repeated_only_when_what_it_reads_has_changed(runs, checkout):
    def check() -> list[str]:
        runs.commands.clear()
        style.Style(checkout, Environment(checkout / ".venv")).check(Steps())
        return [" ".join([Path(command[0]).name, *command[1:]]) for command in runs.commands]

    everything = [command for *_, command in style.CHECKS] + ["check_web"]
    assert check() == everything
    assert check() == []
    (checkout / "tests" / "fakes" / "api.py").write_text("# changed")
    assert check() == ["ruff check", "ruff format --check", "codespell"]
    (checkout / "pyproject.toml").write_text("")
    assert check() == everything


def test_a_check_of_style_that_failed_fails_the_command_and_is_repeated(monkeypatch, checkout):
    monkeypatch.setattr(style, "run", lambda command, cwd=None: 3)
    monkeypatch.setattr(style, "check_web", lambda web: 0)

    for _ in range(2):
        steps = Steps()
        style.Style(checkout, Environment(checkout / ".venv")).check(steps)
        assert steps.status == 3


def test_what_tools_make_is_no_content_but_every_source_is(checkout):
    before = content_of(checkout)
    for made in ("tests/__pycache__/a.pyc", "web/node_modules/b/c.js", ".cache/d", "dist/e"):
        (checkout / made).parent.mkdir(parents=True, exist_ok=True)
        (checkout / made).write_text("made")
    assert content_of(checkout) == before

    (checkout / "web" / "new.js").write_text("source")
    assert content_of(checkout) != before


def test_what_passed_is_forgotten_where_its_file_is_damaged(tmp_path):
    passed = Passed(tmp_path / "passed.json")
    passed.add("a", "1", "said")
    passed.add("b", "1")
    assert [passed.note("a", "1"), passed.note("a", "2"), passed.note("b", "1")] == ["said", None, ""]

    (tmp_path / "passed.json").write_text("{")
    assert passed.note("a", "1") is None
    passed.add("a", "1")
    assert passed.note("a", "1") == ""


@pytest.mark.parametrize(
    ("arguments", "opens"),
    [
        ([], True),
        (["-k", "window"], True),
        (["tests"], True),
        (["tests/desktop/test_window.py::test_x", "tests/unit"], True),
        (["-m", "bench", "tests/bench"], True),
        (["tests/unit"], False),
        (["tests/packaging/test_suite.py::test_x"], False),
    ],
)
def test_window_tests_are_prepared_only_where_they_will_run(monkeypatch, arguments, opens):
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert suite.opens_windows(dev.ROOT, arguments) is opens

    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not suite.opens_windows(dev.ROOT, arguments)


def test_gtk_bindings_are_compiled_once_for_all_checkouts_of_a_person(monkeypatch, tmp_path):
    built = []

    def build(command) -> None:
        built.append(command)
        folder = Path(command[command.index("--target") + 1])
        folder.mkdir()
        (folder / "gi.py").write_text("")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(gtk, "run_with_retries", build)
    monkeypatch.setattr(gtk, "HEADERS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    for name in ("one", "two"):
        (tmp_path / name / "build").mkdir(parents=True)
        (tmp_path / name / "build" / gtk.LOCK).write_text("pygobject==3")
        gtk.GtkBindings(tmp_path / name, Path(sys.executable)).ensure()

    assert len(built) == 1
    found = gtk.GtkBindings(tmp_path / "two", Path(sys.executable)).folder
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == str(found)
    assert [path.name for path in found.parent.iterdir()] == [found.name]

    (found / "gi.py").write_text("raise ImportError")
    gtk.GtkBindings(tmp_path / "one", Path(sys.executable)).ensure()
    assert len(built) == 2


def test_a_build_of_gtk_bindings_that_fails_leaves_nothing_and_is_said(monkeypatch, tmp_path, capsys):
    def fail(command) -> None:
        raise CommandFailed(command, 1)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", "before")
    monkeypatch.setattr(gtk, "run_with_retries", fail)
    monkeypatch.setattr(gtk, "HEADERS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    gtk.GtkBindings(dev.ROOT, Path(sys.executable)).ensure()

    assert "WebKitGTK is not used" in capsys.readouterr().out
    assert os.environ["PYTHONPATH"] == "before"
    assert list((tmp_path / "zordon-build").iterdir()) == []


def test_without_a_home_to_write_to_what_is_kept_lies_in_the_checkout(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert gtk.kept_folder(tmp_path) == tmp_path / ".cache"
