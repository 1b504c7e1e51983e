"""The developer's commands and the files they rely on."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import debian
import dev
from environment import Environment, fingerprint
from steps import CommandFailed, Missing, Steps, run_with_retries

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bpy.lock")

pytestmark = pytest.mark.packaging


class FakeRunner:
    """Notes commands, makes the environments they ask for, and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.commands: list[list[str]] = []
        self._failures = failures

    def __call__(self, command) -> int:
        words = [str(part) for part in command]
        self.commands.append(words)
        if "venv" in words:
            self._make_python(Path(words[-1]))
            return 0
        self._failures -= 1
        return 1 if self._failures >= 0 else 0

    def count(self, word: str) -> int:
        return sum(word in command for command in self.commands)

    @staticmethod
    def _make_python(folder: Path) -> None:
        python = Environment(folder).python
        python.parent.mkdir(parents=True)
        python.touch()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.lock"
    file.write_text("bottle==0.13.4\n")
    return file


@pytest.fixture
def no_waiting(monkeypatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def fill(environment: Environment, lock: Path) -> None:
    environment.fill(lock)
    environment.stamp([fingerprint(lock)])


def pins(name: str) -> dict[str, set[str]]:
    """Every locked package with its versions; there are two where Pythons need different ones."""
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


def plain_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_no_path(name):
    text = (ROOT / name).read_text()

    assert not re.search(r"://|\.org\b|\.com\b|index-url|find-links|(?:^|\s)/\w", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_in_a_lock_has_a_version_and_hashes(name):
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    entries = text.replace("\\\n", " ").splitlines()

    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry), entry


def test_every_dependency_is_locked():
    described = project()["project"]
    extras = [name for group in described["optional-dependencies"].values() for name in group]

    assert {plain_name(name) for name in described["dependencies"]} <= pins("requirements.lock").keys()
    assert {plain_name(name) for name in extras} <= pins("requirements-dev.lock").keys()


def test_developers_test_the_versions_that_users_get():
    runtime, everything = pins("requirements.lock"), pins("requirements-dev.lock")

    assert {package: everything[package] for package in runtime} == runtime


def test_an_environment_is_filled_once_and_checked_against_hashes(tmp_path, lock):
    runner = FakeRunner()
    environment = Environment(tmp_path / "venv", runner=runner)

    assert not environment.is_current(fingerprint(lock))
    fill(environment, lock)

    assert environment.is_current(fingerprint(lock))
    assert runner.count("--require-hashes") == 1


def test_a_changed_lock_makes_an_environment_stale_but_keeps_it(tmp_path, lock):
    runner = FakeRunner()
    environment = Environment(tmp_path / "venv", runner=runner)
    fill(environment, lock)
    lock.write_text("bottle==0.13.5\n")

    assert not environment.is_current(fingerprint(lock))
    fill(environment, lock)

    assert environment.is_current(fingerprint(lock))
    assert runner.count("venv") == 1


def test_an_environment_that_was_moved_is_made_anew(tmp_path, lock):
    fill(Environment(tmp_path / "old", runner=FakeRunner()), lock)
    (tmp_path / "old").rename(tmp_path / "new")
    runner = FakeRunner()
    moved = Environment(tmp_path / "new", runner=lambda command: runner.commands.append(list(map(str, command))) or 0)

    assert not moved.is_current(fingerprint(lock))
    moved.fill(lock)

    assert runner.count("--clear") == 1


def test_an_environment_whose_filling_failed_is_filled_again(tmp_path, lock, no_waiting):
    folder = tmp_path / "venv"
    fill(Environment(folder, runner=FakeRunner()), lock)

    with pytest.raises(CommandFailed):
        Environment(folder, runner=FakeRunner(failures=9)).fill(lock)

    assert not Environment(folder).is_current(fingerprint(lock))


def test_only_what_an_install_reads_changes_the_fingerprint(tmp_path, lock):
    described = tmp_path / "pyproject.toml"
    described.write_text('[project]\nname = "zordon"\nversion = "1"\n')
    before = fingerprint(lock, described)
    described.write_text('[project]\nname = "zordon"\nversion = "1"\n[tool.ruff]\nline-length = 99\n')
    after_setting = fingerprint(lock, described)
    described.write_text('[project]\nname = "zordon"\nversion = "2"\n')

    assert after_setting == before
    assert fingerprint(lock, described) != before


def test_a_network_failure_is_tried_three_times(no_waiting):
    recovers, fails = FakeRunner(failures=2), FakeRunner(failures=9)

    run_with_retries(["pip"], recovers)
    with pytest.raises(CommandFailed) as failure:
        run_with_retries(["pip"], fails)

    assert len(recovers.commands) == len(fails.commands) == 3
    assert failure.value.status == 1


def test_the_exit_status_is_that_of_the_first_failure(capsys):
    def lacks() -> None:
        raise Missing("Please install it.")

    steps = Steps()

    assert steps.do("one", lambda: None)
    assert not steps.do("two", lambda: 4)
    assert not steps.do("three", lacks)
    steps.summary()
    assert steps.status == 4
    assert re.search(r"two +failed \(4\) +0\.0 s", capsys.readouterr().out)


def test_only_missing_debian_packages_are_installed(monkeypatch):
    installed: list[list[str]] = []
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(debian, "become_root", list)
    monkeypatch.setattr(debian, "install", lambda packages, prefix: installed.append(packages))

    debian.ensure_packages(["ffmpeg", "blender"], installed=lambda package: package == "ffmpeg")
    debian.ensure_packages(["ffmpeg"], installed=lambda package: True)

    assert installed == [["blender"]]


def test_who_may_not_install_is_told_what_to_ask_for(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(debian, "become_root", lambda: None)

    with pytest.raises(Missing, match=r"apt-get install .* blender"):
        debian.ensure_packages(["blender"], installed=lambda package: False)


def test_a_python_that_cannot_make_environments_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(Missing, match=r"install python3\.\d+-venv"):
        debian.ensure_venv_module()


def test_what_follows_two_dashes_goes_to_pytest():
    options, for_pytest = dev.read_command_line(["test", "--fast", "--", "-k", "planner"])

    assert options.fast
    assert for_pytest == ["-k", "planner"]


def test_a_second_setup_has_nothing_to_do():
    if not dev.VENV.is_current(fingerprint(dev.RUNTIME_LOCK, dev.PROJECT)):
        pytest.skip("these tests run outside of the environment that dev.py makes")
    command = [sys.executable, ROOT / "build" / "dev.py", "setup"]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "up to date" in done.stdout
    assert "installing" not in done.stdout


def test_ci_runs_the_command_that_the_readme_gives():
    command = (ROOT / ".ci" / "run").read_text().splitlines()[-1]

    assert command == "python3 build/dev.py test"
    assert f"\n{command}\n" in (ROOT / "README.md").read_text()


def test_the_map_of_the_rooms_is_true():
    folders = re.findall(r"^\| `([\w/]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)

    assert folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_build_is_no_package_and_git_keeps_it():
    assert not (ROOT / "build" / "__init__.py").exists()
    assert "!/build/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_farm_may_import_no_neighbour_that_exists():
    contracts = project()["tool"]["importlinter"]["contracts"]
    forbidden = next(c["forbidden_modules"] for c in contracts if c.get("source_modules") == ["zordon_app.farm"])
    neighbours = [name for name in ("storage", "peers", "render") if (ROOT / "zordon_app" / name).is_dir()]

    assert {f"zordon_app.{name}" for name in neighbours} <= set(forbidden)
