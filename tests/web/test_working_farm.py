"""Two real nodes at work, one of them killed and started again, as a page on the other shows it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.engine import FakeEngine, write_project
from tests.faults.alone import Alone
from tests.web.conftest import open_window
from tests.web.seed import make_zordon
from tests.web.test_farm_page import free_port, invitation
from zordon_app.app import Zordon

FRAMES = 120
UNTIL_IT_DIES, UNTIL_BOTH_REST = 50, 80
"""How far the job gets before each step: it must not end while a slow machine shows what happens to it."""
WATCH = """() => {
    window.differences = []
    new MutationObserver(() => {
        const cells = [...document.querySelectorAll('.per-machine tbody td:nth-of-type(2)')]
        if (!cells.length) return
        const told = Number(document.querySelector('.progress-line .muted').textContent.match(/\\d+/)[0])
        const sum = cells.reduce((all, cell) => all + Number(cell.textContent.split('/')[0]), 0)
        window.seen = Math.max(window.seen ?? 0, sum)
        if (sum !== told) window.differences.push([sum, told])
    }).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path / "atlas", name="atlas", port=free_port(), lan=True, engines=[FakeEngine()])
    zordon._farm.this_node.pause(paused=False)
    zordon.start()
    yield zordon
    zordon.stop()


@pytest.fixture
def borealis(tmp_path: Path) -> Iterator[Alone]:
    folder = tmp_path / "borealis"
    config = folder / "home" / "config"
    config.mkdir(parents=True)
    (config / "settings.yaml").write_text("name: borealis\n", encoding="utf-8")
    node = Alone(folder, timescale=1, arguments=("--port", str(free_port()), "--no-discovery"))
    node.start()
    yield node
    node.kill()


def test_a_machine_that_dies_is_shown_and_loses_nothing(
    browser: Browser, atlas: Zordon, borealis: Alone, tmp_path: Path
):
    limit = tmp_path / "limit"
    limit.write_text(str(UNTIL_IT_DIES))
    project = write_project(tmp_path / "shot.fake", (1, FRAMES), seconds=0.3, limit=str(limit))
    with open_window(browser, atlas) as window:
        borealis.api.post("/api/farm/join", {"token": invitation(window, atlas)})
        page, this = window.open(), window.get("nodes")[0]["id"]
        machine = page.locator(".machine", has_text="borealis")
        expect(machine).to_contain_text("ready")
        page.evaluate(WATCH)
        job = window.post("add_job", {"renderer": "fake", "local_path": str(project)})
        window.row("shot").click()
        table = page.locator(".per-machine")
        row = table.locator("tr", has_text="borealis")
        expect(row.locator(".num").first).to_have_text(re.compile(r"[1-9]\d* / \d+"))

        expect(machine).to_have_text(re.compile("rendering.*shot for atlas"))
        borealis.kill()
        expect(machine).to_have_text(re.compile(r"offline \d+ s"))
        window.until(lambda: {unit["node"] for unit in leased(window)} <= {this})
        borealis.start()
        expect(machine).not_to_contain_text("offline")

        machine.click(button="right")
        page.get_by_role("menuitem", name="Pause after current frames").click()
        expect(machine).to_contain_text("paused")
        limit.write_text(str(UNTIL_BOTH_REST))
        window.until(lambda: {unit["node"] for unit in leased(window)} <= {this})
        page.get_by_role("banner").get_by_role("button", name="Pause").click()
        page.get_by_role("menuitem", name="Pause this machine after current frames").click()
        expect(page.locator(".machine", has_text="atlas")).to_contain_text("paused")
        limit.write_text(str(FRAMES))
        window.until(lambda: not leased(window))
        assert window.get(f"jobs/{job['id']}")["status"] == "running"
        window.post("nodes/this/resume")
        expect(window.row("shot")).to_contain_text("done")

        assert window.get(f"jobs/{job['id']}")["units"]["done"] == FRAMES
        window.until(lambda: page.evaluate("window.seen") == FRAMES)
        assert page.evaluate("window.differences") == []


def leased(window) -> list[dict[str, object]]:
    return [unit for unit in window.units("shot") if unit["state"] == "leased"]
