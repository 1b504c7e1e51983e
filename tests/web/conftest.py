"""A real browser on a real node full of made-up jobs; one of each for a whole run of tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.web.seed import fill, make_zordon
from tests.web.window import Window
from zordon_app.app import Zordon

JOBS = 128
FRAMES = 240
WITH_FILES = 26
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
    """``with open_window(browser, zordon) as window``; further options are those of a browser context."""

    def __init__(self, browser: Browser, zordon: Zordon, *, prefs: dict[str, object] | None = None, **options: object):
        self._context: BrowserContext = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
        )
        self._window = Window(self._context, zordon.address, {"theme": "dark"} if prefs is None else prefs)

    def __enter__(self) -> Window:
        return self._window

    def __exit__(self, kind: object, *_rest: object) -> None:
        problems = self._window.problems
        self._context.close()
        if kind is None:
            assert not problems
