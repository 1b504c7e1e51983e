import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.cli import warm
from tests.cli.node_process import Node


@pytest.fixture(scope="session", autouse=True)
def _commands() -> Iterator[None]:
    yield
    if warm.commands.cache_info().currsize:
        warm.commands().stop()


@pytest.fixture(scope="session")
def node(tmp_path_factory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("node"))
    yield node
    code, errors = node.stop()
    assert code == 0, errors
    assert "Traceback" not in errors


@pytest.fixture(scope="session")
def make_film(tmp_path_factory) -> Callable[..., Path]:
    def make(name: str = "film.mov", *, again: int = 0, size: str = "160x90") -> Path:
        """A second of film, repeated ``again`` times, which costs nothing."""
        path = tmp_path_factory.mktemp("films") / name
        second = path.with_name(f"second{path.suffix}") if again else path
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
        source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10:duration=1"]
        subprocess.run([*ffmpeg, *source, "-c:v", "libx264", str(second)], check=True, capture_output=True)
        if again:
            repeat = ["-stream_loop", str(again), "-i", str(second), "-c", "copy", str(path)]
            subprocess.run([*ffmpeg, *repeat], check=True, capture_output=True)
        return path

    return make


@pytest.fixture(scope="session")
def film(make_film) -> Path:
    return make_film()


@pytest.fixture(scope="session")
def done(node, film) -> str:
    """Id of a job that is completed."""
    result = node.run("submit", str(film), "--name", "Fertiger Film", "--set", "crf=30", "--wait")
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture
def held(node, film) -> Iterator[str]:
    """Id of a job that is paused."""
    result = node.run("submit", str(film), "--paused", "--name", "Gehalten")
    assert result.returncode == 0, result.stderr
    yield result.stdout.strip()
    node.run("delete", result.stdout.strip(), "--yes")
