import ast
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, expect

import zordon_app
from tests.web.conftest import open_window
from tests.web.seed import fill
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.engines.base import Argument
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.ffmpeg.filters import FILTERS
from zordon_app.engines.presets import read_built_in

GERMAN = json.loads((Path(__file__).parents[2] / "web" / "i18n" / "server" / "de.json").read_text("utf-8"))
PACKAGE = Path(zordon_app.__file__).parent
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


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}


def refusals() -> Iterator[tuple[str, set[str]]]:
    """Code and fields of every sentence that can be said in another language."""
    for source in sources().values():
        for node in ast.walk(source):
            named = {word.arg: word.value for word in node.keywords if word.arg} if isinstance(node, ast.Call) else {}
            match named.pop("code", None):
                case ast.Constant(value=str() as code):
                    yield code, set(named)


def wanted(engine: str, option: Argument) -> set[str]:
    key = f"option.{engine}.{option.name}"
    return {key, f"{key}.hint"} if option.help else {key}


def test_every_option_and_every_preset_has_german_words_and_no_other_has():
    options = set().union(*(wanted(*pair) for pair in OPTIONS))
    choices = {f"option.{engine}.{option.name}.{choice}" for engine, option in OPTIONS for choice in option.choices}
    presets = {key for name in read_built_in() for key in (f"preset.{name}", f"preset.{name}.text")}
    german = {key for key in GERMAN if key.startswith(("option.", "preset."))}
    assert options | presets <= german <= options | choices | presets
    assert all(GERMAN.values())


def test_every_refusal_with_a_code_has_a_german_sentence_whose_fields_it_fills():
    found = list(refusals())
    assert {f"error.{code}" for code, _ in found} == {key for key in GERMAN if key.startswith("error.")}
    for code, given in found:
        assert set(re.findall(r"{(\w+)}", GERMAN[f"error.{code}"])) <= given, code


def test_every_sentence_that_is_known_whole_is_still_said():
    nodes = (node for source in sources().values() for node in ast.walk(source))
    constants = {node.value for node in nodes if isinstance(node, ast.Constant)}
    known = {key.removeprefix("says.") for key in GERMAN if key.startswith("says.")}
    assert known
    assert known <= constants


def test_every_key_is_of_a_kind_that_is_looked_up():
    assert {key.split(".")[0] for key in GERMAN} == {"option", "preset", "error", "says"}


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
    expect(page.get_by_label("Erkannt")).to_contain_text("23,976")
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


def test_a_refusal_is_said_in_german_with_its_values(window: Window):
    page = window.open()
    page.keyboard.press("n")
    page.get_by_label("Pfad auf dem Rechner, auf dem Zordon läuft").fill("/nirgends/Öl & Feuer.blend")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(
        "Eine Datei „/nirgends/Öl & Feuer.blend“ gibt es auf diesem Rechner"
    )


def test_why_frames_failed_is_said_in_german(window: Window, own: Zordon):
    [made] = fill(own, 1, frames=4, with_files=0)
    with own._farm.state.change() as change:
        unit, job = change.unit(made.id, 1), change.job(made.id)
        unit.state, unit.error = UnitState.FAILED, "Blender ran out of memory."
        job.status, job.warnings = JobStatus.ERROR, ["Only Cycles denoises; this job renders without."]
        job.reason = "1 of 4 frames or segments failed: Blender ran out of memory."
    page = window.open(f"/jobs/{made.id}/overview")
    expect(page.get_by_role("tabpanel").get_by_text("Blender ging der Speicher aus.", exact=True)).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_contain_text("Nur Cycles entrauscht; dieser Auftrag rendert ohne.")
    expect(window.row(made.name)).to_contain_text("sind fehlgeschlagen: Blender ging der Speicher aus.")
    expect(window.open(f"/jobs/{made.id}/frames").get_by_role("tabpanel")).to_contain_text(
        "Blender ging der Speicher aus."
    )


def test_a_setting_out_of_its_range_is_refused_in_german(window: Window):
    page = window.open("/settings")
    page.get_by_label("Port", exact=True).fill("80")
    page.keyboard.press("Enter")
    expect(page.get_by_text("„port“ muss mindestens 1024 sein.")).to_be_visible()


def test_a_file_that_was_sent_in_vain_is_refused_in_german(window: Window):
    page = window.open()
    page.keyboard.press("n")
    page.locator("input[type=file]").set_input_files({"name": "Szene.blend", "mimeType": "", "buffer": b"BLENDE"})
    expect(page.get_by_role("dialog")).to_contain_text("Szene.blend ist abgeschnitten: Die Datei endet mittendrin.")


def test_a_wrong_code_is_refused_in_german_where_nothing_else_may_be_read(browser: Browser, own: Zordon):
    with open_window(browser, own, locale="de-DE") as window:
        window.page.goto(f"{window.address}/sign_in.html")
        window.page.get_by_label("Code").fill("00000000")
        window.page.keyboard.press("Enter")
        expect(window.page.get_by_role("alert")).to_contain_text("Das ist nicht der Code")
        window.forgive("status of 403")


def test_without_the_words_the_server_speaks_english(browser: Browser, own: Zordon):
    with open_window(browser, own, prefs={"language": "de"}) as window:
        window.forgive("ERR_FAILED")
        window.page.route("**/i18n/server/de.json", lambda route: route.abort())
        page = window.open()
        expect(page.get_by_role("button", name="Auftrag hinzufügen …")).to_be_visible()
        page.keyboard.press("n")
        page.get_by_label("Pfad auf dem Rechner, auf dem Zordon läuft").fill("/nowhere/a.blend")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("There is no file '/nowhere/a.blend' on this machine.")


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
