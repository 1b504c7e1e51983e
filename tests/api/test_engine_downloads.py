"""The routes of engine downloads, asked of a whole node that has a local mirror of the sites."""

import json
import sys
import threading
import urllib.error
import urllib.request

import pytest

from tests.fakes.archives import saying, tar_of
from tests.fakes.mirror import Fault, Mirror, add_blender, wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.app import Zordon

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux", reason="the archives hold programs for Linux"),
]
NEW, OLD = "blender-4.5.15-linux-x64", "blender-4.2.1-linux-x64"


def archive(name):
    version = name.split("-")[1]
    return tar_of(name, {"blender": saying(version), "data": version.encode() * 300_000}, "w:gz")


@pytest.fixture(scope="module")
def mirror():
    with Mirror() as mirror:
        files = {f"{name}.tar.xz": archive(name) for name in (NEW, OLD)}
        add_blender(mirror, {**files, "blender-4.5.15-windows-x64.zip": b"PK", "blender-4.5.15-macos-arm64.dmg": b"k"})
        yield mirror


@pytest.fixture(scope="module")
def node(tmp_path_factory, mirror):
    home = tmp_path_factory.mktemp("node")
    (home / "config").mkdir()
    mirrors = dict.fromkeys(("blender", "blender-daily", "ffmpeg-btbn", "ffmpeg-gyan"), mirror.url)
    (home / "config" / "settings.yaml").write_text(json.dumps({"mirrors": mirrors}), encoding="utf-8")
    node = Zordon(home, port=0, lan=False, discovery=False, timescale=0.2)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def ask(node):
    def ask(method, path, body=None, **headers):
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data and not headers else {}
        request = urllib.request.Request(f"{node.address}/api/engines/{path}", data, {**kind, **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=HANG_SECONDS) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return ask


@pytest.fixture(autouse=True)
def clean(ask, mirror):
    yield
    mirror.faults.clear()
    for version in ("4.5.15", "4.2.1"):
        ask("POST", "delete", {"engine": "blender", "version": version})


def download(ask, version, **fields):
    status, record = ask("POST", "download", {"engine": "blender", "version": version, **fields})
    assert status == 200, record
    return record


def state(ask, record):
    return ask("GET", f"downloads/{record['id']}")[1]["state"]


def test_what_can_be_downloaded_is_listed_for_this_machine_or_another(ask):
    _, builds = ask("GET", "available?engine=blender")
    assert [(build["version"], build["channel"], build["installed"]) for build in builds] == [
        ("4.5.15", "lts", False),
        ("4.2.1", "lts", False),
    ]
    assert builds[0]["verified"]
    _, windows = ask("GET", "available?engine=blender&system_os=windows")
    assert [build["file_name"] for build in windows] == ["blender-4.5.15-windows-x64.zip"]


def test_the_newest_and_one_by_name_are_told(ask):
    assert ask("GET", "most_recent_version?engine=blender")[1]["version"] == "4.5.15"
    assert ask("GET", "most_recent_version?engine=blender&system_os=macos&cpu=arm64")[1]["version"] == "4.5.15"
    assert ask("GET", "download_available?engine=blender&version=4.2")[1]["version"] == "4.2.1"
    there, missing = (ask("GET", f"download_available?engine=blender&version={version}")[1] for version in ("4.5", "9"))
    assert (there["available"], missing["available"]) == (True, False)
    assert "Newest known" in missing["reason"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("available", 400),
        ("available?engine=maya", 404),
        ("available?engine=blender&system_os=beos", 400),
        ("most_recent_version?engine=maya", 404),
        ("most_recent_version?engine=ffmpeg&cpu=arm64", 404),
        ("download_available?engine=blender", 400),
        ("download_available?engine=maya&version=1", 404),
        ("downloads/nothing", 404),
        ("sources?engine=maya", 404),
    ],
)
def test_wrong_questions_get_the_right_code(ask, path, status):
    assert ask("GET", path)[0] == status


def test_the_sites_are_told_with_what_went_wrong(ask):
    status, sources = ask("POST", "refresh?engine=blender")

    assert status == 200
    blender, daily = sources
    assert (blender["name"], blender["problem"], blender["count"]) == ("blender", "", 4)
    assert blender["age_seconds"] >= 0
    assert daily["problem"]
    assert [source["name"] for source in ask("GET", "sources?engine=blender")[1]] == ["blender", "blender-daily"]


def test_a_download_is_answered_at_once_and_followed(ask):
    record = download(ask, "4.5")
    assert (record["version"], record["verified"]) == ("4.5.15", True)

    wait_until(lambda: state(ask, record) == "installed")

    assert [build["version"] for build in ask("GET", "blender")[1]["versions"] if build["managed"]] == ["4.5.15"]
    assert ask("GET", "available?engine=blender")[1][0]["installed"]
    assert record["id"] in [one["id"] for one in ask("GET", "downloads")[1]]


def test_who_waits_is_answered_when_it_is_installed_or_has_failed(ask, mirror):
    assert download(ask, "4.2.1", wait=True)["state"] == "installed"

    mirror.faults[f"/release/Blender4.5/{NEW}.tar.xz"] = Fault(status=404)
    status, text = ask("POST", "download?wait=1", {"engine": "blender", "version": "4.5.15"})
    assert status == 404
    assert "does not offer blender 4.5.15 any more" in text


def test_what_is_here_already_is_not_downloaded_again_and_the_answer_says_so(ask, mirror):
    first = download(ask, "4.2.1", wait=True)
    asked = len([path for path in mirror.paths() if path.endswith(".tar.xz")])

    for fields in ({}, {"wait": True}):
        again = download(ask, "4.2", **fields)
        assert (again["state"], again["version"]) == ("installed", "4.2.1")
        assert again["reason"] == "It is here already."
        assert again["id"] != first["id"]
        assert state(ask, again) == "installed"
    assert len([path for path in mirror.paths() if path.endswith(".tar.xz")]) == asked

    ask("POST", "delete", {"engine": "blender", "version": "4.2.1"})
    assert download(ask, "4.2.1", wait=True)["reason"] == ""


def test_a_download_is_held_gone_on_with_and_ended(ask, mirror):
    mirror.faults[f"/release/Blender4.5/{NEW}.tar.xz"] = Fault(wait=threading.Event(), times=1)
    record = download(ask, "4.5.15")
    wait_until(lambda: state(ask, record) == "downloading")

    assert ask("POST", f"downloads/{record['id']}/pause")[1]["state"] == "paused"
    assert ask("POST", f"downloads/{record['id']}/pause")[0] == 400
    assert ask("POST", f"downloads/{record['id']}/resume")[0] == 200
    wait_until(lambda: state(ask, record) == "installed")
    assert ask("POST", f"downloads/{record['id']}/cancel")[0] == 400
    assert ask("POST", "downloads/nothing/cancel")[0] == 404


def test_a_cancelled_download_is_not_installed(ask, mirror):
    mirror.faults[f"/release/Blender4.5/{NEW}.tar.xz"] = Fault(wait=threading.Event(), times=1)
    record = download(ask, "4.5.15")
    wait_until(lambda: state(ask, record) == "downloading")

    assert ask("POST", f"downloads/{record['id']}/cancel")[1]["state"] == "cancelled"
    assert not [build for build in ask("GET", "blender")[1]["versions"] if build["managed"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"engine": "blender"}, 400),
        ({"engine": "maya", "version": "1"}, 404),
        ({"engine": "blender", "version": "9"}, 404),
        ({"engine": "blender", "version": "../../etc"}, 404),
        ({"engine": "blender", "version": "4.5.15", "cpu": "z80"}, 400),
        ({"engine": "blender", "version": "4.5.15", "system_os": "macos", "cpu": "arm64"}, 400),
        ({"engine": "ffmpeg", "version": "4.5", "from_pip": True}, 400),
    ],
)
def test_what_cannot_be_downloaded_is_refused(ask, body, status):
    assert ask("POST", "download", body)[0] == status


@pytest.mark.parametrize("version", ["3.4.1", "../..", "4.5.15", "*"])
def test_only_managed_builds_can_be_deleted(ask, version):
    assert ask("POST", "delete", {"engine": "blender", "version": version})[0] == 404


def form(file_name, contents, **fields):
    parts = [f'--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{json.dumps(fields)}\r\n'.encode()]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, contents, b"\r\n--x--\r\n"])


def test_an_archive_can_be_dropped_in(ask):
    body = form(f"{OLD}.tar.xz", archive(OLD), wait=True)

    status, record = ask("POST", "install_archive", body, **{"Content-Type": "multipart/form-data; boundary=x"})

    assert (status, record["state"], record["version"]) == (200, "installed", "4.2.1")


def test_an_archive_on_this_machine_is_installed_from_where_it_is(ask, tmp_path):
    path = tmp_path / f"{OLD}.tar.xz"
    path.write_bytes(archive(OLD))

    status, record = ask("POST", "install_archive", {"local_path": str(path), "wait": True})

    assert (status, record["state"]) == (200, "installed")
    assert path.exists()


@pytest.mark.parametrize(
    "body", [{}, {"local_path": "relative.zip"}, {"local_path": "/nowhere.zip"}, {"local_path": "/x", "sha256": "no"}]
)
def test_an_archive_that_is_not_there_is_a_wrong_request(ask, body):
    assert ask("POST", "install_archive", body)[0] == 400


def test_machines_say_which_builds_they_have_and_fetch(node, ask, mirror):
    def blender():
        with urllib.request.urlopen(f"{node.address}/api/nodes", timeout=HANG_SECONDS) as answer:
            return json.loads(answer.read())[0]["builds"].get("blender", {})

    gate = threading.Event()
    mirror.faults[f"/release/Blender4.5/{NEW}.tar.xz"] = Fault(wait=gate, times=1)
    record = download(ask, "4.5.15")
    wait_until(lambda: blender().get("4.5.15") == "downloading")
    gate.set()
    wait_until(lambda: state(ask, record) == "installed")
    wait_until(lambda: blender().get("4.5.15") == "installed")
    ask("POST", "delete", {"engine": "blender", "version": "4.5.15"})
    assert "4.5.15" not in blender()
