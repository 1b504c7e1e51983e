"""The guard around items that are jobs: the person is told on the job itself."""

from contextlib import AbstractContextManager
from functools import partial

from zordon_app.domain.jobs import Job
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.guard import Failed, Guard


class JobGuard:
    """One job that raises keeps no other from being served."""

    def __init__(self, guard: Guard | None, lifecycle: Lifecycle) -> None:
        """Without ``guard``, only the log counts."""
        self._guard = guard or Guard()
        self._lifecycle = lifecycle

    def job(
        self, loop: str, job: Job, *, failed: Failed | None = None, passing: tuple[type[Exception], ...] = ()
    ) -> AbstractContextManager[None]:
        """What the work of ``loop`` for ``job`` raises ends here; ``failed`` instead of a warning on the job."""
        failed = failed or partial(self._lifecycle.trouble, job.id)
        return self._guard.item(loop, f"the job {job.name}", key=job.id, failed=failed, passing=passing)
