import json
import socket
import subprocess
import sys

import pytest

from tests.cli.node_process import COMMAND, Node, environment
from tests.cli.warm import commands
from tests.fakes.patience import HANG_SECONDS

pytestmark = pytest.mark.engines


def test_serve_prints_its_address_and_ends_cleanly_on_sigterm(tmp_path):
    node = Node(tmp_path)
    about = json.loads((tmp_path / "data" / "instance.json").read_text())
    assert node.first_line == f"Zordon answers at {about['address']}"
    assert about["pid"] == node.process.pid

    code, errors = node.stop()
    assert code == 0
    assert "Traceback" not in errors
    assert not (tmp_path / "data" / "instance.json").exists()


def test_a_second_node_on_the_same_folder_is_told_where_the_first_answers(node):
    result = node.run("serve", "--port", "0")

    assert result.returncode == 1
    assert node.address in result.stderr
    assert result.stdout == ""


def test_a_port_in_use_is_a_sentence_not_a_traceback(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "serve", "--no-lan", "--no-discovery", "--port", port]
        result = subprocess.run(
            command, capture_output=True, text=True, env=environment(tmp_path), timeout=HANG_SECONDS, check=False
        )

    assert result.returncode == 1
    assert port in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_node_commands_say_how_to_start_one_and_end_with_3(tmp_path):
    for verb in (["list"], ["status"], ["watch"], ["submit", sys.executable], ["cancel", "x"], ["bench"]):
        result = commands().run(verb, environment(tmp_path), tmp_path)
        assert result.returncode == 3, result
        assert "zordon serve" in result.stderr


def test_a_command_in_a_process_of_its_own_ends_as_one_does_whose_modules_were_loaded(node, tmp_path):
    """What ``warm`` leaves out, beginning as a person does."""
    for arguments in (["list", "--json"], ["renderr"], ["list", "--host", "http://127.0.0.1:9"]):
        result = subprocess.run(
            [*COMMAND, *arguments], capture_output=True, text=True, env=environment(node.home), check=False
        )
        warm = node.run(*arguments)
        assert (result.returncode, result.stdout, result.stderr) == (warm.returncode, warm.stdout, warm.stderr)


def test_a_node_that_was_killed_counts_as_not_running(tmp_path):
    node = Node(tmp_path)
    node.process.kill()
    node.process.communicate()
    assert (tmp_path / "data" / "instance.json").exists()

    assert node.run("list").returncode == 3


def test_an_address_where_nothing_answers_is_named(node):
    result = node.run("list", "--host", "http://127.0.0.1:9")

    assert result.returncode == 3
    assert "127.0.0.1:9" in result.stderr


def test_the_address_can_come_from_the_environment(node, tmp_path):
    result = node.run("list", "--json", ZORDON_HOME=str(tmp_path), ZORDON_HOST=node.address)

    assert result.returncode == 0
    assert isinstance(json.loads(result.stdout), list)
