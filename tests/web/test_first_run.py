import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Fault, Mirror, add_blender
from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.window import Window
from zordon_app.app import Zordon

NAME = "blender-5.1.0-linux-x64"
ARCHIVE = f"/release/Blender5.1/{NAME}.tar.xz"


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


def engine_card(page: Page) -> Locator:
    return page.locator(".card").nth(1)


def height(card: Locator) -> float:
    box = card.bounding_box()
    assert box is not None
    return box["height"]


def test_the_welcome_does_not_wait_for_the_engines_and_claims_nothing_of_them(browser: Browser, own: Zordon):
    held: list[Route] = []
    with open_window(browser, own) as window:
        window.page.route("**/api/engines?*", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks what it calls
        page = window.open()
        expect(page.locator(".card")).to_have_count(3)
        card = engine_card(page)
        expect(card.get_by_role("heading")).to_have_text("Looking for Blender…")
        expect(card.get_by_role("button", name="Download")).to_have_count(0)
        before = height(card)
        for route in held:
            route.continue_()
        expect(card.get_by_role("heading")).not_to_have_text("Looking for Blender…")
        assert height(card) == before


def test_icons_are_asked_for_before_the_program(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        asked: list[str] = []
        window.page.on("request", lambda request: asked.append(request.url))
        window.open()
        first = [next(place for place, url in enumerate(asked) if url.endswith(end)) for end in ("icons.svg", "lib.js")]
        assert first == sorted(first)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        add_blender(mirror, {f"{NAME}.tar.xz": tar_of(NAME, {"blender": saying("5.1.0"), "data": bytes(300_000)})})
        yield mirror


@pytest.fixture
def bare(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Zordon]:
    """A node on a machine without any Blender, which may get one from the mirror."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("ZORDON_BPY", raising=False)
    monkeypatch.setattr("zordon_app.engines.blender.builds._USUAL_PLACES", {})
    zordon = make_zordon(tmp_path / "bare")
    zordon.settings.change({"mirrors": {"blender": mirror.url, "blender-daily": "http://127.0.0.1:9"}})
    zordon.start()
    yield zordon
    zordon.stop()


def test_a_machine_without_blender_is_told_so_and_gets_it_from_the_card(browser: Browser, bare: Zordon, mirror: Mirror):
    gate = threading.Event()
    mirror.faults[ARCHIVE] = Fault(wait=gate, times=1)
    with open_window(browser, bare) as window:
        page = window.open()
        card = engine_card(page)
        expect(card.get_by_role("heading")).to_have_text("Blender was not found")
        expect(card).to_contain_text("FFmpeg")
        card.get_by_role("button", name="Download Blender 5.1.0").click()
        expect(card.get_by_role("progressbar")).to_be_visible()
        expect(card.get_by_role("button", name="Download Blender")).to_have_count(0)
        assert violations(page) == []
        note_offers(window)
        gate.set()
        expect(card.get_by_role("heading")).to_have_text("Ready to render")
        assert page.evaluate("window.offered") == 0


def note_offers(window: Window) -> None:
    """Counts from now on how often the card offers a download."""
    window.page.evaluate(
        """() => {
            window.offered = 0;
            const look = () => {
                const words = [...document.querySelectorAll('.card button')].map(button => button.textContent.trim());
                if (words.some(text => text.startsWith('Download Blender'))) window.offered += 1;
            };
            new MutationObserver(look).observe(document.querySelector('.cards'), {subtree: true, childList: true});
        }"""
    )


def test_where_the_site_of_blender_cannot_be_reached_the_card_says_so_and_asks_again(
    browser: Browser, bare: Zordon, mirror: Mirror
):
    bare.settings.change({"mirrors": {"blender": "http://127.0.0.1:9", "blender-daily": "http://127.0.0.1:9"}})
    with open_window(browser, bare) as window:
        page = window.open()
        card = engine_card(page)
        expect(card.get_by_role("status")).to_contain_text("127.0.0.1")
        expect(card.get_by_role("button", name="Download Blender")).to_have_count(0)
        assert violations(page) == []
        bare.settings.change({"mirrors": {"blender": mirror.url, "blender-daily": "http://127.0.0.1:9"}})
        card.get_by_role("button", name="Try again").click()
        expect(card.get_by_role("button", name="Download Blender 5.1.0")).to_be_visible()
        expect(card.get_by_role("status")).to_have_count(0)
