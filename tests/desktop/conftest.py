import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.desktop.app import App
from tests.fakes.engine import write_project
from tests.fakes.screens import x_server
from zordon_app.desktop.backends import is_usable

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One window after another: each start wants a whole processor, and they share a screen."""
    for item in items:
        # Hooks of a folder see all tests, and others may have a parameter of that name.
        if item.path.parent == HERE and {"screen", "idle"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.web)
            item.add_marker(pytest.mark.xdist_group("desktop"))


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    with managed_screen() as display:
        yield display


@contextmanager
def managed_screen() -> Iterator[str]:
    """A screen with a window manager, so that there are close buttons and focus."""
    for program in ("icewm", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} here; build/dev.py test installs it")
    with (
        x_server() as display,
        subprocess.Popen(["icewm", f"--display={display}"], stderr=subprocess.DEVNULL) as manager,
    ):
        yield display
        manager.terminate()


@pytest.fixture(params=["qt", pytest.param("gtk", marks=pytest.mark.thorough)])
def back_end(request) -> str:
    """What each window library shows alike; the tests of ``each_back_end`` show that both work at all."""
    return usable(request.param)


@pytest.fixture(params=["qt", "gtk"])
def each_back_end(request) -> str:
    return usable(request.param)


@pytest.fixture
def qt() -> str:
    return usable("qt")


def usable(name: str) -> str:
    if importlib.util.find_spec("webview") is None or not is_usable(name):
        pytest.skip(f"no {name} for windows here")
    return name


@pytest.fixture
def open_app(screen, tmp_path) -> Iterator[Callable[..., App]]:
    """Starts the app with a home of the test's own and waits for its window."""
    apps = []

    def open_app(back_end: str, *files: Path, **env: str) -> App:
        app = App(tmp_path / "home", screen, back_end, *files, **env)
        apps.append(app)
        app.wait_for_window()
        return app

    yield open_app
    for app in apps:
        if app.process.poll() is None:
            assert app.finish() == 0


@pytest.fixture(scope="module")
def idle(tmp_path_factory) -> Iterator[App]:
    """A Qt window that several tests use, and none closes; alone on a screen, where a class names windows."""
    qt = usable("qt")
    with managed_screen() as display:
        app = App(tmp_path_factory.mktemp("idle") / "home", display, qt)
        try:
            app.wait_for_window()
            yield app
        finally:
            assert app.finish() == 0


@pytest.fixture(scope="session")
def film(tmp_path_factory) -> Path:
    return make_film(tmp_path_factory.mktemp("films") / "clip one.mp4")


@pytest.fixture
def endless(tmp_path) -> Path:
    """A project that is never done, and asks for nearly nothing of the processor."""
    limit = tmp_path / "limit"
    limit.write_text("0")
    return write_project(tmp_path / "endless.fake", limit=str(limit))


def make_film(path: Path) -> Path:
    source = "testsrc2=size=160x90:rate=24:duration=1"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-v", "error", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path
