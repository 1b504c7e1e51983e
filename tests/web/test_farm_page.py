import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.window import Window
from zordon_app.app import Zordon


def free_port() -> int:
    """A port that is free, and so is the next one for other machines."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("0.0.0.0", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def lan_address(zordon: Zordon) -> str:
    return f"127.0.0.1:{int(zordon.address.rsplit(':', 1)[1]) + 1}"


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path / "atlas", name="atlas", port=free_port(), lan=True)
    zordon.start()
    yield zordon
    zordon.stop()


@pytest.fixture
def borealis(tmp_path: Path) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path / "borealis", name="borealis", port=free_port(), lan=True)
    zordon.start()
    yield zordon
    zordon.stop()


def join(there: Window, atlas: Zordon) -> None:
    page = there.open("/farm")
    page.get_by_label("Address or invitation of a machine").fill(lan_address(atlas))
    page.get_by_role("button", name="Ask to join").click()


def test_two_machines_compare_digits_and_one_click_admits(browser: Browser, atlas: Zordon, borealis: Zordon):
    with open_window(browser, atlas) as here, open_window(browser, borealis) as there:
        page = here.open("/farm")
        join(there, atlas)
        asked = page.locator(".join-card", has_text="borealis wants to join")
        expect(asked).to_be_visible()
        expect(page.get_by_role("button", name="1 new alert")).to_be_visible()
        expect(there.page.locator(".digits")).to_have_text(asked.locator(".digits").inner_text().replace("\n", ""))
        assert violations(page) == []
        asked.get_by_role("button", name="Admit").click()
        for window in (here, there):
            expect(window.page.get_by_role("heading", name="2 machines")).to_be_visible()
        page.get_by_role("link", name="Jobs", exact=True).click()
        machine = page.locator(".machine", has_text="borealis")
        expect(machine).to_contain_text("paused")
        borealis.stop()
        expect(machine).to_contain_text("offline")
        here.forgive("status of 503")  # Nobody tells what the other machine had measured.
        page.get_by_role("button", name=re.compile("alert", re.IGNORECASE)).click()
        page.get_by_role("dialog", name="Alerts").get_by_role("button", name=re.compile("borealis")).click()
        expect(page.get_by_role("heading", name=re.compile("borealis"))).to_be_visible()
        there.page.close()
        there.problems.clear()


def test_an_address_where_nobody_answers_is_told_in_german(browser: Browser, atlas: Zordon):
    address = f"127.0.0.1:{free_port()}"
    with open_window(browser, atlas, prefs={"language": "de"}) as window:
        page = window.open("/farm")
        page.get_by_label("Adresse oder Einladung eines Rechners").fill(address)
        page.get_by_role("button", name="Beitritt anfragen").click()
        expect(page.get_by_text(f"Unter {address} antwortet kein Zordon.")).to_be_visible()


def test_an_invitation_lets_a_machine_in_without_a_click(browser: Browser, atlas: Zordon, borealis: Zordon):
    with open_window(browser, borealis) as there:
        token = invitation(there, atlas)
        page = there.open("/farm")
        page.get_by_label("Address or invitation of a machine").fill(token)
        page.get_by_role("button", name="Ask to join").click()
        expect(page.get_by_role("heading", name="2 machines")).to_be_visible()


def test_a_browser_elsewhere_signs_in_with_the_code_and_only_looks(browser: Browser, atlas: Zordon):
    fill(atlas, 5, frames=4, with_files=0)
    with open_window(browser, atlas) as here, open_window(browser, atlas, ignore_https_errors=True) as guest:
        page = here.open("/farm")
        page.get_by_role("button", name="Let a browser look").click()
        code = page.locator(".given .digits").inner_text().strip()
        guest.address = f"https://{lan_address(atlas)}"
        away = guest.page
        away.goto(f"{guest.address}/sign_in.html")
        expect(away.get_by_role("heading", name="Sign in to Zordon")).to_be_visible()
        away.get_by_role("button", name="Sign in").click()
        expect(away.get_by_role("alert")).to_have_text("Enter the code first.")
        away.get_by_label("Code").fill("00000000")
        away.keyboard.press("Enter")
        expect(away.get_by_role("alert")).to_contain_text("code")
        away.get_by_label("Code").fill(code)
        away.keyboard.press("Enter")
        expect(away.locator(".row.job")).to_have_count(5)
        expect(page.get_by_text("The code has been used.")).to_be_visible()
        expect(away.get_by_role("button", name="Add job…")).to_have_count(0)
        away.locator(".row.job").first.click(button="right")
        expect(away.get_by_role("menuitem", name="Copy name")).to_be_visible()
        expect(away.get_by_role("menuitem", name="Copy as command")).to_be_visible()
        for name in ("Pause", "Make review film"):
            expect(away.get_by_role("menuitem", name=name)).to_have_count(0)
        away.keyboard.press("Escape")
        guest.open("/presets")
        expect(away.locator("textarea")).not_to_be_editable()
        expect(away.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        row = page.locator(".member", has_text="looks on")
        row.get_by_role("button", name="Sign out").click()
        expect(away.get_by_role("heading", name="Sign in to Zordon")).to_be_visible()
        guest.page.close()
        guest.problems.clear()


def invitation(window: Window, atlas: Zordon) -> str:
    answer = window.http.request("POST", f"{atlas.address}/api/farm/token", json={})
    return str(answer.json()["token"])
