import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import open_window
from tests.web.scenario import FAILED_FRAMES
from tests.web.seed import fill, make_zordon
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.domain.statuses import JobStatus
from zordon_app.peers.identity.signing import read_receipt

HERO = "sq01_sh0000_lighting_v1"
DONE = "sq03_sh0010_lighting_v1"
OTHER = "sq01_sh0010_fx_v2"


def show(window: Window, name: str, tab: str = "") -> Page:
    return window.open(f"/jobs/{window.job(name)['id']}/{tab}".rstrip("/"))


def cells(page: Page) -> dict[int, str]:
    read = "cells => cells.map(cell => [Number(cell.id.slice(5)), cell.className.split(' ')[1]])"
    return dict(page.locator(".cells .unit").evaluate_all(read))


def test_the_frame_grid_has_one_cell_for_each_frame_in_its_state(window: Window):
    page = show(window, HERO, "frames")
    expect(page.locator(".cells .unit")).to_have_count(240)
    assert cells(page) == {unit["unit"]: unit["state"] for unit in window.units(HERO)}


def test_a_failed_cell_leads_to_its_log_at_the_error(window: Window):
    page = show(window, HERO, "frames")
    page.locator(f"#cell-{FAILED_FRAMES[0]}").dblclick()
    expect(page.get_by_role("tab", name="Log")).to_have_attribute("aria-selected", "true")
    line = page.locator(".line.bad", has_text="CUDA out of memory")
    expect(line).to_be_in_viewport()
    expect(page.get_by_label("Log of")).to_have_value(str(FAILED_FRAMES[0]))


def test_retry_failed_requeues_exactly_those_frames(browser: Browser, own: Zordon):
    fill(own, 1, frames=240, with_files=0)
    with open_window(browser, own) as window:
        page = show(window, HERO, "frames")
        expect(page.locator(".cells .unit")).to_have_count(240)
        before = cells(page)
        page.get_by_role("button", name="Retry 4 failed").click()
        window.until(lambda: cells(page) == {unit["unit"]: unit["state"] for unit in window.units(HERO)})
        changed = {number for number, state in cells(page).items() if before[number] != state}
        assert changed == set(FAILED_FRAMES)
        assert {cells(page)[number] for number in FAILED_FRAMES} == {"waiting"}


def test_frames_are_chosen_by_drag_and_by_keys_alike(window: Window):
    page = show(window, HERO, "frames")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chosen = "cells => cells.filter(cell => cell.ariaSelected === 'true').map(cell => cell.id)"
    page.locator("#cell-10").hover()
    page.mouse.down()
    for number in range(11, 16):
        page.locator(f"#cell-{number}").hover()
    page.mouse.up()
    by_mouse = page.locator(".cells .unit").evaluate_all(chosen)
    page.locator("#cell-10").click()
    for _step in range(5):
        page.keyboard.press("Shift+ArrowRight")
    assert page.locator(".cells .unit").evaluate_all(chosen) == by_mouse
    assert by_mouse == [f"cell-{number}" for number in range(10, 16)]
    page.locator("#cell-91").click(modifiers=["Control"])
    page.get_by_role("button", name="Copy as range").click()
    assert page.evaluate("navigator.clipboard.readText()") == "10-15,91"


def test_the_table_sorts_and_marks_slow_frames(window: Window):
    page = show(window, HERO, "frames")
    page.get_by_role("button", name="Time", exact=True).click()
    page.get_by_role("button", name="Time", exact=True).click()
    slowest = max(unit["seconds"] or 0 for unit in window.units(HERO))
    first = page.locator(".table.units tbody tr:not([aria-hidden])").first
    expect(first.locator("td.num").first).to_contain_text(str(round(slowest)))
    expect(first.locator("td.num").first).to_have_class("num warn")


def test_the_player_plays_scrubs_and_marks_what_is_missing(window: Window):
    page = show(window, HERO)
    picture = page.locator(".player canvas").first
    expect(picture).to_have_attribute("data-state", "done")
    page.locator(".scrub").fill(str(36))
    expect(picture).to_have_attribute("data-frame", "37")
    expect(picture).to_have_attribute("aria-label", "Frame 37 is not there yet")
    page.locator(".player").get_by_role("button", name="Next frame").click()
    expect(picture).to_have_attribute("data-frame", "38")
    page.keyboard.press("Home")
    expect(picture).to_have_attribute("data-frame", "1")
    page.keyboard.press("l")
    window.until(lambda: int(picture.get_attribute("data-frame") or 0) > 3)
    page.keyboard.press("l")
    expect(page.locator(".speed")).to_have_text("2×")
    page.keyboard.press("k")
    stands = picture.get_attribute("data-frame")
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("data-frame", str(int(stands or 0) + 1))
    page.keyboard.press("End")
    expect(picture).to_have_attribute("data-frame", "240")
    page.keyboard.press("j")
    window.until(lambda: int(picture.get_attribute("data-frame") or 240) < 238)
    page.keyboard.press("k")


def test_a_new_frame_shows_as_soon_as_it_lands(window: Window, zordon: Zordon):
    page = show(window, OTHER)
    picture = page.locator(".player canvas").first
    job = window.job(OTHER)
    expect(picture).to_have_attribute("data-frame", str(job["last_unit"]))
    known, last = zordon._farm.state.job(job["id"]), job["last_unit"]
    with zordon._farm.state.change() as change:
        unit, before = change.unit(known.id, last + 1), zordon._farm.state.unit(known.id, last)
        unit.state, unit.artifact, unit.bytes, unit.seconds = before.state, before.artifact, before.bytes, 3.0
        change.job(known.id).last_unit = last + 1
    expect(picture).to_have_attribute("data-frame", str(last + 1))
    expect(picture).to_have_attribute("data-state", "done")


def test_two_jobs_are_compared_with_a_wipe(window: Window):
    page = show(window, HERO)
    page.get_by_role("button", name="Exposure and compare").click()
    page.locator(".view-bar select").select_option(label=OTHER)
    second = page.locator(".wipe canvas")
    page.locator(".scrub").fill("4")
    expect(second).to_have_attribute("data-frame", "5")
    slider = page.get_by_label("Place of the dividing line")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("52")
    assert page.locator(".wipe").evaluate("wipe => wipe.style.clipPath") == "inset(0px 0px 0px 52%)"
    expect(page.locator(".player canvas").first).to_have_attribute("data-frame", "5")


def test_exposure_asks_for_other_pictures(window: Window):
    page = show(window, HERO)
    page.get_by_role("button", name="Exposure and compare").click()
    with page.expect_request(lambda request: "exposure=0.5" in request.url):
        page.get_by_role("button", name="Brighter").click()
    page.get_by_role("button", name="+0.5").click()
    expect(page.get_by_role("button", name="0.0", exact=True)).to_be_visible()


def test_the_log_follows_stops_and_jumps(window: Window, zordon: Zordon):
    page = show(window, HERO, "log")
    job = window.job(HERO)["id"]
    expect(page.locator(".line").last).to_be_visible()
    write = zordon._render.logs.line_writer(job)
    write("a line that is new")
    expect(page.locator(".line", has_text="a line that is new")).to_be_in_viewport()
    page.locator(".log").evaluate("log => log.scrollTop = 0")
    jump = page.get_by_role("button", name="Jump to end")
    expect(jump).to_be_visible()
    read = "log => log.scrollHeight"
    before = page.locator(".log").evaluate(read)
    write("another line")
    window.until(lambda: page.locator(".log").evaluate(read) > before)
    assert page.locator(".log").evaluate("log => log.scrollTop") < 100
    jump.click()
    expect(page.locator(".line", has_text="another line")).to_be_in_viewport()
    page.get_by_label("Search").fill("CUDA")
    expect(page.locator(".hits")).to_have_text("1/4")
    page.keyboard.press("Enter")
    expect(page.locator(".hits")).to_have_text("2/4")
    expect(page.locator(".line.current")).to_be_in_viewport()


def test_a_huge_log_does_not_stop_the_page(browser: Browser, own: Zordon):
    jobs = fill(own, 1, frames=24, with_files=0)
    log = own._render.logs.open(jobs[0].id)
    for number in range(400_000):
        log.write(f"line {number} " + "x" * 100)
    log.close()
    with open_window(browser, own) as window:
        page = show(window, HERO)
        with page.expect_response(lambda answer: "/logs?from=-200000" in answer.url) as tail:
            page.get_by_role("tab", name="Log").click()
        assert len(tail.value.body()) <= 200_000
        expect(page.locator(".line", has_text="line 399999")).to_be_in_viewport()
        assert page.locator(".line").count() < 100
        expect(page.get_by_text("Only the end of the log is shown.")).to_be_visible()


def test_machines_add_up_to_the_job(window: Window):
    page = show(window, HERO)
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(2)
    done = rows.locator("td:nth-of-type(2)").all_inner_texts()
    assert sum(int(text.split("/")[0]) for text in done) == window.job(HERO)["units"]["done"]


def test_the_receipt_lies_beside_the_files(window: Window, zordon: Zordon):
    page = show(window, OTHER, "files")
    with page.expect_download() as given:
        page.get_by_role("button", name="Receipt").click()
    receipt = read_receipt(given.value.path().read_bytes())
    assert given.value.suggested_filename == f"{OTHER}.receipt.json"
    assert sorted(file.file for file in receipt.files) == sorted(window.get(f"jobs/{receipt.job.id}/files"))


def test_files_are_the_same_bytes_alone_and_in_the_zip(window: Window, zordon: Zordon):
    page = show(window, OTHER, "files")
    names = window.get(f"jobs/{window.job(OTHER)['id']}/files")
    expect(page.get_by_role("heading", name=f"{len(names)} files")).to_be_visible()
    folder = Path(window.job(OTHER)["output_path"])
    with page.expect_download() as single:
        page.get_by_role("link", name=names[0]).click()
    assert single.value.path().read_bytes() == (folder / names[0]).read_bytes()
    with page.expect_download() as whole:
        page.locator(".panel").get_by_role("button", name="Download as zip").click()
    packed = zipfile.ZipFile(io.BytesIO(whole.value.path().read_bytes()))
    assert sorted(packed.namelist()) == sorted(names)
    assert packed.read(names[-1]) == (folder / names[-1]).read_bytes()


def test_a_film_plays_in_the_page(window: Window):
    page = show(window, "edit_06_review_v3")
    film = page.locator("video")
    expect(film).to_be_visible()
    window.until(lambda: film.evaluate("film => film.videoWidth") == 320)


def test_a_film_that_no_browser_knows_has_a_way_out(browser: Browser, own: Zordon):
    fill(own, 24, frames=24, with_files={"edit_06_review_v3"})
    with open_window(browser, own) as window:
        job = window.job("edit_06_review_v3")
        [film] = window.get(f"jobs/{job['id']}/files")
        (Path(job["output_path"]) / film).write_bytes(b"no film at all" * 100)
        page = show(window, "edit_06_review_v3")
        expect(page.get_by_text("This viewer cannot play the film’s format.")).to_be_visible()
        expect(page.locator(".player").get_by_role("button", name="Download")).to_be_visible()
        # By the contract of the API, a picture that cannot be made of what is there is a 500.
        window.forgive("status of 500")


def test_opening_folders_is_for_the_window_and_copying_for_browsers(browser: Browser, zordon: Zordon):
    stub = """window.opened = []; window.pywebview = {api: {
        open_path: async path => opened.push(path), reveal: async () => true, notify: async () => true,
        set_title: async () => true, choose_files: async () => [], choose_folder: async () => null,
    }}"""
    with open_window(browser, zordon) as plain:
        page = show(plain, OTHER, "files")
        expect(page.get_by_role("button", name="Open output folder")).to_have_count(0)
        expect(page.locator(".panel").get_by_role("button", name="Copy output path")).to_be_visible()
    with open_window(browser, zordon) as window:
        window.stub(stub)
        page = show(window, OTHER, "files")
        page.locator(".panel").get_by_role("button", name="Open output folder").click()
        assert page.evaluate("opened") == [window.job(OTHER)["output_path"]]


@pytest.fixture(scope="module")
def rendering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    """A node that really works."""
    zordon = make_zordon(tmp_path_factory.mktemp("rendering"))
    zordon._farm.this_node.pause(paused=False)
    zordon.start()
    zordon._engines.builds.refresh()
    yield zordon
    zordon.stop()


def test_a_real_film_is_encoded_before_ones_eyes(browser: Browser, rendering: Zordon):
    with open_window(browser, rendering) as window:
        page = window.open()
        page.get_by_role("button", name="Try a sample").click()
        expect(page.get_by_label("Detected")).to_contain_text("320×180")
        page.keyboard.press("Control+Enter")
        row = window.row("sample")
        expect(row).to_contain_text("done")
        expect(page.locator("video")).to_be_visible()
        page.get_by_role("tab", name="Files").click()
        expect(page.get_by_role("link", name="sample.mp4")).to_be_visible()


def test_the_same_failure_of_two_machines_is_one_card_that_names_both(browser: Browser, own: Zordon):
    fill(own, 1, frames=240, with_files=0)
    with open_window(browser, own) as window:
        page = show(window, HERO)
        card = page.locator(".note.err")
        expect(card).to_contain_text("4 frames: 37-38,91,120 · atlas, borealis")
        card.get_by_role("button", name="Retry").click()
        window.until(lambda: window.job(HERO)["units"]["failed"] == 0)


def test_the_focus_goes_along_from_a_failure_to_its_log(window: Window):
    page = show(window, HERO)
    page.locator(".note.err").get_by_role("button", name="Read the log").press("Enter")
    expect(page.get_by_role("tabpanel", name="Log")).to_be_focused()


@pytest.mark.parametrize("way", ["button", "key"])
def test_a_job_that_failed_before_its_first_frame_starts_again(browser: Browser, own: Zordon, way: str):
    [*_, made] = fill(own, 4, frames=4, with_files=0)
    with own._farm.state.change() as change:
        job = change.job(made.id)
        job.status, job.reason = JobStatus.ERROR, "There was no such file."
    with open_window(browser, own) as window:
        page = window.open(f"/jobs/{made.id}")
        panel = page.get_by_role("region", name="Job details")
        expect(panel.get_by_text("There was no such file.")).to_be_visible()
        if way == "button":
            panel.get_by_role("button", name="Start again").click()
        else:
            window.row(made.name).click()
            page.keyboard.press("r")
        window.until(lambda: window.job(made.name)["status"] == "not_started")
