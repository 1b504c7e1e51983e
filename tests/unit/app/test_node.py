"""What a node does by itself while it runs."""

import os

from tests.fakes.nodes import eventually
from zordon_app.app import Zordon
from zordon_app.app import node as node_module


def test_projects_of_others_that_no_job_uses_any_more_go(tmp_path, monkeypatch):
    monkeypatch.setattr(node_module, "SWEEP_SECONDS", 0.1)
    files = tmp_path / "data" / "projects" / "files"
    files.mkdir(parents=True)
    for name, age in (("old", 0), ("new", None)):
        (files / name).write_bytes(b"a texture")
        if age is not None:
            os.utime(files / name, (age, age))
    node = Zordon(tmp_path, port=0, lan=False, discovery=False, engines=[])
    node.start()
    try:
        eventually(lambda: not (files / "old").exists())
        assert (files / "new").exists()
    finally:
        node.stop()
