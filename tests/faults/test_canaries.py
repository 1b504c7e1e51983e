"""Canaries that must live: files outside, scripts in projects, words that are code elsewhere (F32, F37, F39)."""

import itertools
import json
import os
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes.api import wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.engines.blender.engine import BlenderEngine

pytestmark = pytest.mark.faults

SECRET = "canary-7d1f6a"
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</title><script>alert(1)</script>",
    "\u202egnp.exe",
    "' onmouseover='alert(1)",
]


@pytest.fixture(scope="module")
def node(make_alone_for_all):
    node = make_alone_for_all().start()
    canary = node.folder / "canary"
    canary.mkdir()
    (canary / "secret.txt").write_text(SECRET)
    return node


def traversals(target: Path) -> list[str]:
    """Ways to say a path that leaves a folder."""
    plain = [f"{'../' * depth}{str(target).lstrip('/')}" for depth in range(1, 12)]
    plain += [f"{'../' * depth}canary/secret.txt" for depth in range(1, 8)]
    plain += [str(target), f"/{target}", f"file://{target}", f"./{target}", f"{target}\0.png", f"x/../../{target}"]
    plain += [
        "..",
        ".",
        "/",
        "~",
        "~root/.ssh/id_rsa",
        "CON",
        "NUL.png",
        "a:b",
        "C:\\boot.ini",
        "\\\\host\\share",
        "....//",
    ]
    dressed = [
        text.replace("/", other)
        for text, other in itertools.product(plain[:18], ["\\", "%2f", "%5c", "%252f", "\u2215", "/./", "//"])
    ]
    long = ["a" * 300, "a/" * 2000, "\u0000", "..\u0000", "\uff0e\uff0e/", "..;/", "%00", "%2e%2e/" * 5]
    return plain + dressed + long


def snapshot(folder: Path, but: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if Path(root) / name != but]
        for name in files:
            about = (Path(root) / name).lstat()
            found[str(Path(root) / name)] = about.st_mtime_ns, about.st_size
    return found


def test_no_word_for_a_path_reads_or_writes_outside(node):
    job = node.api.wait_ended(node.api.add(node.project())["id"])
    words = traversals(node.folder / "canary" / "secret.txt")
    assert len(words) > 150
    before = snapshot(node.folder, node.home)
    for word in words:
        for answer in ask_everywhere(node, job["id"], word):
            assert SECRET not in answer.body.decode("utf-8", "replace"), (word, answer.body[:200])
            assert answer.status < 500, (word, answer.body[:200])
    assert snapshot(node.folder, node.home) == before


def ask_everywhere(node, job_id, word):
    safe, api = quote(word, safe=""), node.api
    yield api.get(f"/api/jobs/{job_id}/download", filename=word)
    yield api.get(f"/api/jobs/{job_id}/logs", unit=word)
    yield api.get(f"/api/jobs/{job_id}/thumbnail", unit=word, size=word)
    yield api.get("/api/engines/for_filename", filename=word)
    yield api.get("/api/engines/most_recent_version", engine="fake", system_os=word)
    for path in ("jobs", "jobs/status", "engines", "nodes", "presets", "engines/downloads"):
        yield api.get(f"/api/{path}/{safe}")
        yield api.get(f"/api/{path}/{safe}/help")
    yield api.post(f"/api/jobs/{safe}/delete", confirm=1)
    yield api.post("/api/engines/delete", {"engine": "fake", "version": word})
    yield api.post("/api/engines/delete", {"engine": word, "version": word})
    yield api.send("DELETE", f"/api/presets/{safe}")
    yield api.send("PUT", f"/api/presets/{safe}", json={"name": "x", "engine": "fake"})
    yield api.send("PATCH", "/api/settings", json={"output_folder": word.lstrip("/")})
    yield api.get(f"/{safe}")


def test_no_name_in_an_upload_or_an_archive_writes_outside(node, tmp_path):
    before = snapshot(node.folder, node.home)
    for number, word in enumerate(traversals(node.folder / "canary" / "secret.txt")[:60]):
        archive = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr(word.replace("\0", "_")[:500] or "x", b"overwritten")
            packed.writestr("shot.fake", json.dumps({"fake": 1, "frames": [1, 1]}))
        fields = {"json": json.dumps({"paused": True, "name": word[:200].replace("\0", "") or "x"})}
        for name in (word, "shot.zip"):
            answer = node.api.send("POST", "/api/add_job", fields=fields | {"file": (name, archive.read_bytes())})
            assert answer.status < 500, (word, answer.text)
    assert snapshot(node.folder, node.home) == before
    assert (node.folder / "canary" / "secret.txt").read_text() == SECRET


def test_words_that_are_code_in_a_page_come_back_as_data(node):
    for word in XSS:
        job = node.api.add(node.project(warnings=[word]), name=word, output_path=str(node.folder / "out"))
        node.api.wait_ended(job["id"])
        listed = node.api.get("/api/jobs")
        assert listed.kind == "application/json"
        assert word in [entry["name"] for entry in listed.json["jobs"]]
        log = node.api.get(f"/api/jobs/{job['id']}/logs")
        assert log.kind == "text/plain"
        assert log.headers["X-Content-Type-Options"] == "nosniff"
        for name in node.api.get(f"/api/jobs/{job['id']}/files").json:
            sent = node.api.get(f"/api/jobs/{job['id']}/download", filename=name)
            assert sent.headers["Content-Disposition"].startswith("attachment")
            assert "\n" not in sent.headers["Content-Disposition"]
        refused = node.api.get(f"/api/jobs/{quote(word, safe='')}")
        assert refused.kind == "text/plain"


def test_a_name_cannot_add_a_header(node):
    job = node.api.wait_ended(node.api.add(node.project(), name="a\r\nSet-Cookie: x=1\r\n")["id"])
    answer = node.api.get(f"/api/jobs/{job['id']}/download_all")
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers


# Scripts inside a .blend

MAKE = """
import bpy
canary = {canary!r}
scene = bpy.context.scene
scene.render.engine = 'CYCLES'
scene.cycles.samples = 1
scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 64, 36, 100
scene.frame_end = 2
text = bpy.data.texts.new('register.py')
text.write("import bpy\\nopen(" + repr(canary + '.text') + ", 'w').close()\\n"
    "bpy.app.handlers.render_pre.append(lambda *_: open(" + repr(canary + '.handler') + ", 'w').close())\\n")
text.use_module = True
drive = bpy.data.objects['Cube'].driver_add('location', 0).driver
drive.expression = "(open(" + repr(canary + '.driver') + ", 'w').close(), 1.0)[1]"
bpy.ops.wm.save_as_mainfile(filepath={path!r})
"""


@pytest.fixture(scope="module")
def infected(tmp_path_factory):
    builds = [build for build in BlenderEngine().find_builds([]) if build.origin != "bpy"]
    if not builds:
        pytest.skip("no Blender here; build/dev.py test installs it")
    folder = tmp_path_factory.mktemp("infected")
    script = folder / "make.py"
    script.write_text(MAKE.format(canary=str(folder / "canary"), path=str(folder / "shot.blend")))
    command = [*builds[0].command, "--background", "--factory-startup", "--python", str(script)]
    subprocess.run(command, check=True, capture_output=True, timeout=HANG_SECONDS)
    for made in folder.glob("canary*"):
        made.unlink()
    return folder


@pytest.mark.engines
def test_scripts_in_a_project_do_not_run_unless_the_job_allows_them(node, infected):
    shot = infected / "shot.blend"
    node.api.post("/api/probe", {"local_path": str(shot)})
    job = node.api.wait_ended(node.api.add(shot, engine="blender")["id"])
    assert job["status"] == "completed", job
    assert list(infected.glob("canary*")) == []
    allowed = node.api.wait_ended(node.api.add(shot, engine="blender", args={"allow_scripts": True})["id"])
    assert allowed["status"] == "completed", allowed
    assert wait_until(lambda: list(infected.glob("canary.text"))), "the canary would have told"
