"""Browsers on other machines that were let in: what they may not do is absent, or said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.test_farm_page import free_port, lan_address
from tests.web.window import Window
from zordon_app.app import Zordon

JOBS = 20
ACTS = (
    *("Retry", "Render again", "Skip", "Duplicate with changes…"),
    *("Add machine", "Add machines", "Choose a file…", "Add job…"),
)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path_factory.mktemp("looked-at"), port=free_port(), lan=True)
    zordon.start()
    fill(zordon, JOBS, frames=24, with_files=2)
    yield zordon
    zordon.stop()


@pytest.fixture
def guest(browser: Browser, atlas: Zordon, request: pytest.FixtureRequest) -> Iterator[Window]:
    """Signed in at the network's listener, to look or to act."""
    role = getattr(request, "param", "view")
    with open_window(browser, atlas, ignore_https_errors=True) as guest:
        code = guest.post("farm/code", {"role": role})["code"]
        guest.forgive("status of 403")  # habits of a window are kept by its machine, which is on loopback here too
        guest.address = f"https://{lan_address(atlas)}"
        guest.page.goto(f"{guest.address}/sign_in.html")
        guest.page.get_by_label("Code").fill(code)
        guest.page.keyboard.press("Enter")
        expect(guest.page.locator(".row.job").first).to_be_visible()
        yield guest


def expect_no_act(page: Page) -> None:
    for name in ACTS:
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_the_screens_of_a_failed_job_offer_nothing_that_would_be_refused(guest: Window):
    page = guest.page
    guest.open("/jobs?show=failed")
    page.locator(".row.job").first.click()
    expect(page.get_by_role("button", name="Read the log").first).to_be_visible()
    expect_no_act(page)
    page.get_by_role("tab", name="Frames").or_(page.get_by_role("tab", name="Segments")).click()
    expect(page.get_by_role("button", name="Copy as range")).to_be_visible()
    expect_no_act(page)
    page.get_by_role("region", name="Job details").get_by_role("tab", name="Settings").click()
    expect(page.get_by_role("button", name="Copy as JSON")).to_be_visible()
    expect_no_act(page)


def test_keys_that_would_add_a_job_say_why_not_and_the_palette_does_not_list_it(guest: Window):
    page = guest.open()
    page.keyboard.press("n")
    expect(guest.toast("You are signed in to look only.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Engines")).to_be_visible()
    expect(page.get_by_role("option", name="Add job")).to_have_count(0)


def test_nothing_is_offered_before_it_is_known_who_looks(guest: Window):
    page = guest.page
    held: list[Route] = []
    page.route("**/api/farm", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks what it calls
    page.reload()
    guest.until(lambda: bool(held))
    page.keyboard.press("n")
    for route in held:
        route.continue_()
    expect(page.locator(".row.job").first).to_be_visible()
    expect_no_act(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_only_looks_gets_no_rights_from_an_answer_that_fails(guest: Window):
    page = guest.open()
    guest.forgive("ERR_FAILED")
    page.route("**/api/farm", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/api/farm")):
        pass
    page.unroute("**/api/farm")
    page.keyboard.press("n")
    expect(guest.toast("You are signed in to look only.")).to_be_visible()


def test_rows_are_not_dragged_where_the_order_is_not_ones_own(guest: Window):
    page = guest.open("/jobs?show=queued")
    row = page.locator(".row.job").first
    expect(row).to_be_visible()
    box = row.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 180, steps=5)
    expect(page.locator(".drop-line")).to_have_count(0)
    page.mouse.up()


@pytest.mark.parametrize(
    ("guest", "place"),
    [
        ("view", "/settings"),
        ("control", "/machine"),
        pytest.param("view", "/machine", marks=pytest.mark.thorough),
        pytest.param("control", "/settings", marks=pytest.mark.thorough),
    ],
    indirect=["guest"],
)
def test_settings_of_the_machine_are_read_elsewhere_and_changed_only_there(guest: Window, place: str):
    page = guest.open(place)
    expect(page.get_by_text("Only at the machine itself can this be changed.")).to_be_visible()
    expect(page.get_by_label("Let this machine render")).to_be_disabled()
    hour = page.locator("[data-hour]").nth(30)
    before = hour.get_attribute("aria-selected")
    hour.click()
    expect(hour).to_have_attribute("aria-selected", str(before))
    expect(page.locator(".setting .error")).to_have_count(0)
    assert violations(page) == []


def test_ones_own_window_is_set_up_everywhere(guest: Window):
    page = guest.open("/settings")
    page.get_by_label("Density").select_option(label="Compact rows")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
