"""F28 and F29 against a whole node as it is started for people: its own listeners, ledger, settings and a job."""

import re
import sqlite3
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio_ffmpeg
import pytest

from tests.fakes.wire import send
from zordon_app.app import Zordon

WRITES_BY_ITSELF = {"browsers.json"}
LONG = ("/api/cpu_benchmark", "/api/disk_benchmark", "/api/jobs/long_poll")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    """A node with one paused job, a browser that may act and one that may look."""
    home = tmp_path_factory.mktemp("whole")
    film = home / "secret-project.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(film)], check=True)
    node = Zordon(home / "node", port=0, lan=True, discovery=False, timescale=0.2)
    node.start()
    try:
        local = node.address.removeprefix("http://")
        job = send(local, "POST", "/api/add_job", {"local_path": str(film), "paused": True}, tls=False).json
        farm = send(local, "GET", "/api/farm", tls=False).json
        lan = f"127.0.0.1:{farm['urls'][0].rpartition(':')[2]}"
        yield SimpleNamespace(
            node=node,
            home=home,
            local=local,
            lan=lan,
            job=job["id"],
            routes=send(local, "GET", "/api/openapi.json", tls=False).json["paths"],
            control=sign_in(local, lan, "control"),
            view=sign_in(local, lan, "view"),
        )
    finally:
        node.stop()


def sign_in(local: str, lan: str, role: str) -> str:
    code = send(local, "POST", "/api/farm/code", {"role": role}, tls=False).json["code"]
    return send(lan, "POST", "/api/sign_in", {"code": code}).headers["Set-Cookie"].partition(";")[0]


def filled(path: str, job: str) -> str:
    return re.sub(r"\{\w+\}", "x", path.replace("{job_id}", job))


def ledger(home: Path) -> list[str]:
    """Every row of the database."""
    with sqlite3.connect(f"file:{home / 'node' / 'data' / 'zordon.db'}?mode=ro", uri=True) as database:
        rows = list(database.iterdump())
    database.close()
    return rows


def kept(home: Path) -> dict[str, bytes]:
    """The files in which the node keeps who belongs to it, and its settings."""
    folders = (home / "node" / "data" / "peers", home / "node" / "data" / "identity", home / "node" / "config")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files if path.name not in WRITES_BY_ITSELF}


@pytest.mark.fault(28, "a stranger asks for every route, with every method")
def test_a_stranger_gets_nothing_from_any_route_of_the_whole_node(site):
    open_to_all = {"/api/heartbeat", "/api/sign_in"}
    for path, methods in site.routes.items():
        if path in open_to_all or path.startswith("/api/peer/"):
            continue
        for method in methods:
            body: Any = None if method == "get" else {}
            reply = send(site.lan, method.upper(), filled(path, site.job), body)
            assert reply.status == 401, (method, path, reply.status)
            assert "secret-project" not in reply.text


def test_a_foreign_host_is_misdirected_on_both_listeners(site):
    for address, tls in ((site.lan, True), (site.local, False)):
        port = address.rpartition(":")[2]
        for host in ("evil.com", f"evil.com:{port}", f"127.0.0.1.evil.com:{port}", "127.0.0.1:1"):
            assert send(address, "GET", "/api/jobs", host=host, tls=tls).status == 421


def test_names_that_a_person_added_are_answered_on_the_lan_listener_and_no_others(site):
    port = site.lan.rpartition(":")[2]
    added = {"extra_names": ["Farm.Example", "proxy.example:8443"]}
    assert send(site.local, "PATCH", "/api/settings", added, tls=False).status == 200
    for host in ("farm.example", f"farm.example:{port}", "proxy.example:8443"):
        assert send(site.lan, "GET", "/api/heartbeat", host=host).status == 200, host
        assert send(site.lan, "GET", "/api/jobs", host=host).status == 401, host
        assert send(site.local, "GET", "/api/heartbeat", host=host, tls=False).status == 421, host
    for host in ("farm.example:1", "proxy.example", "x.farm.example", "farm.example.evil.com"):
        assert send(site.lan, "GET", "/api/heartbeat", host=host).status == 421, host
    acting = {"host": "proxy.example:8443", "cookie": site.control}
    priority = f"/api/jobs/{site.job}/priority"
    ours, others = {"Origin": "https://proxy.example:8443"}, {"Origin": f"https://127.0.0.1:{port}"}
    assert send(site.lan, "POST", priority, {"priority": 50}, headers=ours, **acting).status == 200
    assert send(site.lan, "POST", priority, {"priority": 50}, headers=others, **acting).status == 403

    assert send(site.local, "PATCH", "/api/settings", {"extra_names": None}, tls=False).status == 200
    assert send(site.lan, "GET", "/api/heartbeat", host="farm.example").status == 421


@pytest.mark.parametrize(
    "name", ["", "a b", "https://farm.example", "*", "farm.example/", "x:port", "farm.example:", "-x"]
)
def test_what_is_no_host_name_is_no_name_of_this_machine(site, name):
    reply = send(site.local, "PATCH", "/api/settings", {"extra_names": [name]}, tls=False)

    assert reply.status == 400
    assert "extra_names" in reply.text


def test_reading_every_route_changes_no_row_and_no_file(site):
    rows, files = ledger(site.home), kept(site.home)
    for path, methods in site.routes.items():
        if "get" in methods and path not in LONG:
            reply = send(site.local, "GET", filled(path, site.job), tls=False)
            assert reply.status != 500, (path, reply.text)

    assert ledger(site.home) == rows
    assert kept(site.home) == files


def test_a_browser_that_may_only_look_sees_the_job_and_changes_nothing(site):
    rows, files = ledger(site.home), kept(site.home)
    shown = send(site.lan, "GET", f"/api/jobs/{site.job}", cookie=site.view)
    for path, methods in site.routes.items():
        for method in set(methods) - {"get"}:
            if path in ("/api/sign_in", "/api/sign_out") or path.startswith("/api/peer/"):
                continue
            reply = send(site.lan, method.upper(), filled(path, site.job), {"confirm": True}, cookie=site.view)
            assert reply.status == 403, (method, path, reply.status)

    assert shown.json["id"] == site.job
    assert ledger(site.home) == rows
    assert kept(site.home) == files


def test_a_browser_that_may_act_acts_but_names_no_path_of_the_machine_and_no_raw_arguments(site):
    raised = send(site.lan, "POST", f"/api/jobs/{site.job}/priority", {"priority": 60}, cookie=site.control)
    assert raised.json["priority"] == 60

    film = str(site.home / "secret-project.mp4")
    for body in ({"local_path": film}, {"local_path": "/etc/passwd"}):
        assert send(site.lan, "POST", "/api/add_job", body, cookie=site.control).status == 403
        assert send(site.lan, "POST", "/api/probe", body, cookie=site.control).status == 403
    for changes in (
        {"door": "open"},
        {"mirrors": {"x": "y"}},
        {"output_folder": "/tmp"},
        {"lan": False},
        {"extra_names": ["x"]},
        {"notify_command": "touch /tmp/x"},
        {"webhook": "https://chat.example/"},
        {"watch_folders": {"/tmp": ""}},
    ):
        assert send(site.lan, "PATCH", "/api/settings", changes, cookie=site.control).status == 403
    assert send(site.lan, "POST", "/api/settings/try_notices", cookie=site.control).status == 403


def test_a_browser_elsewhere_chooses_no_program_of_this_machine_and_none_is_run(site, tmp_path):
    proof = tmp_path / "ran"
    send(site.lan, "PATCH", "/api/settings", {"notify_command": f"touch {proof}"}, cookie=site.control)
    send(site.lan, "POST", "/api/settings/try_notices", cookie=site.control)

    assert send(site.local, "GET", "/api/settings", tls=False).json["notify_command"] == ""
    assert not proof.exists()


def test_whom_a_machine_tells_is_shown_on_it_alone_for_such_addresses_hold_secrets(site):
    told = {"notify_command": "tell --key s3cret", "webhook": "https://chat.example/hooks/s3cret"}
    assert send(site.local, "PATCH", "/api/settings", told, tls=False).json["webhook"] == told["webhook"]
    try:
        for cookie in (site.view, site.control):
            assert "s3cret" not in send(site.lan, "GET", "/api/settings", cookie=cookie).text
        changed = send(site.lan, "PATCH", "/api/settings", {"hang_minutes": 7}, cookie=site.control)
        assert changed.json["hang_minutes"] == 7
        assert "s3cret" not in changed.text
    finally:
        reset = dict.fromkeys((*told, "hang_minutes"))
        assert send(site.local, "PATCH", "/api/settings", reset, tls=False).status == 200


@pytest.mark.fault(29, "a page of another site tries to act through your browser")
def test_other_sites_change_nothing_on_either_listener(site):
    rows, files = ledger(site.home), kept(site.home)
    for address, tls in ((site.lan, True), (site.local, False)):
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            for path, methods in site.routes.items():
                for method in set(methods) - {"get"}:
                    reply = send(
                        address,
                        method.upper(),
                        filled(path, site.job),
                        {"confirm": True},
                        headers=headers,
                        cookie=site.control,
                        tls=tls,
                    )
                    assert reply.status == 403, (method, path, reply.status)

    assert ledger(site.home) == rows
    assert kept(site.home) == files
