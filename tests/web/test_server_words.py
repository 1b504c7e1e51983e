import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.engines.base import Argument
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.ffmpeg.filters import FILTERS
from zordon_app.engines.presets import read_built_in

GERMAN = json.loads((Path(__file__).parents[2] / "web" / "i18n" / "server" / "de.json").read_text("utf-8"))
OPTIONS = [(engine.name, option) for engine in (BlenderEngine(), FfmpegEngine()) for option in engine.arguments]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "testsrc2=size=64x36:rate=24000/1001:duration=1"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(tmp_path / "film.mp4")], check=True)
    return tmp_path / "film.mp4"


@pytest.fixture
def window(browser: Browser, own: Zordon) -> Iterator[Window]:
    own._engines.builds.refresh()
    with open_window(browser, own, prefs={"theme": "dark", "language": "de"}) as window:
        yield window


def wanted(engine: str, option: Argument) -> set[str]:
    key = f"option.{engine}.{option.name}"
    return {key, f"{key}.hint"} if option.help else {key}


def test_every_option_and_every_preset_has_german_words_and_no_other_has():
    options = set().union(*(wanted(*pair) for pair in OPTIONS))
    choices = {f"option.{engine}.{option.name}.{choice}" for engine, option in OPTIONS for choice in option.choices}
    presets = {key for name in read_built_in() for key in (f"preset.{name}", f"preset.{name}.text")}
    assert options | presets <= GERMAN.keys() <= options | choices | presets
    assert all(GERMAN.values())


def test_choices_that_are_words_have_german_ones():
    # What is no proper name of a codec, a container or a device.
    words = {"encode", "copy", "none", "error", "hold"}
    asked = [(engine, option, choice) for engine, option in OPTIONS for choice in option.choices if choice in words]
    assert asked
    assert all(f"option.{engine}.{option.name}.{choice}" in GERMAN for engine, option, choice in asked)


def test_german_hints_name_the_same_numbers_and_filters():
    for engine, option in OPTIONS:
        digits = re.findall(r"\d+", option.help)
        assert re.findall(r"\d+", GERMAN.get(f"option.{engine}.{option.name}.hint", "")) == digits, option.name
    assert GERMAN["option.ffmpeg.filters.hint"].endswith(f"Bekannt: {', '.join(FILTERS)}.")


def test_a_german_form_names_options_choices_and_presets_in_german(window: Window, film: Path):
    page = window.open()
    page.keyboard.press("n")
    page.get_by_label("Pfad auf dem Rechner, auf dem Zordon läuft").fill(str(film))
    page.keyboard.press("Enter")
    page.get_by_label("Vorlage", exact=True).select_option(label="In MP4, unverändert")
    expect(page.get_by_text("Sache von Sekunden")).to_be_visible()
    page.get_by_text("Weitere Optionen").click()
    expect(page.get_by_label("Bildrate (fps)", exact=True)).to_be_visible()
    expect(page.get_by_label("Ton", exact=True).locator("option:checked")).to_have_text("unverändert kopieren")
    page.get_by_label("Beginn", exact=True).select_option("paused")
    page.get_by_role("button", name="Hinzufügen", exact=True).click()
    expect(window.row("film")).to_be_visible()
    panel = window.open(f"/jobs/{window.job('film')['id']}/settings").get_by_role("tabpanel")
    for words in ("In MP4, unverändert", "Video-Codec", "unverändert kopieren"):
        expect(panel).to_contain_text(words)


def test_a_preset_that_somebody_changed_keeps_the_name_they_gave_it(window: Window):
    window.http.request("PUT", f"{window.address}/api/presets/gif", json={"name": "Chat", "extends": "gif"})
    window.open()
    presets = window.get("presets")
    changed, own = (
        {**presets[name], "built_in": presets[name]["source"] == "built-in"} for name in ("gif", "gif-large")
    )
    window.until(lambda: window.call("serverwords.js", "presetName", own | {"id": "gif-large"}) == "Großes GIF")
    assert window.call("serverwords.js", "presetName", changed | {"id": "gif"}) == "Chat"


def test_an_option_of_another_engine_keeps_its_own_words(window: Window):
    window.open()
    option = {"name": "samples", "label": "Rays", "help": "Per pixel."}
    window.until(lambda: window.call("serverwords.js", "optionLabel", "blender", option) == "Samples")
    assert window.call("serverwords.js", "optionLabel", "luxcore", option) == "Rays"
    assert window.call("serverwords.js", "optionHint", "luxcore", option) == "Per pixel."
