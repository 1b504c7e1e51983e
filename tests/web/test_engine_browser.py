import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Fault, Mirror, add_blender
from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.test_farm_page import free_port, invitation
from tests.web.window import Window
from zordon_app.app import Zordon

SITES = ("blender", "blender-daily", "ffmpeg-btbn", "ffmpeg-gyan", "ffmpeg-evermeet", "ffmpeg-osxexperts")
MACHINES = ("atlas", "borealis")
NAME = "blender-5.1.0-linux-x64"
PATH = f"/release/Blender5.1/{NAME}.tar.xz"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    archives = {
        f"{name}.tar.xz": tar_of(name, {"blender": saying(name.split("-")[1]), "data": bytes(300_000)})
        for name in (NAME, "blender-4.5.3-linux-x64", "blender-4.5.9-linux-x64")
    }
    with Mirror() as mirror:
        add_blender(mirror, archives)
        yield mirror


@pytest.fixture
def node(tmp_path: Path, mirror: Mirror) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path / "node")
    zordon.settings.change({"mirrors": dict.fromkeys(SITES, mirror.url)})
    zordon.start()
    zordon._engines.builds.refresh()
    yield zordon
    zordon.stop()


def build(window: Window, key: str) -> Locator:
    return window.page.locator(f"[data-build='{key}']")


def open_engines(window: Window) -> Locator:
    window.open("/engines")
    row = build(window, "blender 5.1.0")
    expect(row).to_be_visible()
    return row


def test_a_download_shows_progress_is_held_goes_on_and_ends_installed(browser: Browser, node: Zordon, mirror: Mirror):
    gate = threading.Event()
    mirror.faults[PATH] = Fault(wait=gate, times=1)
    with open_window(browser, node) as window:
        row = open_engines(window)
        page = window.page
        row.get_by_role("button", name="Download", exact=True).click()
        expect(row.get_by_role("progressbar")).to_be_visible()
        # Else a fast download is whole before anybody hears of it.
        with page.expect_response(lambda answer: answer.request.method != "GET"):
            row.get_by_role("button", name="Pause the download of blender 5.1.0").click()
        gate.set()
        expect(row).to_contain_text("paused")
        row.get_by_role("button", name="Go on with the download of blender 5.1.0").click()
        expect(row).to_contain_text("installed")
        page.get_by_role("tab", name="Installed").click()
        expect(row).to_be_visible()
        page.get_by_role("tab", name="Available").click()
        expect(row).to_have_count(0)
        page.get_by_role("tab", name=re.compile("^All")).click()
        row.get_by_role("button", name="Delete Blender 5.1.0").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(row.get_by_role("button", name="Download", exact=True)).to_be_visible()


def test_a_download_is_cancelled(browser: Browser, node: Zordon, mirror: Mirror):
    gate = threading.Event()
    mirror.faults[PATH] = Fault(wait=gate, times=1)
    with open_window(browser, node) as window:
        row = open_engines(window)
        row.get_by_role("button", name="Download", exact=True).click()
        # Else a fast download is whole before anybody hears of it.
        with row.page.expect_response(lambda answer: answer.request.method != "GET"):
            row.get_by_role("button", name="Cancel the download of blender 5.1.0").click()
        gate.set()
        expect(row.get_by_role("button", name="Download", exact=True)).to_be_visible()


def test_a_wrong_hash_is_told_and_nothing_is_installed(browser: Browser, node: Zordon, mirror: Mirror):
    mirror.files["/release/Blender5.1/blender-5.1.0.sha256"] = f"{'0' * 64}  {NAME}.tar.xz\n".encode()
    with open_window(browser, node) as window:
        row = open_engines(window)
        row.get_by_role("button", name="Download", exact=True).click()
        expect(row.get_by_role("alert")).to_be_visible()
        expect(row.get_by_role("button", name="Try again")).to_be_visible()
        assert "5.1.0" not in {version["version"] for version in window.get("engines/blender")["versions"]}


def test_a_build_that_another_window_installed_is_offered_no_more_though_it_calls_itself_otherwise(
    browser: Browser, node: Zordon, mirror: Mirror
):
    name = "blender-5.2.0-linux-x64"
    add_blender(mirror, {f"{name}.tar.xz": tar_of(name, {"blender": saying("5.2.0 Beta")})})
    with open_window(browser, node) as window:
        window.post("engines/refresh")
        window.open("/engines")
        expect(build(window, "blender 5.2.0")).to_be_visible()
        window.post("engines/download", {"engine": "blender", "version": "5.2.0", "wait": True})
        expect(build(window, "blender 5.2.0-beta")).to_contain_text("installed")
        expect(build(window, "blender 5.2.0")).to_have_count(0)


def test_an_update_of_an_installed_line_is_offered(browser: Browser, node: Zordon):
    with open_window(browser, node) as window:
        window.post("engines/download", {"engine": "blender", "version": "4.5.3", "wait": True})
        page = window.open("/engines")
        expect(build(window, "blender 4.5.3")).to_contain_text("installed")
        page.get_by_role("tab", name="Updates").click()
        expect(build(window, "blender 4.5.9")).to_contain_text("update")


def test_where_nobody_answers_the_page_says_so(browser: Browser, node: Zordon, mirror: Mirror):
    mirror.files.clear()
    node.settings.change({"mirrors": dict.fromkeys(SITES, "http://127.0.0.1:9")})
    with open_window(browser, node) as window:
        page = window.open("/engines")
        page.get_by_role("button", name="Refresh").click()
        expect(page.get_by_text("No site could be reached.")).to_be_visible()
        lines = page.get_by_role("list", name="Where the lists come from").get_by_role("listitem")
        expect(lines).to_have_count(len(window.get("engines/sources")))
    with open_window(browser, node, prefs={"language": "de"}) as window:
        page = window.open("/engines")
        expect(page.get_by_text("127.0.0.1 ist nicht zu erreichen. Ist dieser Rechner online?")).to_be_visible()


def test_an_engine_in_use_is_not_deleted_and_names_the_job(browser: Browser, node: Zordon):
    with open_window(browser, node) as window:
        window.post("engines/download", {"engine": "blender", "version": "5.1.0", "wait": True})
        names = {job.name for job in fill(node, 5, frames=4, with_files=0) if job.build.version == "5.1.0"}
        window.open("/engines")
        button = build(window, "blender 5.1.0").get_by_role("button", name="Delete Blender 5.1.0")
        expect(button).to_be_disabled()
        assert str(button.get_attribute("title")).removeprefix("In use by “").removesuffix("”") in names


def test_a_job_for_a_version_that_is_not_here_downloads_it_and_waits(browser: Browser, node: Zordon, mirror: Mirror):
    gate = threading.Event()
    mirror.faults[PATH] = Fault(wait=gate, times=1)
    with open_window(browser, node) as window:
        page = window.open()
        page.keyboard.press("n")
        with page.expect_response(lambda answer: "/api/probe" in answer.url):
            page.locator("input[type=file]").set_input_files(
                files=[{"name": "shot.blend", "mimeType": "application/octet-stream", "buffer": blend_file()}]
            )
        page.get_by_label("Engine version").select_option(label="Blender 5.1.0 – download and start")
        page.keyboard.press("Control+Enter")
        row = window.row("shot")
        expect(row).to_contain_text("5.1.0")
        expect(row).to_contain_text("preparing")
        assert "5.1.0" in window.job("shot")["reason"]
        assert [download["version"] for download in window.get("engines/downloads")] == ["5.1.0"]
        gate.set()
        window.until(lambda: "5.1.0" in {one["version"] for one in window.get("engines/blender")["versions"]})


def blend_file() -> bytes:
    """A small real project, made by the Blender of this machine."""
    blender = shutil.which("blender")
    if blender is None:
        pytest.skip("no Blender is installed")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shot.blend"
        save = f"import bpy; bpy.ops.wm.save_as_mainfile(filepath={str(path)!r})"
        command = [blender, "--background", "--factory-startup", "--python-expr", save]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return path.read_bytes()


def cell(window: Window, key: str, machine: str) -> Locator:
    """What the table of machines says of a build on one of them."""
    table = window.page.locator(".matrix")
    heads = table.locator("thead th").all_inner_texts()
    [column] = [place for place, text in enumerate(heads) if machine in text]
    return table.locator("tbody tr", has_text=key).locator("td").nth(column - 1)


@pytest.fixture
def two(tmp_path: Path, mirror: Mirror) -> Iterator[tuple[Zordon, Zordon]]:
    """atlas and borealis, which do not know each other yet."""
    both = [make_zordon(tmp_path / name, name=name, port=free_port(), lan=True) for name in MACHINES]
    try:
        for zordon in both:
            zordon.settings.change({"mirrors": dict.fromkeys(SITES, mirror.url)})
            zordon.start()
            zordon._engines.builds.refresh()
        yield both[0], both[1]
    finally:
        for zordon in both:
            zordon.stop()


def open_machines(here: Window, atlas: Zordon, there: Window) -> Page:
    """The table of machines at atlas, once borealis belongs to its farm."""
    there.post("farm/join", {"token": invitation(here, atlas)})
    page = here.open("/engines?tab=machines")
    expect(page.locator(".matrix thead th")).to_have_count(3)
    return page


def test_the_machines_tab_installs_what_this_machine_lacks(browser: Browser, two: tuple[Zordon, Zordon]):
    atlas, borealis = two
    with open_window(browser, atlas) as here, open_window(browser, borealis) as there:
        there.post("engines/download", {"engine": "blender", "version": "5.1.0", "wait": True})
        page = open_machines(here, atlas, there)
        expect(cell(here, "Blender 5.1.0", "borealis")).to_have_text("installed")
        assert violations(page) == []
        expect(cell(here, "FFmpeg", "atlas")).to_have_text("installed")

        cell(here, "Blender 5.1.0", "atlas").get_by_role("button", name="Install").press("Enter")
        expect(cell(here, "Blender 5.1.0", "atlas")).to_have_text("installed")
        expect(page.get_by_text("a job brings what it needs by itself")).to_be_visible()
        assert here.get("nodes")[0]["builds"]["blender"]["5.1.0"] == "installed"


def test_the_machines_tab_lets_another_machine_install_and_shows_how_far_it_is(
    browser: Browser, two: tuple[Zordon, Zordon], mirror: Mirror
):
    atlas, borealis = two
    mirror.faults[PATH] = Fault(status=403, times=1)
    with open_window(browser, atlas) as here, open_window(browser, borealis) as there:
        here.post("engines/download", {"engine": "blender", "version": "5.1.0"})
        page = open_machines(here, atlas, there)
        expect(cell(here, "Blender 5.1.0", "atlas").get_by_role("alert")).to_contain_text("403")
        theirs = cell(here, "Blender 5.1.0", "borealis")
        install = theirs.get_by_role("button", name="Install")
        expect(install).to_have_attribute("title", "Install Blender 5.1.0 on borealis")

        borealis.settings.change({"mirrors": dict.fromkeys(SITES, "http://127.0.0.1:9")})
        install.click()
        expect(theirs.get_by_role("alert")).to_contain_text("Blender for linux x64")
        assert violations(page) == []

        borealis.settings.change({"mirrors": dict.fromkeys(SITES, mirror.url)})
        there.post("engines/refresh")
        gate = threading.Event()
        mirror.faults[PATH] = Fault(wait=gate, times=1)
        install.click()
        expect(theirs.get_by_role("progressbar")).to_be_visible()
        there.until(lambda: [one["state"] for one in there.get("engines/downloads")] == ["downloading"])
        theirs.get_by_role("button", name="Pause the download of blender 5.1.0").click()
        expect(theirs).to_contain_text("paused")
        gate.set()
        assert violations(page) == []
        theirs.get_by_role("button", name="Go on with the download of blender 5.1.0").click()
        expect(theirs).to_have_text("installed")
        assert "5.1.0" in {one["version"] for one in there.get("engines/blender")["versions"]}


def test_the_machines_tab_shows_what_is_on_its_way(browser: Browser, node: Zordon, mirror: Mirror):
    gate = threading.Event()
    mirror.faults[PATH] = Fault(wait=gate, times=1)
    with open_window(browser, node) as window:
        window.post("engines/download", {"engine": "blender", "version": "5.1.0"})
        page = window.open("/engines")
        page.get_by_role("tab", name="By machine").click()
        expect(cell(window, "Blender 5.1.0", "atlas").get_by_role("progressbar")).to_be_visible()
        gate.set()
        expect(cell(window, "Blender 5.1.0", "atlas")).to_have_text("installed")
        page.locator(".engine-filters select").select_option("blender")
        expect(page.locator(".matrix tbody tr", has_text="FFmpeg")).to_have_count(0)
