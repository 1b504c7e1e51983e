import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.domain.holds import Hold
from zordon_app.domain.hours import DAYS
from zordon_app.domain.reasons import PREPARING, QUEUED, RENDERING
from zordon_app.domain.views import NEEDS_UPDATE
from zordon_app.farm.ledger.recovery import AFTER_RESTART
from zordon_app.farm.scheduling.availability import Rules, why_not, why_not_more
from zordon_app.render import disk

WEB = Path(__file__).parents[2] / "web"
HERO = "sq01_sh0000_lighting_v1"
CATALOGUES = {path.stem: json.loads(path.read_text("utf-8")) for path in (WEB / "i18n").glob("*.json")}
SUBJECTS = "|".join(sorted({key.split(".")[0] for key in CATALOGUES["en"]}))
KEY = re.compile(rf"\b(?!\S+\.(?:org|yaml)\b)({SUBJECTS})\.[a-z_]+(\.[a-z_]+)*\b")
"""A name of words where the words should be; names of hosts and files look alike."""
CLIPPED = """() => [...document.querySelectorAll('button, .tabs button, .chip, label, th')]
    .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible')
    .map(e => e.textContent.trim())"""
OVERLAPS = """() => [...document.querySelectorAll('.topbar > *, .toolbar > *, .chip-row > *')]
    .filter(e => e.offsetParent).map(e => [e, e.getBoundingClientRect()])
    .flatMap(([a, one], index, all) => all.slice(index + 1).filter(([b, two]) => a.parentElement === b.parentElement
        && one.right - two.left > 1 && two.right - one.left > 1 && one.bottom - two.top > 1 && two.bottom - one.top > 1)
        .map(([b]) => a.textContent.trim() + ' over ' + b.textContent.trim()))"""


def visit(window: Window) -> Iterator[Page]:
    """Every screen in turn; the page is the same one."""
    job = window.job(HERO)["id"]
    for place in ["/jobs", *(f"/jobs/{job}/{tab}" for tab in ("overview", "frames", "log", "files", "settings"))]:
        yield window.open(place)
    for place in ("/machine", "/farm", "/engines", "/engines?tab=machines", "/settings", "/presets"):
        yield window.open(place)
    window.open()
    for key in ("n", "?", "Control+k"):
        window.grid.focus()
        window.page.keyboard.press(key)
        expect(window.page.get_by_role("dialog")).to_be_visible()
        yield window.page
        window.page.keyboard.press("Escape")


def words_of(page: Page) -> str:
    titles = """[...document.querySelectorAll('[title], [aria-label], [placeholder]')]
        .map(e => [e.title, e.ariaLabel, e.placeholder].join(' ')).join(' ')"""
    return f"{page.locator('body').inner_text()} {page.evaluate(titles)}"


@pytest.fixture(scope="module")
def speaking(browser: Browser, zordon: Zordon) -> Iterator[Window]:
    """A page in German, for what its modules say of themselves."""
    with open_window(browser, zordon, prefs={"language": "de"}) as window:
        window.open()
        yield window


def test_both_languages_have_the_same_words():
    assert CATALOGUES["de"].keys() == CATALOGUES["en"].keys()
    for key, english in CATALOGUES["en"].items():
        german = CATALOGUES["de"][key]
        assert isinstance(german, dict) == isinstance(english, dict), key
        fields = [set(re.findall(r"\{\w+\}", json.dumps(text))) for text in (english, german)]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        ("Waits for and (offline).", "Wartet auf and (nicht erreichbar)."),
        (
            "Waits for atlas (paused), rigel (offline) and vega (without Blender 4.5.1).",
            "Wartet auf atlas (angehalten), rigel (nicht erreichbar) und vega (ohne Blender 4.5.1).",
        ),
        (
            "Waits for a (disk full), b (fetches FFmpeg 7.1) and 3 more.",
            "Wartet auf a (Platte voll), b (holt FFmpeg 7.1) und 3 weitere.",
        ),
        (
            "Waits for a (other version of Zordon) and b (cannot help: The disk is full).",
            "Wartet auf a (andere Version von Zordon) und b (kann nicht helfen: The disk is full).",
        ),
        ("Paused until 22:00 tomorrow.", "Angehalten bis morgen 22:00."),
        (
            "Outside its hours. It works again from 08:00 on 30 November.",
            "Außerhalb seiner Zeiten; arbeitet wieder ab 08:00 am 30. November.",
        ),
        (
            "Little memory free: 1.5 GiB, and 2 GiB shall stay free.",
            "Wenig Speicher frei: 1,5 GiB; 2 GiB bleiben frei.",
        ),
        ("Waits for its turn.", "Wartet, bis er an der Reihe ist."),
        (
            "FFmpeg 7.1 is not installed here; it is being downloaded (40 %). The job starts by itself.",
            "FFmpeg 7.1 ist hier nicht installiert und wird geladen (40\u00a0%). Der Auftrag beginnt dann von selbst.",
        ),
        (
            "3 of 48 frames or segments failed: Out of memory.",
            "3 von 48 Bildern oder Abschnitten sind fehlgeschlagen: Out of memory.",
        ),
    ],
)
def test_what_a_job_says_of_itself_is_said_in_german(speaking: Window, reason: str, german: str):
    assert speaking.call("reasons.js", "reasonWords", reason) == german


def shortage() -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk.shutil, "disk_usage", lambda _folder: SimpleNamespace(total=10**12, free=10**6))
        return disk.DiskReserve(lambda: (2, 5), time.monotonic).shortage_now(Path("/"))


def test_what_the_server_says_of_jobs_and_machines_is_known_in_german(speaking: Window):
    night = dict.fromkeys(DAYS, "22:00-06:00")
    noon = datetime(2026, 11, 28, 12, tzinfo=UTC)
    held = [Hold(paused=True, until=noon + timedelta(hours=hours)) for hours in (1, 20, 90)]
    said = [QUEUED, RENDERING, PREPARING, AFTER_RESTART, NEEDS_UPDATE, shortage()]
    said += [why_not(Rules(), hold, noon, 0) for hold in (Hold(paused=True), *held)]
    said += [why_not(Rules(schedule=night), Hold(), noon, 0), why_not(Rules(accept_work=False), Hold(), noon, 0)]
    said += [why_not(Rules(idle_minutes=5), Hold(), noon, idle) for idle in (0, None)]
    said += [why_not_more(Rules(memory_floor_gib=4), 1.25)]
    assert all(said)
    for sentence in said:
        assert speaking.call("reasons.js", "reasonWords", sentence) != sentence


def test_every_word_that_is_asked_for_is_there():
    source = "\n".join(path.read_text("utf-8") for path in (WEB / "js").rglob("*.js"))
    asked = set(re.findall(r"\bt\(\s*'([a-z]\w*\.[\w.]+)'", source))
    assert asked
    assert asked - CATALOGUES["en"].keys() == set()


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.thorough), "de"])
def test_no_raw_key_is_shown(browser: Browser, zordon: Zordon, language: str):
    with open_window(browser, zordon, prefs={"theme": "dark", "language": language}) as window:
        for page in visit(window):
            found = KEY.search(words_of(page))
            assert found is None, f"{found} in {page.url}"


def test_the_second_language_is_german_with_its_numbers_and_dates(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, prefs={"theme": "dark", "language": "de"}) as window:
        page = window.open(f"/jobs/{window.job(HERO)['id']}/settings")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        expect(page.get_by_role("button", name="Auftrag hinzufügen …")).to_be_visible()
        expect(page.get_by_role("tabpanel")).to_contain_text(re.compile(r"\d\d\.\d\d\.20\d\d, \d\d:\d\d"))
        # Between number and sign stands a space that does not break.
        expect(window.row(HERO)).to_contain_text(re.compile("\\d+\u00a0%"))


def test_words_that_are_almost_half_as_long_again_are_not_clipped(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, prefs={"theme": "dark", "language": "qps"}) as window:
        for page in visit(window):
            expect(page.locator("html")).to_have_attribute("lang", "qps")
            assert page.evaluate(CLIPPED) == []
            assert page.evaluate(OVERLAPS) == []


def test_the_state_of_a_machine_is_not_cut_beside_its_curve(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, prefs={"language": "de"}) as window:
        machine = window.open().locator(".machine").first
        expect(machine.locator(".sparkline")).to_be_visible()
        words = machine.locator(".machine-facts .truncate")
        expect(words).to_contain_text("angehalten · CPU")
        assert words.evaluate("e => e.scrollWidth - e.clientWidth") <= 1


def test_user_text_of_any_script_keeps_its_direction(window: Window, zordon: Zordon):
    job = window.job("sq02_sh0080_anim_v1")
    with zordon._farm.state.change() as change:
        change.job(job["id"]).name = "مشهد الغابة 日本語"
    window.open()
    row = window.find("مشهد الغابة 日本語")
    expect(row.locator(".title")).to_have_attribute("dir", "auto")


AFTERNOON = 1_793_714_700_000
"""Five past three in Berlin, in milliseconds, on 3 November 2026."""


@pytest.mark.parametrize(
    ("browser_locale", "language", "time", "whole"),
    [
        ("en-US", "en", "3:05 PM", "Nov 3, 2026, 3:05 PM"),
        ("de-DE", "de", "15:05", "03.11.2026, 15:05"),
        pytest.param("en-GB", "en", "15:05", "3 Nov 2026, 15:05", marks=pytest.mark.thorough),
        pytest.param("de-DE", "en", "15:05", "3 Nov 2026, 15:05", marks=pytest.mark.thorough),
        pytest.param("en-US", "de", "15:05", "03.11.2026, 15:05", marks=pytest.mark.thorough),
    ],
)
def test_times_are_written_as_where_the_browser_is_at_home(
    browser: Browser, zordon: Zordon, browser_locale: str, language: str, time: str, whole: str
):
    prefs: dict[str, object] = {"language": language}
    with open_window(browser, zordon, prefs=prefs, locale=browser_locale, timezone_id="Europe/Berlin") as window:
        window.open()
        plain = str.maketrans("\u202f\u00a0", "  ")
        assert window.call("format.js", "timeOfDay", AFTERNOON).translate(plain) == time
        assert window.call("format.js", "clock", AFTERNOON).translate(plain) == whole
        until = window.call("reasons.js", "reasonWords", "Paused until 15:05.").translate(plain)
        assert until.rstrip(".").endswith((time, f"{time} angehalten"))


@pytest.mark.parametrize(
    ("language", "platform", "first", "second"),
    [("en", "Linux x86_64", "Ctrl", "Del"), ("de", "Win32", "Strg", "Entf"), ("de", "MacIntel", "⌘", "Entf")],
)
def test_keys_are_called_as_they_are_on_the_keyboard(
    browser: Browser, zordon: Zordon, language: str, platform: str, first: str, second: str
):
    with open_window(browser, zordon, prefs={"language": language}) as window:
        window.stub(f"Object.defineProperty(navigator, 'platform', {{get: () => '{platform}'}})")
        page = window.open()
        page.keyboard.press("?")
        expect(page.locator("dialog kbd").first).to_be_visible()
        named = page.locator("dialog kbd").all_inner_texts()
        assert first in named
        assert second in named
        assert ("Ctrl" in named) == (first == "Ctrl")
        page.keyboard.press("Escape")
        page.locator(".topbar [aria-haspopup=menu]").last.click()
        expect(page.get_by_role("menuitem").first).to_contain_text(f"{first} K")
