"""A real browser on a real node full of made-up jobs; one of each for a whole run of tests."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.web.seed import fill, make_zordon
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.engines.programs import KnownBuilds

JOBS = 128
FRAMES = 240
WITH_FILES = 26
FREE: WeakKeyDictionary[Browser, dict[str, list[BrowserContext]]] = WeakKeyDictionary()
"""Of each browser the contexts that nobody uses at present, by their options."""
THEMES = ("dark", pytest.param("light", marks=pytest.mark.thorough))
"""One by default, where both show the same but for their colours."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that there is: the same engine without the frame of a window, which costs more than most pages in it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.web)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def asked_once() -> Iterator[None]:
    """What the programs of this machine are is asked once in a run, and not by each node: most of its start's work."""
    known: dict[Path, object] = {}

    def remember(builds: KnownBuilds, before: Callable[[KnownBuilds], None] = KnownBuilds.__init__) -> None:
        before(builds)
        builds._known = known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KnownBuilds, "__init__", remember)
        yield


@pytest.fixture(scope="session")
def zordon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    """The node that most tests share: each of them works on jobs of its own."""
    zordon = make_zordon(tmp_path_factory.mktemp("zordon"))
    zordon.start()
    fill(zordon, JOBS, frames=FRAMES, with_files=WITH_FILES)
    yield zordon
    zordon.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Zordon]:
    """An empty node of the test's own."""
    zordon = make_zordon(tmp_path / "own")
    zordon.start()
    yield zordon
    zordon.stop()


@pytest.fixture
def window(browser: Browser, zordon: Zordon) -> Iterator[Window]:
    """A page on the shared node; at the end it must have had no error and asked nobody else."""
    with open_window(browser, zordon) as window:
        yield window


class open_window:  # noqa: N801 - used like a function
    """``with open_window(browser, zordon) as window``; further options are those of a browser context.

    A context whose window was closed serves the next one of the same options: what its pages have in common, their
    modules, is fetched and compiled once. A window begins without what the one before it has stored.
    """

    def __init__(self, browser: Browser, zordon: Zordon, *, prefs: dict[str, object] | None = None, **options: object):
        whole = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce", **options}
        self._free = FREE.setdefault(browser, {}).setdefault(json.dumps(whole, sort_keys=True), [])
        self._context = self._free.pop() if self._free else browser.new_context(**whole)
        self._window = Window(self._context, zordon.address, {"theme": "dark"} if prefs is None else prefs)

    def __enter__(self) -> Window:
        return self._window

    def __exit__(self, kind: object, *_rest: object) -> None:
        problems = self._window.problems
        for page in self._context.pages:
            page.close()
        self._context.clear_cookies()
        self._context.clear_permissions()
        self._free.append(self._context)
        if kind is None:
            assert not problems
