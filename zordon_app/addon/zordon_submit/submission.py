"""One submission after the copy was saved: tidy it, send it, forget it. Touches nothing of Blender's."""

import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .node import Node, NodeError

Tidy = Callable[[Path], Mapping[str, Any]]


class Submission:
    """``run`` does it at once, ``start`` on a thread; the attributes tell how far it is."""

    def __init__(self, node: Node, request: Mapping[str, Any], project: Path, tidy: Tidy) -> None:
        """``tidy`` makes the copy stand on its own; ``project`` is the copy, in a folder of its own."""
        self.step = "Preparing the copy"
        self.fraction = 0.0
        self.warnings: list[str] = []
        self.problem = ""
        self.job: dict[str, Any] | None = None
        self._node = node
        self._request = request
        self._project = project
        self._tidy = tidy
        self._thread = threading.Thread(target=self.run, name="zordon-submit", daemon=True)

    @property
    def is_running(self) -> bool:
        """Whether the thread has work left."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Go on without holding up the caller."""
        self._thread.start()

    def run(self) -> None:
        """All of it; afterwards there is either a ``job`` or a ``problem``."""
        try:
            self._node.check()
            self.warnings = warn(self._tidy(self._project))
            self.step = "Sending"
            self.job = self._node.add_job(self._request, self._project, self._on_progress)
        except (NodeError, OSError) as error:
            self.problem = str(error)
        finally:
            shutil.rmtree(self._project.parent, ignore_errors=True)

    def _on_progress(self, fraction: float) -> None:
        self.fraction = fraction


def warn(told: Mapping[str, Any]) -> list[str]:
    """Sentences about files that the job will lack."""
    texts = []
    if told.get("missing"):
        texts.append(f"Missing on this computer: {listed(told['missing'])}")
    if told.get("outside"):
        texts.append(f"Not in the copy, other machines may lack it: {listed(told['outside'])}")
    return texts


def listed(paths: list[str], shown: int = 3) -> str:
    """The first few, by name, and how many more."""
    names = ", ".join(Path(path).name for path in paths[:shown])
    return names + (f" and {len(paths) - shown} more" if len(paths) > shown else "")
