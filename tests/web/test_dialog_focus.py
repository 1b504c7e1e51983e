import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.seed import fill
from tests.web.window import Window
from zordon_app.app import Zordon


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ("n", "dialog button:has-text('Browse…')"),
        ("Control+k", "dialog input"),
        ("Alerts", "dialog .alert >> nth=0"),
        ("?", "dialog"),
        ("About Zordon", "dialog"),
    ],
)
def test_a_dialog_begins_with_what_a_person_wants_and_never_with_closing_it(window: Window, keys: str, first: str):
    page = window.open()
    open_with(page, keys)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.locator(first)).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def open_with(page: Page, keys: str) -> None:
    if keys == "Alerts":
        page.get_by_role("button", name=keys).click()
    elif keys[0].isupper() and " " in keys:
        page.get_by_role("button", name="More").click()
        page.get_by_role("menuitem", name=keys).click()
    else:
        page.keyboard.press(keys)


def test_what_asks_before_it_destroys_begins_with_what_destroys_nothing(browser: Browser, own: Zordon):
    fill(own, 3, frames=4, with_files=1)
    with open_window(browser, own) as window:
        page = window.open()
        page.locator(".row.job").first.click()
        page.keyboard.press("Delete")
        expect(page.get_by_role("alertdialog").get_by_role("button", name="Keep job")).to_be_focused()


def test_the_add_dialog_of_a_dropped_file_begins_at_its_top(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open()
        page.get_by_role("button", name="Try a sample").click()
        expect(page.locator(".source-name")).to_have_text("sample.mp4")
        expect(page.locator("dialog")).to_be_focused()
        page.keyboard.press("Control+Enter")
        expect(page.locator(".row.job")).to_have_count(1)


def test_a_dialog_has_the_focus_as_soon_as_it_is_seen(window: Window):
    page = window.open()
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("/nowhere")
    expect(page.get_by_label("Path on the machine that runs Zordon")).to_have_value("/nowhere")


def test_whoever_chooses_no_file_after_all_keeps_the_dialog(window: Window):
    page = window.open()
    page.keyboard.press("n")
    page.get_by_label("Path on the machine that runs Zordon").fill("/nowhere.blend")
    page.locator("input[type=file]").dispatch_event("cancel", {"bubbles": True})
    expect(page.get_by_label("Path on the machine that runs Zordon")).to_have_value("/nowhere.blend")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_escape_closes_a_dialog_as_its_button_does(window: Window):
    page = window.open()
    page.get_by_role("button", name="new alerts").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Alerts", exact=True)).to_be_visible()
