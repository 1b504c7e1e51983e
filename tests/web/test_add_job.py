import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.seed import make_zordon
from tests.web.window import Window
from zordon_app.app import Zordon

MAKE_BLEND = """
import bpy, sys
bpy.ops.wm.read_factory_settings()
scene = bpy.context.scene
scene.frame_start, scene.frame_end = 1, 48
scene.render.resolution_x, scene.render.resolution_y = 1280, 720
for name in ("cam_A", "cam_B"):
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene.collection.objects.link(camera)
image = bpy.data.images.new("wood", 4, 4)
image.source, image.filepath, image.use_fake_user = "FILE", "//textures/wood_oak.png", True
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
"""


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``film.mp4`` and ``shot.blend`` (where a Blender is installed)."""
    folder = tmp_path_factory.mktemp("projects")
    source = ["-f", "lavfi", "-i", "testsrc2=size=64x36:rate=25:duration=1"]
    film = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-pix_fmt", "yuv420p", str(folder / "film.mp4")]
    subprocess.run(film, check=True)
    # Long enough for several machines; one of them of a kind that cannot be cut exactly.
    for name in ("long.mp4", "long.ts"):
        again = ["-stream_loop", "29", "-i", str(folder / "film.mp4"), "-pix_fmt", "yuv420p", str(folder / name)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *again], check=True)
    blender = shutil.which("blender")
    if blender:
        make = [blender, "--background", "--factory-startup", "--python-expr", MAKE_BLEND, "--"]
        subprocess.run([*make, str(folder / "shot.blend")], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def blend(projects: Path) -> Path:
    if not (projects / "shot.blend").exists():
        pytest.skip("no Blender is installed")
    return projects / "shot.blend"


@pytest.fixture(scope="module")
def adding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path_factory.mktemp("adding"))
    zordon.start()
    zordon._engines.builds.refresh()
    yield zordon
    zordon.stop()


@pytest.fixture
def form(browser: Browser, adding: Zordon) -> Iterator[Window]:
    with open_window(browser, adding) as window:
        window.open()
        yield window


def add_source(window: Window, path: Path) -> Page:
    page = window.page
    page.keyboard.press("n")
    page.get_by_label("Path on the machine that runs Zordon").fill(str(path))
    page.keyboard.press("Enter")
    return page


def drop(page: Page, files: dict[str, bytes]) -> None:
    give = """files => {
        const data = new DataTransfer();
        for (const [name, bytes] of Object.entries(files)) data.items.add(new File([new Uint8Array(bytes)], name));
        for (const type of ['dragenter', 'dragover', 'drop']) {
            document.body.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
        }
    }"""
    page.evaluate(give, {name: list(content) for name, content in files.items()})


def test_dropping_a_file_anywhere_opens_add_job_with_it(form: Window, projects: Path):
    content = (projects / "film.mp4").read_bytes()
    drop(form.page, {"film.mp4": content})
    dialog = form.page.get_by_role("dialog", name="Add job")
    expect(dialog.locator(".source")).to_have_count(1)
    expect(dialog.get_by_label("Detected")).to_contain_text("64×36")


def test_five_dropped_files_are_five_jobs(form: Window, projects: Path):
    content = (projects / "film.mp4").read_bytes()
    drop(form.page, {f"shot_{number}.mp4": content for number in range(5)})
    dialog = form.page.get_by_role("dialog", name="Add job")
    expect(dialog.locator(".source")).to_have_count(5)
    expect(dialog.get_by_role("button", name="Add 5 jobs")).to_be_visible()


def test_a_blend_shows_what_is_in_it(form: Window, blend: Path):
    page = add_source(form, blend)
    found = page.get_by_label("Detected")
    for text in ("1-48", "1280×720", "24", "cam_A", "cam_B", "1 file that the project uses is missing"):
        expect(found).to_contain_text(text)
    expect(page.get_by_label("Frames", exact=True)).to_have_value("1-48")
    expect(page.get_by_label("Engine version")).to_contain_text("saved with")


def test_each_camera_that_is_ticked_is_a_job(form: Window, blend: Path):
    page = add_source(form, blend)
    page.get_by_label("cam_A").check()
    page.get_by_label("cam_B").check()
    page.get_by_label("Start", exact=True).select_option("paused")
    page.get_by_role("button", name="Add 2 jobs").click()
    expect(form.toast("2 jobs added")).to_be_visible()
    jobs = {job["name"]: job["args"].get("camera") for job in form.get("jobs")["jobs"]}
    assert jobs["shot_cam_A"] == "cam_A"
    assert jobs["shot_cam_B"] == "cam_B"


def test_another_preset_changes_only_what_nobody_touched_and_saving_makes_one(form: Window, blend: Path):
    page = add_source(form, blend)
    preset = page.get_by_label("Preset")
    expect(preset).to_be_visible()
    preset.select_option(label="Quick preview")
    page.get_by_text("More options").click()
    samples, size = page.get_by_label("Samples", exact=True), page.get_by_label("Size (%)")
    expect(samples).to_have_value("8")
    samples.fill("77")
    expect(page.get_by_text("Modified: 1 option.")).to_be_visible()
    preset.select_option(label="PNG animation")
    expect(samples).to_have_value("77")
    expect(size).to_have_value("")
    page.get_by_role("button", name="Save as preset…").click()
    page.get_by_label("Name", exact=True).fill("Seventy-seven")
    page.get_by_role("button", name="Save preset").click()
    expect(form.toast("Preset “Seventy-seven” saved")).to_be_visible()
    expect(page.get_by_label("Preset").locator("option:checked")).to_have_text("Seventy-seven")
    assert form.get("presets")["seventy-seven"]["params"]["samples"] == 77


def test_a_bad_frame_range_is_refused_where_it_stands(form: Window, blend: Path):
    page = add_source(form, blend)
    frames = page.get_by_label("Frames", exact=True)
    frames.fill("10-5x0")
    expect(frames).to_have_attribute("aria-invalid", "true")
    described = str(frames.get_attribute("aria-describedby")).split()[-1]
    expect(page.locator(f"[id='{described}']")).to_contain_text("x0")
    page.get_by_role("button", name="Add job", exact=True).last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(frames).to_be_focused()


def test_the_example_follows_each_token_and_the_folder(form: Window, blend: Path):
    page = add_source(form, blend)
    example = page.get_by_test_id("example")
    expect(example).to_have_text("shot/shot_0001.png")
    pattern = page.get_by_label("Name pattern")
    pattern.fill("{name}_v{version}")
    expect(example).to_have_text("shot_v1/shot_v1_0001.png")
    page.get_by_role("button", name="{date}").click()
    expect(example).to_have_text(re.compile(r"shot_v1_20\d\d-\d\d-\d\d/"))
    pattern.fill("{name}_{shape}")
    expect(page.get_by_text("{shape} is not known")).to_be_visible()
    pattern.fill("{name}")
    page.get_by_label("Folder", exact=True).fill("/renders/shot")
    expect(example).to_have_text("/renders/shot/shot_0001.png")
    expect(page.get_by_label("If files exist")).to_be_visible()


def test_what_cannot_be_split_says_why(form: Window, projects: Path):
    page = add_source(form, projects / "long.mp4")
    split = page.get_by_role("switch", name="Split over machines")
    expect(split).to_be_enabled()
    page.get_by_text("More options").click()
    with page.expect_response("**/api/plan"):
        page.get_by_label("Container").select_option("mov")
    expect(split).to_be_enabled()
    page.get_by_label("Container").select_option("gif")
    expect(split).to_be_disabled()
    expect(page.get_by_text("A GIF has one palette for the whole film")).to_be_visible()
    page.get_by_label("Container").select_option("mov")
    expect(split).to_be_enabled()
    page.get_by_label("Two passes").select_option("true")
    expect(split).to_be_disabled()
    expect(page.get_by_text("Two passes look through the whole film first")).to_be_visible()


@pytest.mark.parametrize(
    ("film", "words"), [("film.mp4", "It is so short that one machine"), ("long.ts", "Files of the kind mpegts cannot")]
)
def test_a_file_that_cannot_be_split_says_why(form: Window, projects: Path, film: str, words: str):
    page = add_source(form, projects / film)
    split = page.get_by_role("switch", name="Split over machines")
    expect(split).to_be_disabled()
    expect(page.get_by_text(words)).to_be_visible()
    expect(split).not_to_be_checked()
    hint = str(split.get_attribute("aria-describedby"))
    expect(page.locator(f"[id='{hint}']")).to_contain_text(words)


def test_going_to_a_switch_by_keys_moves_the_form_and_not_the_dialog(form: Window, projects: Path):
    page = add_source(form, projects / "long.mp4")
    page.get_by_text("More options").click()
    switch = page.get_by_role("switch", name="Split over machines")
    switch.focus()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Add job", exact=True)).to_be_in_viewport()
    expect(page.get_by_text("Split over machines")).to_be_in_viewport()
    assert page.get_by_role("dialog").evaluate("dialog => dialog.scrollTop") == 0


def test_control_enter_adds_and_the_new_row_is_chosen(form: Window, projects: Path):
    page = add_source(form, projects / "film.mp4")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    page.get_by_label("Name", exact=True).fill("Überblick (1)")
    page.keyboard.press("Control+Enter")
    expect(form.toast("“Überblick (1)” added")).to_be_visible()
    row = form.row("Überblick (1)")
    expect(row).to_be_in_viewport()
    expect(row).to_have_attribute("aria-selected", "true")
    expect(form.grid).to_be_focused()
    form.toast("added").get_by_role("button", name="Undo").click()
    expect(row).to_have_count(0)


def test_a_job_can_start_after_another_or_at_a_time(form: Window, projects: Path):
    first = form.post("add_job", {"local_path": str(projects / "film.mp4"), "name": "Before", "paused": True})["id"]
    expect(form.row("Before")).to_be_visible()
    for name, way in (("Then", "After another job"), ("Tonight", "At a time")):
        page = add_source(form, projects / "film.mp4")
        expect(page.get_by_label("Detected")).to_contain_text("64×36")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Start", exact=True).select_option(way)
        if name == "Then":
            page.get_by_label("After", exact=True).select_option("Before")
        else:
            page.get_by_label("Time", exact=True).fill("2126-01-31T22:00")
        page.keyboard.press("Control+Enter")
        expect(form.toast(f"“{name}” added")).to_be_visible()

    jobs = {job["name"]: job for job in form.get("jobs")["jobs"]}
    assert (jobs["Then"]["status"], jobs["Then"]["after"]) == ("scheduled", [first])
    assert (jobs["Tonight"]["status"], jobs["Tonight"]["start_at"][:4]) == ("scheduled", "2126")


def test_in_a_narrow_window_the_focus_is_in_the_details_of_the_new_job_and_then_in_the_list(
    browser: Browser, adding: Zordon, projects: Path
):
    with open_window(browser, adding, viewport={"width": 900, "height": 760}) as window:
        window.open()
        page = add_source(window, projects / "film.mp4")
        expect(page.get_by_label("Detected")).to_contain_text("64×36")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#job-panel")).to_be_focused()
        page.keyboard.press("Escape")
        expect(window.grid).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.get_by_role("button", name="Close details").click()
        expect(window.grid).to_be_focused()


def test_a_scene_without_a_camera_is_told_before_it_is_added(form: Window, blend: Path, tmp_path: Path):
    path = tmp_path / "dark.blend"
    change = f"""import bpy
for thing in [thing for thing in bpy.data.objects if thing.type == 'CAMERA']:
    bpy.data.objects.remove(thing)
bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})"""
    blender = str(shutil.which("blender"))
    subprocess.run([blender, "-b", str(blend), "--python-expr", change], check=True, stdout=subprocess.DEVNULL)
    page = add_source(form, path)
    expect(page.get_by_label("Detected")).to_contain_text("has no camera to render with")
    page.get_by_role("button", name="Remove dark.blend").click()
    page.keyboard.press("Escape")
    page = add_source(form, blend)
    expect(page.get_by_label("Detected")).to_contain_text("Saved with")
    expect(page.get_by_label("Detected")).not_to_contain_text("has no camera")


def test_a_file_whose_job_is_refused_waits_to_be_sent_again(form: Window, projects: Path):
    form.forgive("status of 400")
    page = add_source(form, projects / "film.mp4")
    expect(page.get_by_label("Detected")).to_contain_text("64×36")
    page.get_by_label("Folder", exact=True).fill("relative")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog .dialog-foot [role=alert]")).to_be_visible()
    expect(page.locator(".source")).to_contain_text("64×36")


def test_a_file_that_cannot_be_opened_says_so_and_blocks(form: Window, tmp_path: Path):
    broken = tmp_path / "broken.blend"
    broken.write_bytes(b"not a blend")
    page = add_source(form, broken)
    expect(page.locator(".source.wrong")).to_contain_text("broken.blend")
    page.get_by_role("button", name="Add job", exact=True).last.click()
    expect(page.get_by_text("Remove the file that cannot be opened.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove broken.blend")).to_be_focused()


def test_the_window_hands_over_paths_of_files(browser: Browser, adding: Zordon, projects: Path):
    stub = f"""window.pywebview = {{api: {{
        open_path: async () => true, reveal: async () => true, notify: async () => true, set_title: async () => true,
        choose_files: async () => ['{projects / "film.mp4"}'], choose_folder: async () => '/renders',
    }}}}"""
    with open_window(browser, adding) as window:
        window.stub(stub)
        page = window.open()
        page.keyboard.press("n")
        page.get_by_role("button", name="Browse…").click()
        expect(page.locator(".source-name")).to_have_text(str(projects / "film.mp4"))
        page.get_by_role("button", name="Choose folder…").click()
        expect(page.get_by_label("Folder", exact=True)).to_have_value("/renders")


def test_a_refusal_has_the_width_of_a_phone(form: Window, projects: Path):
    form.page.set_viewport_size({"width": 390, "height": 844})
    page = add_source(form, projects / "film.mp4")
    page.get_by_text("More options").click()
    page.get_by_label("Filters", exact=True).fill("drawtext")
    page.get_by_role("button", name="Add job", exact=True).click()
    refusal = page.get_by_role("alert").filter(has_text="There is no filter")
    expect(refusal).to_be_visible()
    assert refusal.evaluate("e => e.offsetWidth") > 300


def a_start_that_has_passed_is_offered_as_now(page: Page) -> None:
    page.get_by_label("Start", exact=True).select_option("At a time")
    page.get_by_label("Time", exact=True).fill("2020-01-31T22:00")
    expect(page.get_by_role("dialog")).to_contain_text("That time has passed.")
    page.get_by_role("button", name="Start now").click()
    expect(page.get_by_label("Start", exact=True)).to_have_value("now")


def test_several_files_are_sent_once_each_and_become_jobs_together(form: Window, projects: Path, tmp_path: Path):
    films = [tmp_path / "first.mp4", tmp_path / "second.mp4"]
    for film in films:
        shutil.copy(projects / "film.mp4", film)
    page, sent = form.page, []
    page.on("request", lambda request: request.method == "POST" and sent.append(request))
    page.keyboard.press("n")
    page.locator("dialog input[type=file]").set_input_files(films)
    expect(page.locator("dialog .source.ready")).to_have_count(2)
    a_start_that_has_passed_is_offered_as_now(page)
    page.keyboard.press("Control+Enter")
    expect(form.toast("2 jobs added")).to_be_visible()
    assert [request.url.rpartition("/")[2] for request in sent] == ["probe", "probe", "add_job"]
    assert [job["name"] for job in sent[-1].post_data_json] == ["first", "second"]
    assert {"first", "second"} <= {job["name"] for job in form.get("jobs")["jobs"]}
