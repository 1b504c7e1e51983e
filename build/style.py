"""The checks of style; one that passed is not repeated until something that it reads has changed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from environment import Environment
from passed import Passed, content_of
from steps import Steps, run, say
from web_checks import check_web

TYPED = ("build", "zordon_app")
PYTHON = (*TYPED, "tests")
CHECKS = (
    ("ruff check", PYTHON, "ruff check"),
    ("ruff format", PYTHON, "ruff format --check"),
    ("mypy", TYPED, "mypy"),
    ("import-linter", ("zordon_app",), "lint-imports --cache-dir .cache/import-linter"),
    ("codespell", (*PYTHON, ".github", "web"), "codespell"),
)
"""Names, the folders that they read, and their commands."""
WEB = ("build", "web")


class Style:
    """All checks of one checkout."""

    def __init__(self, root: Path, environment: Environment) -> None:
        self._root = root
        self._environment = environment
        self._passed = Passed(root / ".cache" / "style.json")

    def check(self, steps: Steps) -> None:
        """Run every check, also after one has failed: one run shows all there is to mend."""
        for name, reads, command in CHECKS:
            program, *arguments = command.split()
            whole: list[str | Path] = [self._environment.program(program), *arguments]
            steps.do(name, partial(self._once, name, reads, partial(run, whole, cwd=self._root)))
        steps.do("web", partial(self._once, "web", WEB, partial(check_web, self._root / "web")))

    def _once(self, name: str, reads: tuple[str, ...], check: Callable[[], int]) -> int:
        content = content_of(self._root, reads)
        if self._passed.note(name, content) is not None:
            say("   unchanged since it passed")
            return 0
        status = check()
        if status == 0:
            self._passed.add(name, content)
        return status
