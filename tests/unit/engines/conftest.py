from pathlib import Path

import pytest

from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.engines.presets import Presets
from zordon_app.engines.registry import EngineRegistry

REGISTRY = EngineRegistry([BlenderEngine(), FfmpegEngine()])
BUILT_IN = Presets(Path("/nowhere/presets.yaml"), REGISTRY).all()


@pytest.fixture
def path(tmp_path):
    """Where a person's presets.yaml would be."""
    return tmp_path / "config" / "presets.yaml"


@pytest.fixture
def presets(path):
    return Presets(path, REGISTRY)


@pytest.fixture
def write(path):
    """Writes the person's presets.yaml."""

    def write(text: str) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
