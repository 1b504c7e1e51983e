"""Which machines take part in a job: chosen when it is added, and afterwards, on two machines of one farm."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.fakes.nodes import eventually
from tests.web.conftest import THEMES, open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.test_farm_page import free_port, invitation
from tests.web.window import Window
from zordon_app.app import Zordon

HERO = "sq01_sh0000_lighting_v1"
FAILED = "sq02_sh0060_comp_v2"
QUEUED = "sq01_sh0060_matte_v1"


@pytest.fixture(scope="module")
def atlas(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    """A machine full of jobs, and borealis beside it."""
    folder = tmp_path_factory.mktemp("farm")
    atlas = make_zordon(folder / "atlas", name="atlas", port=free_port(), lan=True)
    borealis = make_zordon(folder / "borealis", name="borealis", port=free_port(), lan=True)
    atlas.start()
    borealis.start()
    fill(atlas, 17, frames=12, machines=[zordon._render.identity.id for zordon in (atlas, borealis)])
    with open_window(browser, atlas) as here:
        token = invitation(here, atlas)
        here.http.request("POST", f"{borealis.address}/api/farm/join", json={"token": token})
        eventually(lambda: len(here.get("nodes")) == 2)
    yield atlas
    borealis.stop()
    atlas.stop()


@pytest.fixture
def window(browser: Browser, atlas: Zordon) -> Iterator[Window]:
    with open_window(browser, atlas) as window:
        yield window


def machines(window: Window) -> dict[str, str]:
    return {node["name"]: node["id"] for node in window.get("nodes")}


def show(window: Window, name: str) -> Locator:
    """The check boxes of a job."""
    window.open(f"/jobs/{window.job(name)['id']}/settings")
    return window.page.get_by_role("group", name="Takes part")


def test_a_machine_is_let_out_of_a_job_and_undo_lets_it_in_again(window: Window):
    boxes = show(window, HERO)
    # Split was off: only its own machine had a part in it.
    expect(boxes.get_by_label("atlas")).to_be_checked()
    expect(boxes.get_by_label("atlas")).to_be_disabled()
    expect(boxes.get_by_label("borealis")).not_to_be_checked()
    boxes.get_by_label("borealis").check()
    window.until(lambda: window.job(HERO)["enable_split_jobs"] and window.job(HERO)["nodes"] == [])
    boxes.get_by_label("atlas").uncheck()
    window.until(lambda: window.job(HERO)["nodes"] == [machines(window)["borealis"]])
    expect(boxes.get_by_label("borealis")).to_be_disabled()
    window.toast("Machines of 1 job changed").get_by_role("button", name="Undo").click()
    window.until(lambda: window.job(HERO)["nodes"] == [])
    expect(boxes.get_by_label("atlas")).to_be_checked()


def test_the_menu_leads_to_the_machines_by_keys_alone(window: Window):
    page = window.open()
    window.find(QUEUED).locator(".title").click()
    window.grid.focus()
    page.keyboard.press("Shift+F10")
    page.keyboard.press("End")
    page.get_by_role("menuitem", name="Choose machines…").press("Enter")
    borealis = page.get_by_role("group", name="Takes part").get_by_label("borealis")
    expect(borealis).to_be_focused()
    page.keyboard.press("Space")
    window.until(lambda: window.job(QUEUED)["enable_split_jobs"] is True)
    expect(borealis).to_be_focused()


def test_a_machine_that_fails_is_left_out_where_its_failures_stand(window: Window):
    job = window.job(FAILED)
    window.post(f"jobs/{job['id']}/nodes", {"nodes": [], "enable_split_jobs": True})
    page = window.open(f"/jobs/{job['id']}")
    failures = page.locator(".note.err", has_text="borealis")
    failures.get_by_role("button", name="Leave borealis out").click()
    window.until(lambda: window.job(FAILED)["nodes"] == [machines(window)["atlas"]])
    expect(failures.get_by_role("button", name="Leave borealis out")).to_have_count(0)
    expect(failures.get_by_role("button", name="Retry")).to_be_visible()


def test_a_new_job_goes_to_the_machines_that_are_ticked(window: Window, tmp_path: Path):
    page = window.open()
    page.get_by_role("button", name="Add job…").click()
    page.get_by_label("Path on the machine that runs Zordon").fill(str(tmp_path / "nothing.blend"))
    page.keyboard.press("Enter")
    boxes = page.get_by_role("dialog").get_by_role("group", name="Machines")
    expect(boxes.get_by_label("borealis")).to_be_checked()
    boxes.get_by_label("borealis").uncheck()
    expect(boxes.get_by_label("atlas")).to_be_disabled()
    boxes.get_by_label("borealis").check()
    expect(boxes.get_by_label("atlas")).to_be_enabled()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong(browser: Browser, atlas: Zordon, theme: str):
    with open_window(browser, atlas, prefs={"theme": theme}) as window:
        expect(show(window, QUEUED)).to_be_visible()
        assert violations(window.page) == []
