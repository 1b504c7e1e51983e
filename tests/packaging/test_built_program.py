"""The program as people install it: no Python, no environment. ``build/dev.py package`` builds it and runs this."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
import urllib3

from tests.desktop.app import App, wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app import __version__
from zordon_app.client import RenderServerProxy

pytestmark = [pytest.mark.built, pytest.mark.packaging]

FRAMES = 48


@pytest.fixture(scope="module")
def built() -> str:
    """The executable."""
    return os.environ["ZORDON_TEST_BUILT"]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "clip one.mp4"
    source = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:r=24:d={FRAMES // 24}"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *source, str(path)], check=True, capture_output=True)
    return path


def clean(home: Path, **more: str) -> dict[str, str]:
    """What a program cannot do without, and nothing else: no PATH, so no Python and no FFmpeg either."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    home.mkdir(exist_ok=True)
    return {**kept, "HOME": str(home), "ZORDON_HOME": str(home), **more}


def run(built: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [built, *arguments],
        env=clean(home),
        cwd=Path(home.anchor),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=HANG_SECONDS,
        check=False,
    )


def decoded_frames(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


@contextmanager
def served(built: str, home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A node of the built program without a window, and its address."""
    command = [built, "serve", "--port", "0", "--no-lan", "--no-discovery"]
    with subprocess.Popen(
        command, env=clean(home), cwd=home.anchor, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as node:
        assert node.stdout is not None
        try:
            yield node, node.stdout.readline().rpartition(" ")[2].strip()
        finally:
            # Asked, not killed: the one file's parent would leave its node behind.
            node.terminate()


def test_it_tells_its_version_and_brings_its_ffmpeg(built, tmp_path):
    assert __version__ in run(built, tmp_path, "--version").stdout

    done = run(built, tmp_path, "doctor")
    assert re.search(r"ffmpeg [\d.]+ \(embedded\)", done.stdout), done.stdout + done.stderr


def test_one_command_renders_a_film(built, tmp_path, film):
    done = run(built, tmp_path / "home", "render", str(film), "-p", "review-h264", "--dir", str(tmp_path / "out"))

    assert done.returncode == 0, done.stderr
    [result] = (tmp_path / "out").iterdir()
    assert decoded_frames(result) == FRAMES


def test_one_command_makes_a_film_of_pictures(built, tmp_path):
    """Pictures are decoded by another library than films (windows.md, W1)."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=0.5"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), *source, str(pictures / "shot_%04d.png")]
    subprocess.run(ffmpeg, check=True, capture_output=True)

    first = pictures / "shot_0001.png"
    done = run(built, tmp_path / "home", "render", str(first), "-p", "sequence-h264", "--dir", str(tmp_path / "out"))

    assert done.returncode == 0, done.stderr
    [result] = (tmp_path / "out").iterdir()
    assert decoded_frames(result) == 12


def test_it_takes_jobs_over_the_api_and_stops_well(built, tmp_path, film):
    with served(built, tmp_path / "home") as (node, address):
        with RenderServerProxy(address) as client:
            job = client.create_job({"local_path": str(film)})
            wait_until(lambda: client.get_job(job["id"])["status"] == "completed", "the end of the job")
            [name] = client.get_job_files(job["id"])
            done = client.get_job(job["id"])
        assert decoded_frames(Path(done["output_path"]) / name) == FRAMES
        node.send_signal(signal.SIGTERM)
        _, errors = node.communicate(timeout=HANG_SECONDS)
        assert (node.returncode, "Traceback" in errors) == (0, False), errors


def test_its_page_and_what_that_needs_are_inside(built, tmp_path):
    with served(built, tmp_path / "home") as (_, address):
        pages = ("/", "/sign_in.html", "/samples/sample.mp4", "/vendor/LICENSES.txt")
        for place in (*pages, "/api/presets", "/api/openapi.json", "/api/addon/zordon_submit.zip"):
            answer = urllib3.request("GET", f"{address}{place}", retries=False)
            assert answer.status == 200, place


class BuiltApp(App):
    """The built program with its window."""

    def start(self, *files: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [os.environ["ZORDON_TEST_BUILT"], *map(str, files)],
            env=clean(self.home, DISPLAY=self.display),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.mark.skipif(sys.platform != "linux", reason="the hands that use the window are X11's")
def test_its_window_opens_takes_a_file_and_renders_it(built, x_screen, tmp_path, film):
    with subprocess.Popen(["icewm", f"--display={x_screen}"], stderr=subprocess.DEVNULL) as manager:
        app = BuiltApp(tmp_path / "home", x_screen, "")
        try:
            app.wait_for_window()
            app.start_again(film)
            with RenderServerProxy(app.address) as client:

                def added() -> list[dict]:
                    # The keys do nothing until the page has looked into the file.
                    app.press("ctrl+Return")
                    return client.get_jobs()

                job = wait_until(added, "the job")[0]
                wait_until(lambda: client.get_job(job["id"])["status"] == "completed", "its end")
            keep_picture(x_screen)
            assert app.finish() == 0
        finally:
            app.process.kill()
            manager.terminate()


def keep_picture(display: str) -> None:
    """For eyes: where ``ZORDON_TEST_PICTURES`` says."""
    folder = os.environ.get("ZORDON_TEST_PICTURES")
    if folder and shutil.which("import"):
        subprocess.run(
            ["import", "-display", display, "-window", "root", str(Path(folder) / "built.png")], check=True, timeout=60
        )
