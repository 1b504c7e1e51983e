import subprocess
import sys

from tests.desktop.app import SECONDS

LEAVE = """
import threading
from zordon_app.desktop.leaving import leave
threading.Thread(target={wait}, name="page", daemon={daemon}).start()
print("stored")
leave(3)
print("by itself")
"""


def run(*, wait: str, daemon: bool = False) -> tuple[int, str]:
    script = LEAVE.format(wait=wait, daemon=daemon)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_thread_that_waits_for_a_page_that_has_gone_holds_nobody_up():
    assert run(wait="threading.Event().wait") == (3, "stored\n")


def test_threads_that_end_are_waited_for():
    assert run(wait="lambda: threading.Event().wait(0.2)") == (0, "stored\nby itself\n")


def test_threads_that_nobody_waits_for_do_not_matter():
    assert run(wait="threading.Event().wait", daemon=True) == (0, "stored\nby itself\n")
