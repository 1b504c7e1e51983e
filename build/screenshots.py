"""Pictures of every screen in both themes, from a made-up farm: ``python build/screenshots.py [FOLDER]``.

Without a folder only the pictures of the README are made, into web/screenshots. Needs Chromium; the
pictures are JPEG, so that they stay small.
"""

import argparse
import shutil
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from zordon_app.app import Zordon

README = ROOT / "web" / "screenshots"
SIZE = {"width": 1440, "height": 900}
THEMES = ("dark", "light")
QUALITY = 70
MOST_BYTES = 150_000
JOBS, FRAMES = 128, 240
NAMES = ("atlas", "borealis", "cirrus")
HERO = "00005eed-0000-4000-8000-000000000000"

QUEUED = "click:.chips button:has-text('Queued')"

# Name of the picture, address after the #, and what to press or click there.
SCREENS: dict[str, tuple[str, tuple[str, ...]]] = {
    "jobs": ("/jobs", ()),
    "overview": (f"/jobs/{HERO}", ()),
    "frames": (f"/jobs/{HERO}/frames", ()),
    "log": (f"/jobs/{HERO}/log", ()),
    "files": (f"/jobs/{HERO}/files", ()),
    "compare": (f"/jobs/{HERO}", ("click:.transport [aria-expanded]", "choose:.view-bar select")),
    "job-settings": (f"/jobs/{HERO}/settings", ()),
    "add-job": ("/jobs", ("click:.topbar .primary", "sample")),
    "edit": ("/jobs", (QUEUED, "right:.row.job", "item:Edit…")),
    "assign": ("/jobs", (QUEUED, "right:.row.job", "item:Choose machines…")),
    "remove": ("/jobs", ("right:.row.job", "item:Remove")),
    "nothing-found": ("/jobs", ("fill:#filter=zzz",)),
    "menu": ("/jobs", ("right:.row.job",)),
    "alerts": ("/jobs", ("click:.alerts-button",)),
    "palette": ("/jobs", ("press:Control+k",)),
    "keys": ("/jobs", ("press:?",)),
    "machines": ("/farm", ()),
    "machine": ("/machine", ()),
    "engines": ("/engines", ()),
    "settings": ("/settings", ()),
}
COMMITTED = (
    ("overview", "dark"),
    ("overview", "light"),
    ("add-job", "dark"),
    ("machine", "dark"),
    ("settings", "light"),
)


def main() -> int:
    """Make the pictures; 1 when one is too large for the repository."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="where pictures of all screens go")
    folder: Path | None = parser.parse_args().folder
    target = folder or README
    target.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        farm = _start_farm(stack)
        browser = _start_browser(stack)
        empty = _start_empty(stack) if folder is not None else None
        wanted = [(name, theme) for name in SCREENS for theme in THEMES] if folder is not None else list(COMMITTED)
        for name, theme in wanted:
            _take(browser, farm.address, name, theme, target)
        if empty is not None:
            for theme in THEMES:
                _take_first_run(browser, empty.address, theme, target)
    large = [path.name for path in target.glob("*.jpg") if path.stat().st_size > MOST_BYTES]
    if folder is None and large:
        print(f"larger than {MOST_BYTES // 1000} kB: {', '.join(large)}")
        return 1
    return 0


def _start_farm(stack: ExitStack) -> "Zordon":
    """Three machines that know each other; the first has the jobs."""
    from tests.web.seed import fill, make_zordon

    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    nodes = [make_zordon(home / name, name=name, port=_free_port(), lan=True) for name in NAMES]
    for node in nodes:
        node.start()
        stack.callback(node.stop)
    for node in nodes[1:]:
        _join(nodes[0], node)
    fill(nodes[0], JOBS, frames=FRAMES, machines=[node.settings.current.name for node in nodes])
    return nodes[0]


def _start_empty(stack: ExitStack) -> "Zordon":
    from tests.web.seed import make_zordon

    node = make_zordon(Path(stack.enter_context(tempfile.TemporaryDirectory())))
    node.start()
    stack.callback(node.stop)
    return node


def _join(first: "Zordon", other: "Zordon") -> None:
    from zordon_app.client.proxy import RenderServerProxy

    here, there = RenderServerProxy(first.address), RenderServerProxy(other.address)
    there.join_farm(token=str(here.make_join_token()["token"]))
    device = there.get_farm()["id"]
    for _try in range(300):
        if any(node["id"] == device and node["state"] != "offline" for node in here.get_nodes()):
            there.resume_node("this")
            return
        time.sleep(0.1)


def _start_browser(stack: ExitStack) -> "Browser":
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed; build/dev.py test installs it.")
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    stack.callback(browser.close)
    return browser


def _take(browser: "Browser", address: str, name: str, theme: str, target: Path) -> None:
    place, steps = SCREENS[name]
    page = _open(browser, f"{address}/#{place}", theme)
    page.wait_for_timeout(3000)
    for step in steps:
        _do(page, step)
    page.wait_for_timeout(900)
    _save(page, target / f"{name}-{theme}.jpg")


def _take_first_run(browser: "Browser", address: str, theme: str, target: Path) -> None:
    page = _open(browser, f"{address}/#/jobs", theme)
    page.wait_for_timeout(2500)
    _save(page, target / f"first-run-{theme}.jpg")
    page = _open(browser, f"{address}/sign_in.html", theme)
    page.wait_for_timeout(500)
    _save(page, target / f"sign-in-{theme}.jpg")


def _open(browser: "Browser", url: str, theme: str) -> "Page":
    context = browser.new_context(viewport={"width": SIZE["width"], "height": SIZE["height"]}, color_scheme=theme)  # type: ignore[arg-type]
    context.add_init_script(f"localStorage.setItem('zordon.window', JSON.stringify({{theme: '{theme}'}}))")
    page = context.new_page()
    page.goto(url)
    return page


def _save(page: "Page", path: Path) -> None:
    page.screenshot(path=path, type="jpeg", quality=QUALITY)
    page.context.close()
    print(path)


def _do(page: "Page", step: str) -> None:
    kind, _, what = step.partition(":")
    if kind == "press":
        page.locator("[role=grid]").focus()
        page.keyboard.press(what)
    elif kind == "fill":
        field, _, text = what.partition("=")
        page.locator(field).fill(text)
        page.wait_for_timeout(500)
    elif kind == "item":
        page.get_by_role("menuitem", name=what).first.click()
        page.wait_for_timeout(800)
    elif kind == "choose":
        page.locator(what).select_option(index=1)
    elif kind == "sample":
        page.locator("input[type=file]").first.set_input_files(ROOT / "web" / "samples" / "sample.mp4")
        page.wait_for_timeout(1500)
    else:
        page.locator(what).first.click(button="right" if kind == "right" else "left")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
