"""Films of a job's frames, asked for in the window."""

from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill
from zordon_app.app import Zordon

RUNNING, DONE, FILM = "sq01_sh0000_lighting_v1", "sq03_sh0010_lighting_v1", "edit_06_review_v3"


def test_a_finished_job_becomes_a_film_that_plays_in_the_page(browser: Browser, own: Zordon):
    own._engines.builds.refresh()
    fill(own, 24, frames=24, with_files={DONE})
    own._farm.this_node.pause(paused=False)
    with open_window(browser, own) as window:
        page = window.open(f"/jobs/{window.job(DONE)['id']}/files")
        page.get_by_role("toolbar").get_by_role("button", name="Make review film").click()

        expect(page.get_by_role("heading", name=f"{DONE} review")).to_be_visible()
        expect(page.get_by_role("tab", name="Overview")).to_have_attribute("aria-selected", "true")
        film = page.locator("video")
        expect(film).to_be_visible()
        window.until(lambda: film.evaluate("film => film.videoWidth") == 320)
        assert round(film.evaluate("film => film.duration"), 2) == 1.0, "24 frames at 24 per second"


def test_the_film_of_a_running_job_waits_for_it_and_can_be_undone(browser: Browser, own: Zordon):
    own._engines.builds.refresh()
    fill(own, 24, frames=24, with_files={RUNNING})
    with open_window(browser, own) as window:
        page = window.open()
        window.find(RUNNING).click()
        page.keyboard.press("Shift+F10")
        page.get_by_role("menuitem", name="Make review film").press("Enter")

        heading = page.get_by_role("heading", name=f"{RUNNING} review")
        expect(heading).to_be_visible()
        expect(page.locator(".inspector-head .note")).to_contain_text(f"Starts after {RUNNING}")
        film = window.job(f"{RUNNING} review")
        assert film["after"] == [window.job(RUNNING)["id"]]
        assert film["end_frame"] == 24, "frames that are still to come are in it"
        window.toast("review").get_by_role("button", name="Undo").click()
        expect(heading).to_have_count(0)


def test_what_is_a_film_or_has_no_frames_offers_none(browser: Browser, own: Zordon):
    fill(own, 24, frames=24, with_files={FILM})
    with open_window(browser, own) as window:
        queued = next(job["name"] for job in window.get("jobs")["jobs"] if job["status"] == "not_started")
        for name in (FILM, queued):
            page = window.open(f"/jobs/{window.job(name)['id']}")
            expect(page.get_by_role("toolbar").first).to_be_visible()
            expect(page.get_by_role("button", name="Make review film")).to_have_count(0)
