from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill
from zordon_app.app import Zordon


def test_three_cards_stand_where_the_list_will_be(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open()
        cards = page.locator(".card")
        expect(cards).to_have_count(3)
        cards.nth(0).get_by_role("button", name="Choose a file…").click()
        expect(page.get_by_role("dialog", name="Add job")).to_be_visible()
        page.keyboard.press("Escape")
        cards.nth(0).get_by_role("button", name="Try a sample").click()
        expect(page.locator(".source-name")).to_have_text("sample.mp4")
        page.keyboard.press("Escape")
        cards.nth(1).get_by_role("button", name="See engines").click()
        expect(page.get_by_role("heading", name="Engines", level=2)).to_be_visible()
        page.go_back()
        page.locator(".card").nth(2).get_by_role("button", name="Add machines").click()
        expect(page.get_by_role("heading", name="Machines", level=2)).to_be_visible()


def test_cards_go_away_when_they_are_done_with(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open()
        page.locator(".card").nth(2).get_by_role("button", name="Done with this").click()
        expect(page.locator(".card")).to_have_count(2)
        page.reload()
        expect(page.locator(".card")).to_have_count(2)
        fill(own, 3, frames=4, with_files=0)
        expect(page.locator(".row.job")).to_have_count(3)
        expect(page.locator(".card")).to_have_count(0)
