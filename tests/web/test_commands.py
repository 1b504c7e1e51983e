"""What is copied as a command is read back by a real shell and the real command line."""

import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.seed import make_zordon
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.cli.jobs import submitting
from zordon_app.cli.jobs.requests import JobOptions, job_requests
from zordon_app.cli.main import run
from zordon_app.client import RenderServerProxy

SAME = (
    "engine engine_version frames args enable_split_jobs priority preset existing nodes max_attempts project"
).split()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path_factory.mktemp("commands"))
    zordon.start()
    zordon._engines.builds.refresh()
    yield zordon
    zordon.stop()


@pytest.fixture
def window(browser: Browser, node: Zordon) -> Iterator[Window]:
    with open_window(browser, node) as window:
        window.open()
        window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield window


@pytest.fixture(scope="module")
def page(browser: Browser, node: Zordon) -> Iterator[Window]:
    """For what its modules answer."""
    with open_window(browser, node) as window:
        window.open()
        yield window


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("it's a $HOME folder") / "-a film.mp4"
    source = "testsrc2=size=64x36:rate=25:duration=1"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, str(path)], check=True)
    return path


def typed(line: str) -> list[str]:
    """The words that a shell makes of a command line, without the first."""
    found = subprocess.run(["sh", "-c", f"printf '%s\\0' {line}"], check=True, capture_output=True, text=True)
    first, *words = found.stdout.removesuffix("\0").split("\0")
    assert first == "zordon"
    return words


def submit(window: Window, line: str) -> None:
    assert run([*typed(line), "--host", window.address, "--quiet"]) == 0


def copied(page: Page) -> str:
    expect(page.locator(".toast", has_text="Copied").last).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def newest(window: Window) -> dict[str, Any]:
    return max(window.get("jobs")["jobs"], key=lambda job: str(job["created_at"]))


ODD = {
    "name": "a \"b\" 'c' $HOME `d` \\ e\nf é *",
    "engine": "ffmpeg",
    "engine_version": "7.1",
    "preset": "review-h264",
    "frames": "-5--1, 3",
    "args": {
        "crf": 18.5,
        "two_pass": False,
        "audio_codec": "",
        "container": "mkv",
        "filters": ["scale=2:1,3", 'say "a"'],
        "raw": "-metadata title='a b'",
    },
    "enable_split_jobs": False,
    "priority": 80,
    "max_attempts": 5,
    "paused": True,
    "output_path": "/out put/~x",
    "existing": "skip",
    "start_at": "2099-01-31T22:00:00Z",
}


@pytest.mark.parametrize(
    "change", [{}, {"name": "-x"}, {"name": "--json"}, {"args": {"filters": ["[0]x", "y"]}}, {"args": {"filters": []}}]
)
def test_everything_that_can_be_asked_for_is_read_back_as_it_was(
    page: Window, film: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
):
    read: list[dict[str, Any]] = []

    def note(client: RenderServerProxy, files: list[Path], options: JobOptions, **_rest: object) -> list[object]:
        [file] = files
        read.extend({**request, "local_path": str(file.absolute())} for request in job_requests(client, file, options))
        return []

    monkeypatch.setattr(submitting, "submit_files", note)
    this = page.get("nodes")[0]["id"]
    asked = {**ODD, "local_path": str(film), "nodes": [this], **change}
    submit(page, page.call("command.js", "submitCommand", asked, False))

    [request] = read
    times = [datetime.fromisoformat(str(one.pop("start_at"))) for one in (request, asked)]
    assert request == asked
    assert times[0] == times[1]


def test_a_file_that_looks_like_an_option_is_a_file(
    window: Window, film: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(film.parent)
    line = window.call("command.js", "submitCommand", {"local_path": film.name, "paused": True, "name": "dash"}, False)
    submit(window, line)

    assert newest(window)["project"] == str(film)
    assert newest(window)["id"] in capsys.readouterr().out


@pytest.mark.parametrize("word", ["C:\\my shots\\a.blend", "C:\\out put\\", 'say "hi" now', 'odd \\\\" end \\\\', ""])
def test_windows_gets_its_own_quotes(page: Window, word: str):
    line = page.call("command.js", "submitCommand", {"local_path": word}, True)

    assert line == f"zordon submit {subprocess.list2cmdline([word])}"


def test_the_menu_copies_the_line_that_submits_a_job_again(window: Window, film: Path):
    asked = {
        "local_path": str(film),
        "name": "the first",
        "preset": "review-h264",
        "args": {"crf": 30, "filters": ["hflip"]},
        "start_frame": 5,
        "end_frame": 20,
        "enable_split_jobs": False,
        "priority": 75,
        "max_attempts": 2,
        "paused": True,
    }
    first = window.post("add_job", asked)
    window.find("the first").click()
    window.page.keyboard.press("Shift+F10")
    window.page.get_by_role("menuitem", name="Copy as command").click()
    line = copied(window.page)
    submit(window, line)

    again = newest(window)
    assert again["id"] != first["id"]
    assert {name: again[name] for name in SAME} == {name: first[name] for name in SAME}
    assert again["frames"] == "5-20"
    assert line.count("--set") == 2, "what the preset says is not said again"


PRESETS = """version: 1
presets:
  alone: {name: Alone, extends: review-h264, split: {enabled: false}, output: {existing: skip}}
"""


@pytest.mark.parametrize(
    "said", [{}, {"enable_split_jobs": True, "existing": "overwrite"}, {"enable_split_jobs": False}]
)
def test_what_a_preset_says_of_more_than_arguments_comes_out_the_same(
    window: Window, node: Zordon, film: Path, said: dict[str, object]
):
    (node.paths.config / "presets.yaml").write_text(PRESETS, encoding="utf-8")
    first = window.post("add_job", {"local_path": str(film), "preset": "alone", "paused": True, **said})
    window.page.reload()
    page = window.open(f"/jobs/{first['id']}/settings")
    page.locator(".panel").get_by_role("button", name="Copy as command").click()
    line = copied(page)
    submit(window, line)

    again = newest(window)
    assert again["id"] != first["id"]
    assert {name: again[name] for name in SAME} == {name: first[name] for name in SAME}
    assert line.count("split") == ("enable_split_jobs" in said and bool(said["enable_split_jobs"]))


def test_the_settings_tab_copies_it_too_with_the_folder_that_was_chosen(window: Window, film: Path, tmp_path: Path):
    asked = {"local_path": str(film), "name": "in a folder", "output_path": str(tmp_path / "out"), "paused": True}
    first = window.post("add_job", {**asked, "existing": "skip"})
    page = window.open(f"/jobs/{first['id']}/settings")
    page.locator(".panel").get_by_role("button", name="Copy as command").click()
    line = copied(page)
    # Two jobs that make one file in one folder are refused.
    window.post(f"jobs/{first['id']}/delete?confirm=1")
    submit(window, line)

    again = newest(window)
    assert again["id"] != first["id"]
    assert {name: again[name] for name in [*SAME, "output_path"]} == {
        name: first[name] for name in [*SAME, "output_path"]
    }


def test_the_form_copies_what_stands_in_it(window: Window, film: Path):
    page = window.page
    page.keyboard.press("n")
    page.get_by_label("Path on the machine that runs Zordon").fill(str(film))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    page.get_by_label("Preset", exact=True).first.select_option("review-h264-fast")
    page.get_by_label("Name", exact=True).fill("from the form")
    page.get_by_label("Start", exact=True).select_option("paused")
    page.get_by_label("Priority", exact=True).select_option("75")
    page.get_by_role("button", name="Copy as command").click()
    submit(window, copied(page))
    typed_job = newest(window)
    page.get_by_role("button", name="Add job", exact=True).last.click()
    expect(window.toast("from the form")).to_be_visible()

    clicked = newest(window)
    assert clicked["id"] != typed_job["id"]
    assert {name: clicked[name] for name in [*SAME, "name", "status"]} == {
        name: typed_job[name] for name in [*SAME, "name", "status"]
    }
