import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.window import Window


def measure(page: Page, what: str) -> None:
    page.get_by_role("button", name="Measure", exact=True).click()
    page.get_by_role("menuitem", name=f"Measure {what}").click()


def test_a_machine_is_paused_and_resumed_with_the_right_words(window: Window):
    page = window.open()
    machine = page.locator(".machine", has_text="atlas")
    expect(machine).to_contain_text("paused")
    page.get_by_role("button", name="Resume this machine").click()
    expect(machine).to_contain_text("ready")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("menuitem", name="Pause this machine now").click()
    expect(machine).to_contain_text("paused")
    assert window.get("nodes")[0]["state"] == "paused"


def test_the_page_of_this_machine_resumes_it_with_one_button(window: Window):
    page = window.open("/machine")
    node = window.get("nodes")[0]
    window.post(f"nodes/{node['id']}/pause")
    expect(page.locator(".machine-state")).to_contain_text("paused")
    expect(page.get_by_role("button", name="Resume this machine")).to_have_count(1)
    page.get_by_role("main").get_by_role("button", name="More").click()
    expect(page.get_by_role("menuitem", name="Resume this machine")).to_be_visible()


def test_a_machine_is_held_until_the_morning(window: Window):
    page = window.open()
    machine = page.locator(".machine", has_text="atlas")
    page.get_by_role("button", name="Resume this machine").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("menuitem", name="Pause this machine until 08:00").click()
    expect(machine).to_contain_text("Paused until 08:00")
    page.get_by_role("button", name="Resume this machine").click()
    expect(machine).to_contain_text("ready")
    machine.click(button="right")
    page.get_by_role("menuitem", name="Pause this machine").click()
    expect(machine).to_have_text(re.compile("atlas.*paused"))


def test_a_machine_filters_the_list_and_opens_its_page(window: Window):
    page = window.open()
    machine = page.locator(".machine", has_text="atlas")
    machine.click()
    expect(machine).to_have_attribute("aria-pressed", "true")
    assert "machine=" in page.url
    machine.click()
    expect(machine).to_have_attribute("aria-pressed", "false")
    machine.press("Enter")
    expect(page.get_by_role("heading", name="atlas", level=2)).to_be_visible()
    expect(page.locator(".fact-tiles")).to_contain_text("Processor")


def test_charts_advance_and_say_what_they_show(window: Window):
    page = window.open("/machine")
    panel = page.locator(".chart-panel", has_text="Processor")
    expect(panel.locator(".uplot canvas")).to_be_visible()
    expect(panel.locator(".now strong")).to_contain_text("%")
    before = int(panel.get_attribute("data-samples") or 0)
    window.until(lambda: int(panel.get_attribute("data-samples") or 0) >= before + 2)
    page.get_by_role("button", name="1 h").click()
    expect(page.get_by_role("button", name="1 h")).to_have_attribute("aria-pressed", "true")


def test_a_benchmark_shows_progress_result_and_what_was_measured_before(window: Window):
    page = window.open("/machine")
    measure(page, "disk")
    expect(page.get_by_role("progressbar", name="Writing and reading a test file…")).to_be_visible()
    speed = page.locator(".speed-row", has_text="Disk, writing")
    expect(speed).to_contain_text("MB/s")
    expect(speed.get_by_role("img")).to_have_attribute("aria-label", re.compile("Measured"))


@pytest.mark.thorough
def test_an_engine_is_measured_from_the_page_of_its_machine(window: Window):
    page = window.open("/machine")
    measure(page, "FFmpeg")
    expect(page.get_by_role("progressbar", name="FFmpeg does its standard job…")).to_be_visible()
    speed = page.locator(".speed-row", has_text="FFmpeg")
    expect(speed).to_contain_text("fps")
    expect(page.get_by_role("button", name="Measure", exact=True)).to_be_enabled()
    assert window.get("nodes")[0]["speeds"]["ffmpeg"] > 0


@pytest.mark.parametrize(("place", "link"), [("/machine", "Machines"), ("/presets", "Settings")])
def test_a_page_without_a_link_of_its_own_marks_the_one_that_leads_to_it(window: Window, place: str, link: str):
    page = window.open(place)
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.locator("[aria-current]")).to_have_text([link])
