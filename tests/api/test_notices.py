"""The program of a person's choice is told when jobs end: on a whole node, with a real program."""

import json
import sys

import pytest

from tests.fakes.nodes import eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")


def set_to(node, **settings):
    assert node.api.send("PATCH", "/api/settings", json=settings).status == 200


@pytest.fixture(scope="module")
def told(make_node, tmp_path_factory):
    """A node that tells a program, and what the program heard."""
    folder = tmp_path_factory.mktemp("hook")
    hook = folder / "hook.sh"
    facts = '{"event": "%s", "name": "%s", "done": "%s"}\\n'
    hook.write_text(
        f'#!/bin/sh\nprintf \'{facts}\' "$ZORDON_EVENT" "$ZORDON_NAME" "$ZORDON_DONE" >> \'{folder}/heard\'\n'
    )
    hook.chmod(0o755)
    node = make_node()
    set_to(node, notify_command=str(hook))

    def read():
        heard = folder / "heard"
        return [json.loads(line) for line in heard.read_text().splitlines()] if heard.exists() else []

    return node, read


def test_a_program_hears_of_ends_and_first_failures(told):
    node, read = told
    done = node.finished()
    eventually(lambda: len(read()) == 1)
    failed = node.failed()
    eventually(lambda: len(read()) == 3)

    assert [(news["event"], news["name"]) for news in read()] == [
        ("completed", done["name"]),
        ("first_failure", failed["name"]),
        ("failed", failed["name"]),
    ]
    assert read()[0]["done"] == "4"


def test_trying_tells_what_is_wrong(make_node):
    node = make_node()
    node.api.post("/api/settings/try_notices").refused(400)
    set_to(node, notify_command="/nothing/here", webhook="http://127.0.0.1:1/")

    program, address = node.api.post("/api/settings/try_notices").json
    assert program == "/nothing/here could not be started: No such file or directory."
    assert address.startswith("127.0.0.1 is this machine")


@pytest.mark.parametrize("address", ["ftp://example.org/", "http://me:secret@example.org/", "example.org"])
def test_what_is_no_web_address_is_refused_at_once(make_node, told, address):
    node, _ = told
    node.api.send("PATCH", "/api/settings", json={"webhook": address}).refused(400)
    assert node.api.get("/api/settings").json["webhook"] == ""
