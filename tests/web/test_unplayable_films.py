"""Films of which the browser knows the container but not the codec, made by a real FFmpeg."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill
from zordon_app.app import Zordon

FILM = "edit_06_review_v3"
UNKNOWN = {
    "mpeg2_with_sound": ("-f", "lavfi", "-i", "sine=duration=2", "-c:v", "mpeg2video", "-c:a", "aac"),
    "mpeg2": ("-c:v", "mpeg2video"),
}
"""No browser plays the picture of these. With a sound that it plays, Chromium reports no error and shows black."""


def encode(path: Path, how: str) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *UNKNOWN[how], "-f", "mp4", str(path)]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("how", list(UNKNOWN))
def test_a_film_whose_picture_the_browser_does_not_know_is_shown_as_a_review_copy(browser: Browser, own: Zordon, how):
    fill(own, 24, frames=24, with_files={FILM})
    with open_window(browser, own) as window:
        job = window.job(FILM)
        encode(Path(job["output_path"]) / window.get(f"jobs/{job['id']}/files")[0], how)
        page = window.open(f"/jobs/{job['id']}")

        expect(page.get_by_text("A review copy")).to_be_visible()
        window.until(lambda: page.locator("video").evaluate("film => film.videoWidth") == 320)


@pytest.mark.parametrize("how", list(UNKNOWN))
def test_a_film_that_cannot_be_played_at_all_shows_its_picture_a_sentence_and_a_way_out(
    browser: Browser, own: Zordon, tmp_path: Path, how
):
    """As in a viewer without H.264: the review copy is of a codec that it does not know either."""
    fill(own, 24, frames=24, with_files={FILM})
    encode(tmp_path / "film.mp4", how)
    with open_window(browser, own) as window:
        job = window.job(FILM)
        encode(Path(job["output_path"]) / window.get(f"jobs/{job['id']}/files")[0], how)
        window.page.route(
            "**/thumbnail?*video_ok*",
            lambda route: route.fulfill(path=tmp_path / "film.mp4", content_type="video/mp4"),
        )
        page = window.open(f"/jobs/{job['id']}")

        expect(page.get_by_text("cannot play")).to_be_visible()
        expect(page.locator("video")).to_have_count(0)
        poster = page.locator("figure.film img.poster")
        window.until(lambda: poster.evaluate("image => image.naturalWidth") > 0)
        with page.expect_download() as download:
            page.locator("figure.film").get_by_role("button", name="Download").click()
        assert download.value.suggested_filename.endswith(".mp4")
