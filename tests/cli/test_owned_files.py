"""What a person gave to Zordon is never overwritten by what comes back (faults.md 1.1)."""

import json
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

MINE = b"what a person made"


@pytest.fixture
def mine(film, tmp_path) -> Path:
    return Path(shutil.copy(film, tmp_path / "film.mp4"))


@pytest.mark.parametrize("options", [[], ["--upload", "--force"]])
def test_a_film_that_is_rendered_beside_itself_stays(node, mine, options):
    before = mine.read_bytes()
    result = node.run("render", mine.name, "-p", "proxy-h264", "-d", ".", *options, cwd=mine.parent)

    assert result.returncode == 0, result.stderr
    (path,) = map(Path, result.stdout.splitlines())
    assert path.name == "film (2).mp4"
    assert mine.read_bytes() == before
    assert path.read_bytes() != before


def test_a_result_that_would_be_its_own_source_is_refused_whatever_is_said_of_existing_files(node, mine):
    before = mine.read_bytes()
    result = node.run("submit", str(mine), "-p", "proxy-h264", "-o", str(mine.parent), "--existing", "replace")
    assert (result.returncode, mine.read_bytes()) == (2, before)
    assert "film.mp4" in result.stderr


def test_fetch_and_receipts_replace_what_is_there_only_by_force_and_never_what_the_job_reads(node, done, tmp_path):
    job = json.loads(node.run("status", done, "--json").stdout)
    (made,) = (path for path in Path(job["output_path"]).iterdir() if not path.name.startswith("."))
    there, notes, source = tmp_path / made.name, tmp_path / "notes.txt", Path(job["project"])
    before = source.read_bytes()
    for path in (there, notes):
        path.write_bytes(MINE)

    result = node.run("fetch", done, "-d", str(tmp_path))
    assert (Path(result.stdout.strip()).name, there.read_bytes()) == (f"{made.stem} (2){made.suffix}", MINE)
    assert node.run("fetch", done, "-d", str(tmp_path), "--force").returncode == 0
    assert there.read_bytes() == made.read_bytes()

    kept = made.read_bytes()
    assert node.run("verify", done).returncode == 0
    made.write_bytes(kept[:-1] + b"?")
    spoilt = node.run("verify", done)
    assert (spoilt.returncode, made.name in spoilt.stdout) == (1, True)
    made.write_bytes(kept)

    refused = node.run("receipt", "get", done, "-o", str(notes))
    assert (refused.returncode, notes.read_bytes(), "--force" in refused.stderr) == (2, MINE, True)
    for options in (["--force"], []):
        assert node.run("receipt", "get", done, "-o", str(notes), *options).returncode == 0
    assert node.run("receipt", "get", done, "-o", str(source), "--force").returncode == 2
    assert source.read_bytes() == before
