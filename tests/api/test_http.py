"""Versions, methods, hosts, origins, errors: what holds on every route."""

import http.client
import socket

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app import API_VERSION
from zordon_app.api.bodies import SMALL
from zordon_app.paths import read_instance


@pytest.mark.parametrize("version", [API_VERSION, f"{API_VERSION}.0", f"{API_VERSION}.7", ""])
def test_a_caller_of_our_version_is_served(api, version):
    assert api.get("/api/heartbeat", headers={"X-API-Version": version}).status == 200


@pytest.mark.parametrize("version", ["0.2", "1.0", "0", "0.1x", "nonsense", "0.10", "9" * 5000, "0.1, 0.2"])
@pytest.mark.parametrize("path", ["/api/heartbeat", "/api/jobs", "/api/none"])
def test_a_caller_of_another_version_is_a_400_that_names_both(api, path, version):
    sentence = api.get(path, headers={"X-API-Version": version}).refused(400)
    assert API_VERSION in sentence
    assert version[:40] in sentence


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/none", "/api/jobs/a/b/c", "/api/engines/a/b"])
def test_an_address_that_is_none_is_a_404_in_plain_text(api, path):
    api.get(path).refused(404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/jobs"), ("DELETE", "/api/jobs"), ("GET", "/api/add_job"), ("PUT", "/api/status"), ("PATCH", "/")],
)
def test_a_method_that_a_route_does_not_have_is_a_405(api, method, path):
    api.send(method, path).refused(405)


def test_head_is_get_without_the_body(api):
    whole, head = api.get("/api/heartbeat"), api.send("HEAD", "/api/heartbeat")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


@pytest.mark.parametrize(
    "host", ["evil.com", "127.0.0.1.evil.com", "127.0.0.1:1", "localhost", "", "127.0.0.1:0@evil.com", "[::2]", "*"]
)
@pytest.mark.parametrize("path", ["/api/heartbeat", "/api/jobs", "/", "/api/none"])
def test_a_foreign_host_is_a_421_everywhere(api, host, path):
    api.get(path, headers={"Host": host}).refused(421)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_sites_page_cannot_act(api, method, headers):
    for path in ("/api/add_job", "/api/settings", "/api/jobs/x/cancel"):
        api.send(method, path, body=b"{}", headers=headers).refused(403)


def test_our_own_page_can_act(node, api):
    job = node.paused()
    answer = api.post(
        f"/api/jobs/{job['id']}/cancel", confirm=1, headers={"Origin": api.address, "Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status == 200


def test_reading_changes_nothing(node, api):
    """F29: no GET on any route touches the ledger."""
    job = node.paused()
    before = node.zordon.paths.database.stat(), api.get("/api/jobs").json
    for path, item in api.get("/api/openapi.json").json["paths"].items():
        if "get" in item and "benchmark" not in path and "long_poll" not in path:
            filled = (
                path.replace("{job_id}", job["id"]).replace("{engine_name}", "fake").replace("{status_val}", "paused")
            )
            api.get(filled, engine="fake", version="1", filename="a.fake", confirm=1)
    assert api.get("/api/jobs").json == before[1]


def test_every_answer_has_the_security_headers(api):
    for path in ("/", "/api/jobs", "/api/none", "/api/heartbeat"):
        headers = api.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "Access-Control-Allow-Origin" not in headers


def test_an_unforeseen_error_is_a_500_with_a_report_id_and_no_traceback(make_node, monkeypatch):
    node = make_node()
    monkeypatch.setattr("zordon_app.render.machine.Machine.status", lambda machine: 1 / 0)
    sentence = node.api.get("/api/status").refused(500)
    assert "Report id" in sentence
    assert "ZeroDivision" not in sentence


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/js/../../pyproject.toml",
        "/.git/config",
        "/%00",
        "/js/%2e%2e/index.html",
        "/C:/a.js",
        "/a\\b.js",
        "/%ff.js",
        "/node_modules/a.js",
    ],
)
def test_nothing_but_the_frontend_is_served_as_a_file(api, path):
    host, port = api.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=HANG_SECONDS)
    try:
        connection.putrequest("GET", path)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status in {400, 404}, answer.read()[:200]
    finally:
        connection.close()


def raw(api, data, *, half_close=False):
    """What comes back for bytes that no HTTP library would send."""
    host, port = api.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=HANG_SECONDS) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /api/jobs\r\n\r\n",
        b"GET http://evil.com/api/jobs HTTP/1.1\r\nHost: evil.com\r\nConnection: close\r\n\r\n",
        b"GET //evil.com/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /api/add_job HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"POST /api/add_job HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\nConnection: close\r\n\r\n",
        b"POST /api/add_job HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\n",
    ],
)
def test_bytes_that_are_no_request_are_refused_and_the_node_goes_on(api, data):
    answer = raw(api, data, half_close=True)
    assert b" 200 " not in answer.split(b"\r\n")[0]
    assert api.get("/api/heartbeat").status == 200


def test_headers_of_more_than_64_kb_are_refused(api):
    host = api.address.removeprefix("http://")
    data = f"GET /api/heartbeat HTTP/1.1\r\nHost: {host}\r\nX-Long: {'a' * 70_000}\r\nConnection: close\r\n\r\n"
    assert b" 413 " in raw(api, data.encode()).split(b"\r\n")[0] + b" "


def test_an_upload_that_breaks_off_leaves_nothing(node, api):
    host = api.address.removeprefix("http://")
    head = (
        f"POST /api/add_job HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n{by_key(node)}"
        "Content-Length: 100000\r\nConnection: close\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.fake"\r\n\r\nhalf'
    )
    before = len(api.get("/api/jobs").json["jobs"])
    raw(api, head.encode(), half_close=True)
    assert list((node.zordon.paths.data / "uploads").iterdir()) == []
    assert len(api.get("/api/jobs").json["jobs"]) == before


def test_a_body_in_chunks_without_a_length_is_taken(node, api):
    project = node.project()
    body = (part for part in [b'{"local_path": "', str(project).encode(), b'", "paused": true}'])
    answer = api.send("POST", "/api/add_job", body=body, headers={"Content-Type": "application/json"}, chunked=True)
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("path", ["/api/add_job", "/api/probe"])
def test_one_upload_more_than_may_come_at_once_is_a_503_that_says_when_to_come_back(make_node, monkeypatch, path):
    monkeypatch.setattr("zordon_app.api.application.MAX_UPLOADS", 0)
    answer = make_node().api.post(path, {"local_path": "/shot.fake" + " " * SMALL})
    assert "Too many uploads" in answer.refused(503)
    assert int(answer.headers["Retry-After"]) > 0


def by_key(node) -> str:
    """Whoever shuts its half at once is known by the key: whose connection it is may be asked after that."""
    return f"Authorization: Bearer {read_instance(node.zordon.paths)['key']}\r\n"


def test_an_upload_that_says_it_is_larger_than_the_disk_is_refused_at_once(node, api):
    host = api.address.removeprefix("http://")
    head = (
        f"POST /api/add_job HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n{by_key(node)}"
        "Content-Length: 40000000000000\r\n\r\n"
    )
    assert raw(api, head.encode(), half_close=True).split(b" ")[1] in {b"413", b"503"}
