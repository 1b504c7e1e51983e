"""What a page fetches when it starts, and when the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.seed import make_zordon
from tests.web.window import Window

OF_OTHER_PAGES = ("addjob/dialog.js", "engines/page.js", "machine/page.js", "settings/page.js", "presets/page.js")


@pytest.fixture
def window(browser: Browser, tmp_path: Path) -> Iterator[Window]:
    zordon = make_zordon(tmp_path / "node")
    zordon.start()
    try:
        with open_window(browser, zordon) as window:
            yield window
    finally:
        zordon.stop()


def notes(page: Page) -> list[str]:
    """What the page asks for from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def position(asked: list[str], part: str) -> int:
    return next(number for number, url in enumerate(asked) if part in url)


def test_modules_of_what_is_not_shown_come_after_the_jobs_and_before_anybody_wants_them(window):
    asked = notes(window.page)
    window.open()
    window.until(lambda: all(any(module in url for url in asked) for module in OF_OTHER_PAGES))

    jobs = position(asked, "jobs/long_poll")
    assert all(position(asked, module) > jobs for module in OF_OTHER_PAGES)


def test_a_page_that_is_opened_by_its_address_is_fetched_at_once(window):
    window.page.goto(f"{window.address}/#/settings")

    expect(window.page.get_by_role("heading", name="Settings", level=2)).to_be_visible()


def test_a_dialog_whose_module_does_not_arrive_comes_when_it_can(window):
    page = window.page
    page.route("**/addjob/dialog.js", lambda route: route.abort())
    page.goto(f"{window.address}/#/jobs")
    with page.expect_event("requestfailed", lambda request: "addjob/dialog.js" in request.url):
        page.get_by_role("button", name="Add job").first.click()
    page.unroute("**/addjob/dialog.js")
    window.problems.clear()

    expect(page.get_by_role("dialog", name="Add job")).to_be_visible()
