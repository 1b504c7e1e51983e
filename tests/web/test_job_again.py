"""A job edited while it waits, and duplicated."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import THEMES, open_window
from tests.web.seed import make_zordon
from tests.web.test_accessibility import violations
from tests.web.test_add_job import blend, projects
from tests.web.window import Window
from zordon_app.app import Zordon

__all__ = ["blend", "projects"]


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path_factory.mktemp("again"))
    zordon.start()
    zordon._engines.builds.refresh()
    yield zordon
    zordon.stop()


@pytest.fixture
def window(browser: Browser, atlas: Zordon) -> Iterator[Window]:
    with open_window(browser, atlas) as window:
        yield window


def uploaded(window: Window, path: Path, fields: str) -> str:
    """A job whose project Zordon keeps, as browsers add it."""
    parts = {"json": fields, "file": (path.name, path.read_bytes())}
    answer = window.http.request("POST", f"{window.address}/api/add_job", fields=parts)
    assert answer.status == 200, answer.data
    return str(answer.json()["id"])


def by_menu(window: Window, name: str, item: str) -> Page:
    """Choose from a job's menu, with keys alone."""
    window.find(name).locator(".title").click()
    window.grid.focus()
    window.page.keyboard.press("Shift+F10")
    window.page.get_by_role("menuitem", name=item).press("Enter")
    return window.page


def test_a_queued_job_is_edited_in_its_place(window: Window, blend: Path):
    fields = '{"name": "%s", "frames": "1-12", "priority": 75, "max_attempts": 7, "paused": true}'
    for name in ("First", "Second", "Third"):
        uploaded(window, blend, fields % name)
    window.open()
    old = window.job("Second")
    page = by_menu(window, "Second", "Edit…")
    dialog = page.get_by_role("dialog", name="Edit job")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Second")
    expect(dialog.get_by_label("Frames", exact=True)).to_have_value("1-12")
    expect(dialog.get_by_label("Start", exact=True)).to_have_value("paused")
    expect(dialog.get_by_label("Detected")).to_contain_text("1280×720")
    expect(dialog.get_by_label("Path on the machine that runs Zordon")).to_have_count(0)
    dialog.get_by_label("Name", exact=True).fill("Second, shorter")
    dialog.get_by_label("Frames", exact=True).fill("3-5")
    dialog.get_by_text("More options").click()
    dialog.get_by_label("Samples", exact=True).fill("16")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(window.toast("“Second, shorter” saved")).to_be_visible()
    page.locator("#filter").fill("")
    expect(window.row("Second, shorter")).to_have_attribute("aria-selected", "true")
    new = window.job("Second, shorter")
    assert (new["frames"], new["args"]["samples"], new["priority"]) == ("3-5", 16, 75)
    assert (new["max_attempts"], new["status"], new["order"]) == (7, "paused", old["order"])
    names = [job["name"] for job in window.get("jobs")["jobs"]]
    assert "Second" not in names
    assert names.index("First") < names.index("Second, shorter") < names.index("Third")


def test_what_waits_for_an_edited_job_waits_for_the_new_one(window: Window, projects: Path):
    film = str(projects / "film.mp4")
    first = window.post("add_job", {"local_path": film, "name": "Before", "paused": True})["id"]
    second = window.post("add_job", {"local_path": film, "name": "Middle", "after": [first]})["id"]
    window.post("add_job", {"local_path": film, "name": "Last", "after": [first, second]})
    window.open()
    page = by_menu(window, "Middle", "Edit…")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    expect(page.get_by_label("After", exact=True)).to_have_value(first)
    page.get_by_label("Name", exact=True).fill("Renamed")
    page.keyboard.press("Control+Enter")
    expect(window.toast("“Renamed” saved")).to_be_visible()
    assert window.job("Renamed")["after"] == [first]
    assert window.job("Last")["after"] == [first, window.job("Renamed")["id"]]
    # What the form shows only the first of stays whole.
    page = by_menu(window, "Last", "Edit…")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    page.keyboard.press("Control+Enter")
    expect(window.toast("“Last” saved")).to_be_visible()
    assert window.job("Last")["after"] == [first, window.job("Renamed")["id"]]


def test_a_job_that_began_meanwhile_stays_and_the_form_says_so(window: Window, atlas: Zordon, projects: Path):
    job = window.post("add_job", {"local_path": str(projects / "film.mp4"), "name": "Too late", "paused": True})
    window.open()
    page = by_menu(window, "Too late", "Edit…")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    with atlas._farm.state.change() as change:
        change.job(job["id"]).started_at = change.job(job["id"]).created_at
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("only one that still waits can be replaced")
    page.keyboard.press("Escape")
    assert window.job("Too late")["id"] == job["id"]
    window.row("Too late").click(button="right")
    expect(page.get_by_role("menuitem", name="Duplicate with changes…")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Edit…")).to_have_count(0)


def test_a_job_whose_file_is_gone_cannot_be_saved_and_the_form_says_why(window: Window, projects: Path, tmp_path: Path):
    film = tmp_path / "gone.mp4"
    film.write_bytes((projects / "film.mp4").read_bytes())
    window.post("add_job", {"local_path": str(film), "name": "Gone", "paused": True})
    film.unlink()
    window.open()
    page = by_menu(window, "Gone", "Edit…")
    expect(page.get_by_text("The job can be edited once its file can be opened.")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    # The preset of Zordon and that of the encoder are told apart by their names.
    page.get_by_text("More options").click()
    expect(page.get_by_label("Preset", exact=True)).to_have_count(1)
    expect(page.get_by_label("Encoder preset")).to_be_visible()


def test_a_duplicate_keeps_its_project_when_the_first_job_goes(window: Window, projects: Path):
    fields = '{"name": "Upload", "args": {"crf": 30}, "paused": true}'
    job = uploaded(window, projects / "film.mp4", fields)
    window.open(f"/jobs/{job}/settings")
    page = window.page
    page.get_by_role("button", name="Duplicate with changes…").click()
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Upload 2")
    page.get_by_label("Start", exact=True).select_option("paused")
    page.keyboard.press("Control+Enter")
    expect(window.toast("“Upload 2” added")).to_be_visible()
    window.post(f"jobs/{job}/delete", {"confirm": True})
    made = window.job("Upload 2")
    assert made["args"]["crf"] == 30
    assert Path(made["project"]).is_file()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong(browser: Browser, atlas: Zordon, projects: Path, theme: str):
    with open_window(browser, atlas, prefs={"theme": theme}) as window:
        name = f"Axe {theme}"
        window.post("add_job", {"local_path": str(projects / "film.mp4"), "name": name, "paused": True})
        window.open()
        page = by_menu(window, name, "Edit…")
        expect(page.get_by_label("Detected")).to_contain_text("64×36")
        assert violations(page) == []
