import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_farm_page import free_port
from zordon_app.app import Zordon
from zordon_app.domain.statuses import JobStatus

STUB = """window.told = [];
window.Notification = class { constructor(title) { told.push(title); } };
Notification.permission = 'granted';
Notification.requestPermission = async () => 'granted';"""


def test_title_and_icon_tell_how_far_the_farm_is(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open()
        assert page.title() == "Zordon"
        fill(own, 15, frames=24, with_files=0)
        icon = page.locator("link[rel=icon]")
        expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
        window.until(lambda: re.fullmatch(r"\(3\) \d\d% – Zordon", page.title()) is not None)


def test_failures_stand_in_the_title(browser: Browser, own: Zordon):
    fill(own, 20, frames=24, with_files=0)
    with open_window(browser, own) as window:
        page = window.open()
        window.until(lambda: "⚠ 2 failed" in page.title())


def test_three_pages_tell_of_a_finished_job_once(browser: Browser, own: Zordon):
    jobs = fill(own, 3, frames=4, with_files=0)
    with open_window(browser, own, prefs={"notify": True, "theme": "dark"}) as window:
        window.stub(STUB)
        pages = [window.page, window.new_page(), window.new_page()]
        for page in pages:
            page.goto(f"{window.address}/#/jobs")
            expect(page.locator(".row.job")).to_have_count(3)
        with own._farm.state.change() as change:
            job = change.job(jobs[1].id)
            job.status, job.ended_at = JobStatus.COMPLETED, job.created_at
        for page in pages:
            expect(page.locator(".row.job", has_text=jobs[1].name)).to_contain_text("done")
        told = [text for page in pages for text in page.evaluate("told")]
        assert told == [f"{jobs[1].name} is done"]


def test_why_a_job_failed_is_told_in_german(browser: Browser, own: Zordon):
    [made] = fill(own, 1, frames=4, with_files=0)
    with open_window(browser, own, prefs={"notify": True, "language": "de"}) as window:
        window.stub(STUB.replace("(title) { told.push(title)", "(_, more) { told.push(more.body)"))
        page = window.open()
        with own._farm.state.change() as change:
            job = change.job(made.id)
            job.status, job.reason = JobStatus.ERROR, "1 of 4 frames or segments failed: Out of memory."
        window.until(lambda: bool(page.evaluate("told.length")))
        assert page.evaluate("told") == ["1 von 4 Bildern oder Abschnitten sind fehlgeschlagen: Out of memory."]


def test_alerts_list_what_failed_and_lead_there(browser: Browser, own: Zordon):
    fill(own, 20, frames=24, with_files=0)
    with open_window(browser, own) as window:
        page = window.open()
        page.get_by_role("button", name="2 new alerts").click()
        alerts = page.get_by_role("dialog", name="Alerts")
        expect(alerts.get_by_role("listitem")).to_have_count(2)
        alerts.get_by_role("listitem").first.get_by_role("button").click()
        expect(page.get_by_role("region", name="Job details")).to_contain_text("failed")
        expect(page.get_by_role("button", name="Alerts", exact=True)).to_be_visible()


def test_a_program_that_could_not_be_told_is_an_alert(browser: Browser, tmp_path: Path):
    node = make_zordon(tmp_path, port=free_port(), lan=True)
    node.start()
    try:
        [job] = fill(node, 1, frames=4, with_files=0)
        with open_window(browser, node) as window:
            window.http.request("PATCH", f"{node.address}/api/settings", json={"notify_command": "false"})
            page = window.open()
            with node._farm.state.change() as change:
                change.job(job.id).status = JobStatus.COMPLETED
            page.get_by_role("button", name="1 new alert").click()
            alert = page.get_by_role("dialog", name="Alerts").get_by_role("listitem")
            expect(alert).to_contain_text(f"{job.name}")
            expect(alert).to_contain_text("Not everybody could be told")
    finally:
        node.stop()
