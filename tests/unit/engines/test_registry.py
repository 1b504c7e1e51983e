import sys

import pytest

from tests.fakes.engine import plugin
from zordon_app.engines.registry import load_third_party_engines


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """Puts a distribution with those entry points on the path."""

    def offer(*points: str, code: str = "") -> None:
        sys.modules.pop("half_an_engine", None)
        plugin(tmp_path / "installed")
        info = tmp_path / "installed" / "zordon_fake_engine-1.0.dist-info"
        (info / "entry_points.txt").write_text("\n".join(["[zordon.engines]", *points, ""]), encoding="utf-8")
        (tmp_path / "installed" / "half_an_engine.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path / "installed")

    return offer


GOOD = "good = tests.fakes.engine:FakeEngine"


def test_an_engine_of_a_third_party_is_found(offered):
    offered(GOOD)
    assert [engine.name for engine in load_third_party_engines()] == ["fake"]


@pytest.mark.parametrize(
    ("point", "code", "said"),
    [
        ("bad = half_an_engine:Half", "class Half:\n    name = 'half'\n", "it lacks label, extensions"),
        ("bad = half_an_engine:Half", "raise RuntimeError('no licence')\n", "no licence"),
        ("bad = half_an_engine:Nobody", "", "cannot be loaded"),
        ("bad = not_installed_at_all:Engine", "", "cannot be loaded"),
    ],
)
def test_a_broken_plug_in_is_left_out_and_the_log_says_why(offered, caplog, point, code, said):
    offered(point, GOOD, code=code)
    assert [engine.name for engine in load_third_party_engines()] == ["fake"]
    assert said in caplog.text
