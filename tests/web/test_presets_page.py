"""The person's presets.yaml, edited in the window."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import THEMES, open_window
from tests.web.test_accessibility import violations
from tests.web.window import Window
from zordon_app.app import Zordon

GOOD = "version: 1\npresets:\n  # for Anna\n  anna:\n    name: Small for Anna\n    extends: review-h264\n"
BAD = f"{GOOD}    params: {{crff: 30}}\n"


@pytest.fixture
def path(own: Zordon) -> Path:
    return own.paths.config / "presets.yaml"


def show(window: Window) -> Page:
    page = window.open("/presets")
    expect(page.get_by_label("Your own").locator("textarea")).to_be_visible()
    return page


def test_an_error_is_shown_at_its_line_and_keeps_the_text_from_being_saved(browser: Browser, own: Zordon, path: Path):
    with open_window(browser, own) as window:
        page = show(window)
        area = page.locator("textarea")
        expect(page.get_by_role("status").filter(has_text="no presets of your own")).to_be_visible()
        area.fill(BAD)
        band = page.locator(".code-band[data-line='7']")
        expect(band).to_contain_text("crff")
        expect(area).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
        field, mark = area.bounding_box(), band.bounding_box()
        assert field is not None
        assert mark is not None
        assert round(mark["y"] - field["y"]) == 10 + 6 * 20

        page.get_by_role("button", name="Line 7").press("Enter")
        expect(area).to_be_focused()
        page.keyboard.type("    params: {crf: 30}")
        expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
        expect(area).not_to_have_attribute("aria-invalid", "true")
        assert not path.exists()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(window.toast("Presets saved")).to_be_visible()
        assert path.read_text("utf-8") == BAD.replace("crff", "crf")
        assert window.get("presets")["anna"]["params"]["crf"] == 30
        expect(page.get_by_text("not saved")).to_have_count(0)


def test_an_example_is_saved_with_keys_and_can_be_chosen_for_a_job(browser: Browser, own: Zordon, path: Path):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        page.get_by_role("button", name="Edit presets…").press("Enter")
        page.get_by_role("button", name="Begin with an example").press("Enter")
        expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
        page.locator("textarea").press("Control+s")
        expect(window.toast("Presets saved")).to_be_visible()
        assert "my-review:" in path.read_text("utf-8")

        window.open()
        page.get_by_role("button", name="Try a sample").click()
        page.get_by_label("Preset", exact=True).first.select_option(label="My review")


def test_presets_that_were_written_by_hand_are_there_for_the_next_job(browser: Browser, own: Zordon, path: Path):
    with open_window(browser, own) as window:
        page = window.open()
        path.write_text(GOOD, encoding="utf-8")
        page.get_by_role("button", name="Try a sample").click()
        page.get_by_label("Preset", exact=True).first.select_option(label="Small for Anna")


def test_what_was_changed_elsewhere_is_not_overwritten_and_nothing_written_is_lost(
    browser: Browser, own: Zordon, path: Path
):
    with open_window(browser, own) as window:
        page = show(window)
        page.locator("textarea").fill(GOOD)
        expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
        path.write_text("# by another\n", encoding="utf-8")
        window.forgive("status of 409")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="changed meanwhile")).to_be_visible()
        expect(page.locator("textarea")).to_have_value(GOOD)

        page.get_by_role("link", name="Engines").click()
        page.go_back()
        expect(page.locator("textarea")).to_have_value(GOOD)
        page.get_by_role("button", name="Discard changes").click()
        expect(page.locator("textarea")).to_have_value("# by another\n")
        assert path.read_text("utf-8") == "# by another\n"


def test_the_built_in_ones_can_be_read_beside_and_numbers_go_with_the_lines(browser: Browser, own: Zordon, path: Path):
    path.write_text(GOOD + "\n" * 300, encoding="utf-8")
    with open_window(browser, own) as window:
        page = show(window)
        built_in = page.get_by_role("group", name="Come with Zordon")
        expect(built_in).to_contain_text("review-h264:")
        built_in.focus()
        page.keyboard.press("End")
        window.until(lambda: built_in.evaluate("box => box.scrollTop") > 0)
        area, numbers = page.locator("textarea"), page.locator(".code-numbers pre")
        area.evaluate("area => area.scrollTop = 1000")
        window.until(lambda: "-1000" in (numbers.get_attribute("style") or ""))
        assert numbers.inner_text().split("\n")[-1] == "307"


def test_a_new_line_begins_where_yaml_wants_it_and_can_be_undone(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = show(window)
        area = page.locator("textarea")
        area.focus()
        for words in ("version: 1", "presets:", "anna:", "extends: gif", "name: Anna"):
            page.keyboard.type(words)
            page.keyboard.press("Enter")
        text = "version: 1\npresets:\n  anna:\n    extends: gif\n    name: Anna\n    "
        expect(area).to_have_value(text)
        page.keyboard.press("Control+z")
        expect(area).not_to_have_value(text)
        page.keyboard.press("Control+Shift+z")
        expect(area).to_have_value(text)


def test_a_file_that_is_no_text_says_so_and_is_not_overwritten(browser: Browser, own: Zordon, path: Path):
    path.write_bytes(b"\xff\xfe")
    with open_window(browser, own) as window:
        page = window.open("/presets")
        expect(page.get_by_role("alert").filter(has_text="UTF-8")).to_be_visible()
        expect(page.locator("textarea")).to_have_count(0)
        expect(page.get_by_text("Loading")).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong_with_errors(browser: Browser, own: Zordon, path: Path, theme: str):
    path.write_text(BAD + "  ben: {extends: anna, colour: blue}\n", encoding="utf-8")
    with open_window(browser, own, prefs={"theme": theme}) as window:
        page = show(window)
        expect(page.get_by_text("2 errors, 1 warning")).to_be_visible()
        assert violations(page) == []


def test_errors_are_said_in_german_and_their_words_leave_a_long_line_to_be_read(browser: Browser, own: Zordon):
    long = f"    description: {'long ' * 40}\n"
    with open_window(browser, own, prefs={"language": "de"}) as window:
        page = window.open("/presets")
        page.locator("textarea").fill(f"{GOOD}    params: {{crff: 1, crf: 99, video_codec: mpeg9}}\n")
        for words in (
            "FFmpeg hat keine Option „crff“.",
            "„crf“ ist höchstens",
            "„video_codec“ kann nicht „mpeg9“ sein. Möglich:",
        ):
            expect(page.locator(".presets-problems")).to_contain_text(words)
        page.locator("textarea").fill(f"{GOOD}    colour: blue\n    tags: {'x' * 200}\n{long}")
        expect(page.locator(".code-band[data-line='7'] .band-words")).to_contain_text("„colour“ bedeutet hier nichts.")
        band = page.locator(".code-band[data-line='8'] .band-words")
        expect(page.get_by_text("„tags“ kann nicht sein, was dort steht.")).to_have_count(2)
        assert band.evaluate("words => words.getBoundingClientRect().width") == 0
