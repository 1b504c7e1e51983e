"""Which downloads are kept for the next start."""

import pytest

from tests.unit.engines.builds.test_downloads import build
from zordon_app.engines.builds.open_downloads import OpenDownload, OpenDownloads


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "downloads.json"


def test_what_is_kept_is_there_after_a_restart(path):
    kept = [OpenDownload(build=build("4.5.1")), OpenDownload(build=build("3.6.5"), paused=True)]
    OpenDownloads(path).save(kept)

    assert OpenDownloads(path).load() == kept


def test_without_a_file_nothing_is_open(path):
    assert OpenDownloads(path).load() == []


@pytest.mark.parametrize("contents", [b"", b"{", b"\xff", b'[{"build": {"engine": "blender"}}]'])
def test_a_damaged_file_stops_no_start(path, contents):
    path.parent.mkdir()
    path.write_bytes(contents)

    assert OpenDownloads(path).load() == []


def test_a_disk_that_takes_nothing_stops_no_download(tmp_path):
    (tmp_path / "file").write_text("")

    OpenDownloads(tmp_path / "file" / "downloads.json").save([OpenDownload(build=build("4.5.1"))])
