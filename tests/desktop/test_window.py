"""The window over a real node, used as a person uses it."""

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect, sync_playwright

from tests.desktop.app import SECONDS, App, wait_until, with_fake_engines
from zordon_app.client import RenderServerProxy

expect.set_options(timeout=SECONDS * 1000)


@contextmanager
def browser_of(app: App) -> Iterator[Page]:
    """What a Qt window shows, driven as in a browser."""
    wait_until(app.can_be_driven, "Qt's own server")
    with sync_playwright() as playwright:
        address = f"http://127.0.0.1:{app.port}"
        browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
        yield wait_until(lambda: browser.contexts[0].pages, "the page")[0]


@contextmanager
def page_of(app: App) -> Iterator[Page]:
    """Zordon's page in it, once it is there."""
    with browser_of(app) as page:
        page.wait_for_url(f"{app.address}/**", wait_until="commit")
        # Playwright's own waiting evaluates text in the page, which our Content-Security-Policy refuses.
        ready = "Boolean(window.pywebview?.api?.open_path && document.querySelector('#app > *'))"
        wait_until(lambda: page.evaluate(ready), "the bridge")
        yield page


@contextmanager
def client_of(app: App) -> Iterator[RenderServerProxy]:
    with RenderServerProxy(app.address) as client:
        yield client


def start_job(app: App, project: Path) -> str:
    with client_of(app) as client:
        job = client.create_job({"local_path": str(project)})
        wait_until(lambda: client.get_job(job["id"])["status"] == "running", "the job")
        return str(job["id"])


def close_button(app: App) -> None:
    app.press("alt+F4")


def test_a_file_given_at_start_becomes_a_job_that_completes(open_app, each_back_end, film):
    app = open_app(each_back_end, film)

    with client_of(app) as client:
        # The keys do nothing until the page has looked into the file.
        def added() -> list[dict]:
            app.press("ctrl+Return")
            return client.get_jobs()

        job = wait_until(added, "the job")[0]
        done = wait_until(lambda: client.get_job(job["id"])["status"] == "completed", "its end")

        assert done
        assert client.get_job_files(job["id"])


def test_a_node_that_cannot_start_is_told_in_the_window_which_stays_until_it_is_closed(open_app, qt, tmp_path):
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (config / "settings.yaml").write_text(f"{{port: {port}, lan: false, discovery: false}}")
        app = open_app(qt)

        with browser_of(app) as page:
            expect(page.get_by_role("alert")).to_contain_text(str(port))
            expect(page.get_by_role("heading", name="Zordon cannot start")).to_be_visible()
        close_button(app)
        _, errors = app.process.communicate(timeout=SECONDS)

    assert app.process.returncode == 1
    assert str(port) in errors
    assert "Traceback" not in errors


def test_the_window_is_there_before_the_node_and_may_be_closed_before_it_is(open_app, qt, tmp_path):
    note = tmp_path / "home" / "data" / "instance.json"
    note.parent.mkdir(parents=True)
    # Whoever reads a pipe waits for somebody who writes.
    os.mkfifo(note)
    app = open_app(qt)

    with browser_of(app) as page:
        expect(page.get_by_role("status")).to_have_text("Zordon is starting…")
    close_button(app)
    wait_until(lambda: not app.visible(), "the window to go")
    note.write_text("{}")

    assert app.wait() == 0
    assert not note.exists()


def test_what_the_page_keeps_lies_in_zordons_own_folder(open_app, back_end):
    app = open_app(back_end)
    wait_until(lambda: any((app.home / "cache" / "window").iterdir()), "the page's storage")

    assert app.finish() == 0
    assert not (app.home / ".pywebview").exists()


def test_the_page_reaches_the_system_through_the_window_only(idle, tmp_path):
    app = idle

    with page_of(app) as page:
        # Of a whole path that is sure to lead nowhere: as root, programs of users without a home make /nonexistent.
        assert page.evaluate("path => pywebview.api.open_path(path)", str(tmp_path / "gone.png")) is False
        assert page.evaluate("path => pywebview.api.reveal(path)", str(tmp_path / "gone.png")) is False
        assert page.evaluate("pywebview.api.open_path('x')") is False
        page.evaluate("pywebview.api.set_title('(1) 62 % – Käse')")
        wait_until(lambda: app.do("getwindowname", app.window()) == "(1) 62 % – Käse", "the title")

        # Neither what is not meant for the page, nor what hangs on that which is.
        names = ["run", "_actions.open_path", "open_path.__self__.window"]
        for name in names:
            page.evaluate("name => pywebview._jsApiCallback(name, [], '1')", name)
        log = app.home / "logs" / "zordon.log"
        wait_until(lambda: log.read_text().count("does not exist") == len(names), "the refusals")


def test_a_second_start_hands_its_files_over_and_ends(idle, film):
    app = idle

    app.start_again(film)

    with page_of(app) as page:
        expect(page.get_by_role("dialog")).to_contain_text(str(film))
    wait_until(lambda: len(app.visible()) == 1, "one window")


def test_closing_while_a_job_runs_asks_and_a_person_stays_or_lets_the_work_go_on_in_the_background(
    open_app, qt, endless
):
    app = open_app(qt)
    job = start_job(app, endless)

    with page_of(app) as page:
        for _ in range(2):
            close_button(app)
            expect(page.get_by_role("alertdialog")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_role("alertdialog")).to_be_hidden()
            # The answer is on its way to the window.
            page.evaluate("pywebview.api.set_title('Zordon')")
        assert app.visible()

        close_button(app)
        page.get_by_role("button", name="Keep rendering in the background").click()
        wait_until(lambda: not app.visible(), "the window to go")
        with client_of(app) as client:
            assert client.get_job(job)["status"] == "running"

        app.start_again()
        app.wait_for_window()
        close_button(app)
        # The page goes while its button is pressed.
        with suppress(PlaywrightError):
            page.get_by_role("button", name="Quit now").click()

    assert app.wait() == 0


def test_the_answer_is_remembered(open_app, back_end, endless):
    app = open_app(back_end)
    with client_of(app) as client:
        client.change_settings({"ui": {"closing": "background"}})
    start_job(app, endless)

    close_button(app)

    wait_until(lambda: not app.visible(), "the window to go")
    assert app.process.poll() is None
    app.start_again()
    app.wait_for_window()


def test_closing_without_work_ends_the_app(open_app, each_back_end):
    app = open_app(each_back_end)

    close_button(app)

    assert app.wait() == 0
    assert not (app.home / "data" / "instance.json").exists()


def test_leaving_after_the_current_work_needs_nobody_to_wait(open_app, qt, endless):
    app = open_app(qt)
    with client_of(app) as client:
        client.change_settings({"ui": {"closing": "after"}})
    job = start_job(app, endless)

    close_button(app)
    wait_until(lambda: not app.visible(), "the window to go")
    with client_of(app) as client:
        wait_until(lambda: client.get_nodes()[0]["state"] == "paused", "the node to take no more")
        leased = [unit["unit"] for unit in client.get_job_units(job) if unit["state"] == "leased"]
    endless.with_name("limit").write_text("4")

    assert app.wait() == 0
    with closing(sqlite3.connect(app.home / "data" / "zordon.db")) as kept:
        done = {number for (number,) in kept.execute("SELECT number FROM units WHERE state = 'done'")}
    assert set(leased) <= done


def test_a_window_over_a_node_that_ran_before_leaves_it_running(open_app, back_end, endless, tmp_path, monkeypatch):
    from tests.cli.node_process import Node

    monkeypatch.setenv("PYTHONPATH", with_fake_engines(tmp_path / "home"))
    node = Node(tmp_path / "home")
    try:
        app = open_app(back_end)
        assert app.address == node.address
        start_job(app, endless)

        close_button(app)

        assert app.wait() == 0
        with client_of(app) as client:
            assert client.check_connection()
    finally:
        status, _ = node.stop()
    assert status == 0


def test_the_window_comes_back_as_it_was(open_app, back_end):
    app = open_app(back_end)
    window = app.window()
    app.do("windowsize", "--sync", window, "1010", "710")
    wait_until(lambda: "1010x710" in app.do("getwindowgeometry", window))

    assert app.finish() == 0
    again = open_app(back_end)

    assert wait_until(lambda: "1010x710" in again.do("getwindowgeometry", again.window()))


def test_a_download_goes_where_the_person_says(idle, film, tmp_path):
    app = idle
    with client_of(app) as client:
        job = client.create_job({"local_path": str(film)})
        wait_until(lambda: client.get_job(job["id"])["status"] == "completed")
    target = tmp_path / "from the window.zip"

    with page_of(app) as page:
        page.keyboard.press("Escape")
        page.goto(f"{app.address}/#/jobs/{job['id']}")
        page.get_by_role("button", name="Download as zip").click()
        dialog = wait_until(lambda: app.do("search", "--onlyvisible", "--name", "^Save as$").split())[-1]
        app.do("windowactivate", "--sync", dialog)
        app.do("key", "ctrl+a")
        app.do("type", "--delay", "5", str(target))
        app.do("key", "Return")

        assert wait_until(lambda: target.is_file() and target.stat().st_size)
    assert target.read_bytes()[:2] == b"PK"


def test_the_machine_stays_awake_while_it_renders_and_no_longer(open_app, qt, endless, tmp_path):
    """In the place of systemd's program a real one that says when it is alive; no systemd runs in a test."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "systemd-inhibit").write_text(f'#!/bin/sh\necho "$@" > {tools}/alive\ncat\n')
    (tools / "systemd-inhibit").chmod(0o755)
    app = open_app(qt, PATH=f"{tools}:{os.environ['PATH']}")
    job = start_job(app, endless)

    said = wait_until(lambda: (tools / "alive").exists() and (tools / "alive").read_text(), "to be kept awake")
    assert app.runs("systemd-inhibit")
    with client_of(app) as client:
        client.cancel_job(job)

    assert "--what=sleep:idle" in said
    wait_until(lambda: not app.runs("systemd-inhibit"), "the machine may sleep")


def test_without_a_screen_the_browser_opens_and_says_why(tmp_path, film):
    called = tmp_path / "called"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {called}\n')
    browser.chmod(0o755)
    app = App(tmp_path / "home", "", "qt", BROWSER=str(browser))

    address = wait_until(lambda: called.exists() and called.read_text().strip(), "the browser")
    second = subprocess.run(
        [*app.process.args], env=app.env, cwd="/", capture_output=True, text=True, timeout=SECONDS, check=False
    )

    assert address == app.address
    assert second.returncode == 0
    app.process.terminate()
    _, errors = app.process.communicate(timeout=SECONDS)
    assert app.process.returncode == 0
    assert f"No window can be shown here, so Zordon opens in the browser: {address}" in errors
