import json
import os
import sys
import threading

import psutil
import pytest

from tests.fakes.nodes import eventually
from zordon_app.errors import BadRequest
from zordon_app.hooks.command import CommandFailed, run_command, split_command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")


def script(folder, text):
    path = folder / "a hook.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def run(text, news, **options):
    run_command(text, news, threading.Event(), **options)


def test_a_program_finds_the_facts_in_its_environment(tmp_path, news):
    path = script(tmp_path, f'"{sys.executable}" -c "import os, json; print(json.dumps(dict(os.environ)))" > "$1"')

    run(f"'{path}' '{tmp_path}/out put.json'", news)

    told = json.loads((tmp_path / "out put.json").read_text())
    assert told["ZORDON_EVENT"] == "failed"
    assert told["ZORDON_NAME"] == "Übersicht"
    assert (told["ZORDON_DONE"], told["ZORDON_TOTAL"]) == ("3", "4")
    assert told["PATH"] == os.environ["PATH"]


def test_no_shell_reads_the_command_or_the_name_of_a_job(tmp_path, news):
    path = script(tmp_path, 'echo "$1" > "$(dirname "$0")/said"')

    run(f"'{path}' '$(touch {tmp_path}/pwned); `id`'", news)

    assert (tmp_path / "said").read_text() == f"$(touch {tmp_path}/pwned); `id`\n"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("echo no disk; exit 3", "ended with status 3: no disk"), ("exit 1", "status 1: it printed nothing")],
)
def test_a_program_that_fails_is_quoted(tmp_path, news, text, sentence):
    with pytest.raises(CommandFailed, match=sentence):
        run(f"'{script(tmp_path, text)}'", news)


def test_what_is_no_program_is_told(tmp_path, news):
    with pytest.raises(CommandFailed, match="could not be started: No such file"):
        run(str(tmp_path / "nothing"), news)
    with pytest.raises(BadRequest, match="quote"):
        run("say 'hello", news)


def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path, news):
    path = script(tmp_path, 'sleep 600 & echo $! > "$(dirname "$0")/child"; wait')

    with pytest.raises(CommandFailed, match="it took longer than 3 s"):
        run(f"'{path}'", news, most_seconds=3.0)

    child = int((tmp_path / "child").read_text())
    # The system takes a moment for the end of a process that is nobody's child any more.
    eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_stopping_does_not_wait_for_a_program(tmp_path, news):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()

    with pytest.raises(CommandFailed, match="because Zordon ends"):
        run_command(f"'{script(tmp_path, 'sleep 600')}'", news, stop)


def test_a_program_with_a_space_in_its_path_is_one_word_on_windows_too():
    """windows.md, W7."""
    told = r'"C:\Program Files\x\y.exe" --flag "two words" plain'

    assert split_command(told, windows=True) == [r"C:\Program Files\x\y.exe", "--flag", "two words", "plain"]
