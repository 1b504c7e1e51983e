"""Every built-in preset of FFmpeg makes a film that passes the checks."""

from pathlib import Path

import pytest

from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.presets import Presets
from zordon_app.engines.registry import EngineRegistry

pytestmark = pytest.mark.engines

PRESETS = {
    key: preset
    for key, preset in Presets(Path("/nowhere"), EngineRegistry([FfmpegEngine()])).all().items()
    if preset["engine"] == "ffmpeg"
}


@pytest.mark.parametrize("preset_id", sorted(PRESETS))
def test_every_preset_makes_a_film(one_studio, sources, tmp_path, preset_id):
    source = sources.film("for-presets.mp4", seconds=1, size="256x144")
    if "images" in PRESETS[preset_id]["tags"]:
        folder = tmp_path / "images"
        folder.mkdir()
        one_studio.ffmpeg("-i", source, "-frames:v", "12", "-pix_fmt", "rgba", folder / "shot_%04d.png")
        source = folder / "shot_0001.png"

    made = one_studio.make(source, PRESETS[preset_id]["params"])

    assert made.path.stat().st_size > 1000
