"""Another user of this machine reaches what a stranger reaches, and reads no file of a node (outside.md, 1)."""

import json
import os
import re
import socket
import sys
from collections.abc import Callable

import pytest

from zordon_app.paths import read_instance

NOBODY = 65534
OPEN_TO_ALL = {"/api/heartbeat", "/sign_in.html"}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be another user, and only here it is simple"
)


def as_nobody(action: Callable[[], object]) -> object:
    """What ``action`` gives in a process of another user, who need not be able to read our Python."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writer, json.dumps(action()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    os.waitpid(child, 0)
    return json.loads(text)


def status(port: int, method: str, path: str, *headers: str) -> int:
    """Of one request, on a connection of its own."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *headers]
    if method in {"POST", "PUT", "PATCH"}:
        lines += ["Content-Type: application/json", "Content-Length: 2", "", "{}"]
    else:
        lines += ["", ""]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.makefile("rb").readline().split()[1])


@pytest.fixture(scope="module")
def port(node):
    return int(node.zordon.address.rpartition(":")[2])


def test_on_every_route_but_those_that_are_open_to_all(api, port):
    paths = api.get("/api/openapi.json").json["paths"]
    asks = [
        (method.upper(), re.sub(r"{\w+}", "00000000-0000-0000-0000-000000000000", path))
        for path, methods in paths.items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"}
    ]

    found = as_nobody(lambda: [status(port, method, path) for method, path in asks])

    opened = {path for (_method, path), code in zip(asks, found, strict=True) if code != 401}
    assert "/api/heartbeat" in opened
    assert all(path == "/api/heartbeat" or path.startswith(("/api/peer/", "/api/sign_in")) for path in opened)


def test_a_person_is_led_to_the_sign_in_page(port):
    assert as_nobody(lambda: [status(port, "GET", path) for path in ("/", "/sign_in.html", "/js/main.js")]) == [
        303,
        200,
        401,
    ]


def test_a_user_who_was_let_in_by_name_and_whoever_has_the_key(api, node, port):
    key = read_instance(node.zordon.paths)["key"]

    assert as_nobody(lambda: status(port, "GET", "/api/jobs", f"Authorization: Bearer {key}")) == 200
    api.send("PATCH", "/api/settings", json={"local_users": ["nobody"]})
    try:
        assert as_nobody(lambda: status(port, "GET", "/api/jobs")) == 200
    finally:
        api.send("PATCH", "/api/settings", json={"local_users": None})
    assert as_nobody(lambda: status(port, "GET", "/api/jobs")) == 401


def test_what_comes_through_a_proxy_is_nobodys_word(port):
    assert status(port, "GET", "/api/jobs") == 200
    assert status(port, "GET", "/api/jobs", "X-Forwarded-For: 192.0.2.7") == 401
    assert status(port, "GET", "/api/jobs", "Forwarded: for=192.0.2.7") == 401


def test_no_file_of_a_node_is_readable_to_others(node):
    paths = node.zordon.paths
    for folder in (paths.config, paths.data, paths.cache, paths.logs):
        folder.parent.chmod(0o755)
    known = [path for folder in (paths.config, paths.data, paths.cache, paths.logs) for path in folder.rglob("*")]
    assert paths.instance in known

    def readable() -> list[str]:
        return [str(path) for path in known if os.access(path, os.R_OK)]

    assert as_nobody(readable) == []


def test_folders_that_an_older_zordon_left_open_are_shut_at_the_start(make_node):
    node = make_node()
    paths = node.zordon.paths
    paths.data.chmod(0o755)
    (paths.data / "old.json").write_text("{}")
    (paths.data / "old.json").chmod(0o644)

    paths.make()

    assert paths.data.stat().st_mode & 0o777 == 0o700
    assert (paths.data / "old.json").stat().st_mode & 0o777 == 0o600
