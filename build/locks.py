"""Writes the locks: every package in one version, with the hashes of its files for all systems."""

from functools import partial
from pathlib import Path

from environment import Environment
from steps import run, run_with_retries

# Only this tool resolves for all systems at once; it is not needed to install from a lock.
RESOLVER = "uv==0.13.9"
HEADER = "# Versions and hashes of all packages. Made by `python3 build/dev.py lock`: please do not edit.\n"
# A lock says what, never from where: no comments with hosts, options or paths of the machine that made it.
PLAIN = ("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links")
EVERYWHERE = ("--universal", "--python-version", "3.11")
LOCKS: dict[str, tuple[str, ...]] = {
    "requirements.lock": (*EVERYWHERE, "--group", "build", "pyproject.toml"),
    "requirements-dev.lock": (*EVERYWHERE, "--group", "build", "--all-extras", "pyproject.toml"),
    # bpy has wheels for this one Python only, so there is nothing to resolve for others.
    "requirements-bpy.lock": ("--python-version", "3.11", "--group", "bpy"),
}


def write_locks(root: Path, *, upgrade: bool) -> None:
    """Resolve pyproject.toml again; versions already locked stay unless they are to be upgraded."""
    tool = Environment(root / ".cache" / "resolver")
    tool.create()
    run_with_retries([tool.python, "-m", "pip", "install", "--quiet", RESOLVER])
    for name, inputs in LOCKS.items():
        write_lock(tool.program("uv"), root / name, [*inputs, *(["--upgrade"] if upgrade else [])])


def write_lock(resolver: Path, lock: Path, options: list[str]) -> None:
    """Write one lock, with the header that says how it was made."""
    command = [str(resolver), "pip", "compile", "--quiet", *PLAIN, *options, "--output-file", lock.name]
    run_with_retries(command, partial(run, cwd=lock.parent))
    packages = lock.read_text(encoding="utf-8")
    lock.write_text(HEADER + packages, encoding="utf-8", newline="\n")
