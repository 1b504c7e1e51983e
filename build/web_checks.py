"""The frontend's checks: vendored files against their hashes, and biome and tsc where npm is at hand."""

import hashlib
import shutil
import sys
from functools import partial
from pathlib import Path

from steps import run, run_with_retries, say

CHECKS = ("lint", "types")


def ensure_web_tools(web: Path) -> None:
    """Install biome and tsc; running Zordon needs neither, so a machine without npm goes on."""
    npm = shutil.which("npm")
    if npm is None:
        say("   no npm here: the JavaScript is not checked")
        return
    wanted = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / ".zordon-stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        say("   up to date")
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run_with_retries(command, partial(run, cwd=web))
    stamp.write_text(wanted)


def check_web(web: Path) -> int:
    """Run every check and return the first status that is not 0."""
    statuses = [run([sys.executable, Path(__file__).parent / "vendor_web.py", "--verify"])]
    npm = shutil.which("npm")
    if npm and (web / "node_modules").exists():
        statuses += [run([npm, "run", "--silent", check], cwd=web) for check in CHECKS]
    return next((status for status in statuses if status), 0)
