"""Starting an unpacked build once: only what runs here is installed."""

import subprocess
from pathlib import Path

from zordon_app.engines.base import Build, Engine
from zordon_app.errors import EngineFailed

_SECONDS = 60.0


def start_once(engine: Engine, tree: Path) -> Build:
    """The program in ``tree`` as its engine finds it, which starts it.

    Raises:
        EngineFailed: there is none, or it does not run; with what it said.
    """
    tree = tree.resolve()
    for build in engine.find_builds([tree]):
        if Path(build.command[0]).is_relative_to(tree):
            return build
    raise EngineFailed(
        "{engine} from this archive does not run on this machine: {why}",
        code="build_broken",
        engine=engine.label,
        why=_complaint(engine, tree),
    )


def _complaint(engine: Engine, tree: Path) -> str:
    names = {engine.name, f"{engine.name}.exe"}
    program = next((path for path in sorted(tree.rglob("*")) if path.name.lower() in names and path.is_file()), None)
    if program is None:
        return "it holds no such program."
    try:
        done = subprocess.run(
            [str(program), "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it gave no answer within {_SECONDS:.0f} s."
    except OSError as error:
        return f"{error.strerror}."
    said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
    return f"{said[0].removeprefix(f'{program}: ')[:300]} (status {done.returncode})."
