"""Two machines that find together, and a command line that is on neither."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.node_process import Node
from tests.fakes.api import wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.client import RenderServerProxy

pytestmark = pytest.mark.farm


@pytest.fixture(scope="module")
def atlas(tmp_path_factory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("atlas"), lan=True)
    yield node
    _, errors = node.stop()
    assert "Traceback" not in errors


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory) -> Iterator[Node]:
    """Alone before and after each test."""
    node = Node(tmp_path_factory.mktemp("newcomer"), lan=True)
    yield node
    node.stop()


def lan_address(node: Node) -> str:
    with RenderServerProxy(node.address) as client:
        return f"127.0.0.1:{client.get_farm()['urls'][0].rpartition(':')[2]}"


def members(node: Node) -> int:
    return len(json.loads(node.run("machines", "--json").stdout))


def test_a_node_started_with_a_token_joins_may_be_started_so_again_and_works_alone_once_it_is_revoked(atlas, tmp_path):
    token = atlas.run("machines", "token").stdout.strip()
    node = Node(tmp_path, "--join", token, lan=True)
    wait_until(lambda: members(node) > 1)
    node.stop()
    again = Node(tmp_path, "--join", token, lan=True)

    wait_until(lambda: members(again) > 1)
    name = json.loads(again.run("machines", "--json").stdout)[0]["id"]
    assert atlas.run("machines", "revoke", name).returncode == 2
    assert atlas.run("machines", "revoke", name, "--yes").returncode == 0
    wait_until(lambda: members(again) == 1)
    code, errors = again.stop()
    assert code == 0, errors


def test_a_machine_asks_is_admitted_by_its_digits_and_leaves_again(atlas, newcomer):
    asking = newcomer.start("machines", "join", lan_address(atlas))
    digits = asking.stderr.readline().strip().rpartition(" ")[2]
    assert digits.isdecimal()
    assert len(digits) == 6
    assert atlas.run("machines", "admit", "000000x").returncode == 4

    assert atlas.run("machines", "admit", digits).returncode == 0
    asking.communicate(timeout=HANG_SECONDS)
    assert asking.returncode == 0
    assert newcomer.run("machines", "leave").returncode == 2
    assert newcomer.run("machines", "leave", "--yes").returncode == 0
    assert members(newcomer) == 1


def test_a_machine_that_is_not_let_in_ends_with_1(atlas, newcomer):
    asking = newcomer.start("machines", "join", lan_address(atlas))
    asking.stderr.readline()
    assert atlas.run("machines", "ignore").returncode == 0
    asking.communicate(timeout=HANG_SECONDS)

    assert asking.returncode == 1


def test_the_door_opens_and_closes(atlas):
    assert atlas.run("machines", "door", "open").stdout.startswith("open, for")
    assert atlas.run("machines", "door", "ask").stdout.strip() == "ask"


def test_a_command_line_elsewhere_signs_in_with_a_code_and_a_pinned_certificate(atlas, tmp_path):
    code = atlas.run("access", "code", "control").stdout.strip()
    host = f"https://{lan_address(atlas)}"
    stranger = atlas.run("list", "--host", host, ZORDON_HOME=str(tmp_path))
    assert stranger.returncode == 3
    assert "certificate" in stranger.stderr
    assert atlas.run("sign-in", host, "--code", code, ZORDON_HOME=str(tmp_path)).returncode == 2

    signed_in = atlas.run("sign-in", host, "--code", code, "--yes", "--json", ZORDON_HOME=str(tmp_path))
    settings = json.loads(signed_in.stdout)
    there = {**settings, "ZORDON_HOME": str(tmp_path)}
    assert atlas.run("list", "--json", **there).stdout.strip() == "[]"
    assert atlas.run("list", **{**there, "ZORDON_FINGERPRINT": "00" * 32}).returncode == 3
    assert atlas.run("list", **{**there, "ZORDON_TOKEN": ""}).returncode == 1


def test_a_file_is_sent_to_a_zordon_elsewhere_and_its_results_come_back(atlas, film, tmp_path):
    code = atlas.run("access", "code", "control").stdout.strip()
    host = f"https://{lan_address(atlas)}"
    signed_in = atlas.run("sign-in", host, "--code", code, "--yes", "--json")
    there = {**json.loads(signed_in.stdout), "ZORDON_HOME": str(tmp_path / "home")}
    result = atlas.run("render", str(film), "-p", "review-h264", "-d", str(tmp_path / "out"), "--json", **there)
    document = json.loads(result.stdout)

    assert result.returncode == 0, result.stderr
    assert document["jobs"][0]["project"] != str(film)
    assert len(document["files"]) == 1


def test_browsers_that_signed_in_are_listed_and_signed_out(atlas, tmp_path):
    code = atlas.run("access", "code").stdout.strip()
    host = f"https://{lan_address(atlas)}"
    there = json.loads(atlas.run("sign-in", host, "--code", code, "--yes", "--json").stdout)
    there["ZORDON_HOME"] = str(tmp_path)
    browsers = json.loads(atlas.run("access", "--json").stdout)
    viewing = [browser for browser in browsers if browser["role"] == "view"]
    assert len(viewing) == 1
    assert viewing[0]["id"][:8] in atlas.run("access", "list").stdout
    assert atlas.run("list", **there).returncode == 0
    assert atlas.run("machines", "pause", **there).returncode == 1
    assert atlas.run("access", "revoke", "no such browser").returncode == 4

    assert atlas.run("access", "revoke", viewing[0]["id"][:8]).returncode == 0
    assert atlas.run("list", **there).returncode == 1


def test_a_machine_that_is_not_found_by_itself_is_added_by_its_address(atlas, newcomer):
    assert newcomer.run("machines", "add", "no address at all:x").returncode == 2
    assert newcomer.run("machines", "add", lan_address(atlas)).returncode == 0

    def is_found() -> bool:
        with RenderServerProxy(newcomer.address) as client:
            return bool(client.get_farm()["hints"])

    wait_until(is_found)
