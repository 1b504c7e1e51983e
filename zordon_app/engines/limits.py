"""Helper commands of engines within the limits of the machine."""

from collections.abc import Callable

from zordon_app.engines.base import Engine, Invocation, RunProgram


def limited(engine: Engine, run: RunProgram, threads: int) -> RunProgram:
    """``run`` for commands of ``engine``, none of which uses more than ``threads`` threads; 0: as many as it likes."""
    if not threads:
        return run

    def run_limited(invocation: Invocation, *, timeout: float, on_line: Callable[[str], None] | None = None) -> str:
        return run(engine.limit(invocation, threads), timeout=timeout, on_line=on_line)

    return run_limited
