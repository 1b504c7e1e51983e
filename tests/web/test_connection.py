import socket
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon


def test_a_node_that_goes_away_and_comes_back(browser: Browser, tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first = make_zordon(tmp_path / "node", port=port)
    first.start()
    fill(first, 6, frames=4, with_files=0)
    with open_window(browser, first) as window:
        page = window.open()
        page.keyboard.press("n")
        page.get_by_label("Path on the machine that runs Zordon").fill("/projects/half-typed.blend")
        first.stop()
        banner = page.get_by_role("alert").filter(has_text="Connection lost")
        expect(banner).to_be_visible()
        # Its picture was fetched while there was somebody to ask.
        assert banner.locator("svg").evaluate("icon => icon.getBBox().width") > 0
        expect(page.get_by_label("Path on the machine that runs Zordon")).to_have_value("/projects/half-typed.blend")
        expect(page.get_by_role("button", name="Add job", exact=True).last).to_be_disabled()
        second = make_zordon(tmp_path / "node", port=port)
        second.start()
        try:
            expect(banner).to_have_count(0)
            expect(page.get_by_role("button", name="Add job", exact=True).last).to_be_enabled()
            expect(page.locator(".toast")).to_have_count(0)
            page.keyboard.press("Escape")
            expect(page.locator(".row.job")).to_have_count(6)
            window.until(lambda: set(window.names()) == {job["name"] for job in window.get("jobs")["jobs"]})
        finally:
            window.problems.clear()
            page.close()
            second.stop()


def test_a_hidden_page_rests_and_is_right_at_once_when_seen(browser: Browser, tmp_path: Path):
    zordon = make_zordon(tmp_path / "node")
    zordon.start()
    jobs = fill(zordon, 6, frames=4, with_files=0)
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    try:
        with open_window(browser, zordon) as window:
            page = window.open()
            queued = next(job for job in jobs if job.status == "not_started")
            with page.expect_event("requestfailed", lambda request: "long_poll" in request.url):
                page.evaluate(hide, True)
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            window.post(f"jobs/{queued.id}/pause")
            # By now a page that asks would have asked, and been told.
            told = "id => fetch(`api/jobs/${id}`).then(answer => answer.json()).then(job => job.status)"
            assert page.evaluate(told, queued.id) == "paused"
            assert [url for url in asked if "long_poll" in url] == []
            expect(window.row(queued.name)).to_contain_text("queued")
            page.evaluate(hide, False)
            expect(window.row(queued.name)).to_contain_text("paused")
    finally:
        zordon.stop()
