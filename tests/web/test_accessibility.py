import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import THEMES, open_window
from tests.web.window import Window
from zordon_app.app import Zordon

HERO = "sq01_sh0000_lighting_v1"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
AXE = Axe()
WHERE = "(e => e.id || e.getAttribute('aria-label') || e.textContent.trim().slice(0, 40))(document.activeElement)"


def violations(page: Page) -> list[str]:
    """What axe says of the page as it is; nothing moves in it, see ``open_window``."""
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {node['html'][:160]}" for one in found for node in one["nodes"]]


def show_job(window: Window, tab: str) -> None:
    window.open(f"/jobs/{window.job(HERO)['id']}/{tab}")
    expect(window.page.get_by_role("tabpanel")).to_be_visible()


def show_dialog(window: Window, key: str) -> None:
    window.open()
    window.grid.focus()
    window.page.keyboard.press(key)
    expect(window.page.get_by_role("dialog")).to_be_visible()


def show_page(window: Window, place: str) -> None:
    window.open(place)
    expect(window.page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()


SCREENS = {
    "jobs": lambda window: window.open(),
    "filtered to nothing": lambda window: window.open("/jobs?find=nothing+is+called+so"),
    "overview": lambda window: show_job(window, "overview"),
    "frames": lambda window: show_job(window, "frames"),
    "log": lambda window: show_job(window, "log"),
    "files": lambda window: show_job(window, "files"),
    "job settings": lambda window: show_job(window, "settings"),
    "add job": lambda window: show_dialog(window, "n"),
    "keys": lambda window: show_dialog(window, "?"),
    "palette": lambda window: show_dialog(window, "Control+k"),
    "machine": lambda window: show_page(window, "/machine"),
    "machines": lambda window: show_page(window, "/farm"),
    "engines": lambda window: show_page(window, "/engines"),
    "engines by machine": lambda window: show_page(window, "/engines?tab=machines"),
    "settings": lambda window: show_page(window, "/settings"),
    "presets": lambda window: show_page(window, "/presets"),
}


@pytest.fixture(scope="module")
def shown(request: pytest.FixtureRequest, browser: Browser, zordon: Zordon) -> Iterator[Window]:
    """One page that goes from screen to screen."""
    with open_window(browser, zordon, prefs={"theme": request.param}) as window:
        yield window


@pytest.mark.parametrize("shown", THEMES, indirect=True)
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_wrong(shown: Window, screen: str):
    SCREENS[screen](shown)
    assert violations(shown.page) == []
    shown.page.keyboard.press("Escape")


def test_axe_finds_nothing_wrong_with_the_jobs_in_light_colours(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, prefs={"theme": "light"}) as window:
        show_job(window, "overview")
        assert violations(window.page) == []


@pytest.mark.parametrize("width", [390, pytest.param(900, marks=pytest.mark.thorough)])
def test_what_a_narrow_window_shows_as_icons_still_has_its_name(browser: Browser, zordon: Zordon, width: int):
    with open_window(browser, zordon, viewport={"width": width, "height": 800}) as window:
        assert violations(window.open()) == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong_with_menus_alerts_and_the_first_run(browser: Browser, own: Zordon, theme: str):
    with open_window(browser, own, prefs={"theme": theme}) as window:
        page = window.open()
        expect(page.locator(".card")).to_have_count(3)
        assert violations(page) == []
        page.get_by_role("button", name="More").click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Alerts").click()
        assert violations(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong_with_the_sign_in_page(browser: Browser, zordon: Zordon, theme: str):
    with open_window(browser, zordon, color_scheme=theme) as window:
        window.page.goto(f"{window.address}/sign_in.html")
        assert violations(window.page) == []


def test_each_page_has_its_landmarks_and_headings(window: Window):
    for place in ("/jobs", "/machine", "/farm", "/engines", "/settings", "/presets"):
        page = window.open(place)
        for role in ("banner", "main", "contentinfo", "navigation"):
            expect(page.get_by_role(role).first).to_be_attached()
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("heading", level=2).first).to_be_attached()
        levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
        assert all(after - before <= 1 for before, after in pairwise(levels)), (place, levels)


def test_the_job_page_has_its_regions(window: Window):
    show_job(window, "overview")
    page = window.page
    expect(page.get_by_role("complementary", name="Machines and views")).to_be_visible()
    expect(page.get_by_role("region", name="Job details")).to_be_visible()
    expect(page.get_by_role("grid", name="Jobs")).to_be_visible()


def test_tab_reaches_everything_and_nothing_holds_it(window: Window):
    show_job(window, "frames")
    page = window.page
    page.locator("body").press("Tab")
    seen = []
    for _step in range(120):
        place = page.evaluate(WHERE)
        if seen and place == seen[0]:
            break
        seen.append(place)
        page.keyboard.press("Tab")
    for name in ("Add job…", "filter", "Engines", "Settings", "Jobs", "Frames", "Retry 4 failed", "Columns"):
        assert any(name in place for place in seen), (name, seen)


def test_f6_goes_from_region_to_region(window: Window):
    show_job(window, "overview")
    page = window.page
    where = "document.activeElement.closest('[data-region]')?.dataset.region"
    visited = []
    for _step in range(5):
        page.keyboard.press("F6")
        visited.append(page.evaluate(where))
    assert {"top", "machines", "main", "inspector"} <= set(visited)


@pytest.mark.parametrize(
    "place",
    [
        "/jobs",
        "job",
        *(
            pytest.param(place, marks=pytest.mark.thorough)
            for place in ("/engines", "/engines?tab=machines", "/settings", "/presets", "/farm", "/machine")
        ),
    ],
)
def test_a_narrow_window_scrolls_one_way_only(browser: Browser, zordon: Zordon, place: str):
    with open_window(browser, zordon, viewport={"width": 320, "height": 640}) as window:
        if place == "job":
            show_job(window, "overview")
            expect(window.page.get_by_role("region", name="Job details")).to_be_in_viewport()
        else:
            window.open(place)
        page = window.page
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        wide = "main => [main, ...main.querySelectorAll('.page')].every(box => box.scrollWidth <= box.clientWidth + 1)"
        assert page.locator("main").evaluate(wide)
        expect(page.get_by_role("button", name="Add job…")).to_be_in_viewport()


def test_twice_the_text_size_loses_nothing(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, viewport={"width": 720, "height": 450}) as window:
        page = window.open()
        expect(page.get_by_role("button", name="Add job…")).to_be_in_viewport()
        expect(window.grid).to_be_in_viewport()
        page.keyboard.press("n")
        expect(page.get_by_role("dialog").get_by_role("button", name="Add job", exact=True)).to_be_in_viewport()


def test_reduced_motion_stops_what_moves(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, reduced_motion="reduce") as window:
        page = window.open()
        moving = page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length")
        assert moving == 0
        names = page.evaluate("[...document.querySelectorAll('*')].map(e => getComputedStyle(e).animationName)")
        assert set(json.loads(json.dumps(names))) == {"none"}
