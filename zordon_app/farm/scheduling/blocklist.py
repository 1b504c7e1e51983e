"""Which nodes fail units that others do well: they are left out of that job, and it says so."""

import threading
from collections import defaultdict

from zordon_app.domain.ids import JobId

LEFT_OUT_AFTER = 3
"""Failed units of one job; fewer may be bad luck."""


class Blocklist:
    """What each node has done and failed of each job, since this start."""

    def __init__(self) -> None:
        """Nobody is to blame yet."""
        self._lock = threading.Lock()
        self._failed: dict[JobId, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._done: dict[JobId, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def failed(self, job_id: JobId, node: str, unit: int) -> None:
        """A node failed a unit."""
        with self._lock:
            self._failed[job_id][node].add(unit)

    def done(self, job_id: JobId, node: str) -> None:
        """A node did a unit well."""
        with self._lock:
            self._done[job_id][node] += 1

    def units_failed_by(self, job_id: JobId, node: str) -> frozenset[int]:
        """Units of a job that a node failed."""
        with self._lock:
            return frozenset(self._failed[job_id][node]) if job_id in self._failed else frozenset()

    def is_left_out(self, job_id: JobId, node: str) -> bool:
        """Whether a node failed three units of a job, most of what it tried, while another did some well."""
        with self._lock:
            if job_id not in self._failed:
                return False
            failed = len(self._failed[job_id][node])
            done = self._done[job_id]
            others_do_well = any(count for other, count in done.items() if other != node)
            return failed >= LEFT_OUT_AFTER and failed > done[node] and others_do_well

    def forget(self, job_id: JobId) -> None:
        """A person retries the job, or it is gone: everybody gets another chance."""
        with self._lock:
            self._failed.pop(job_id, None)
            self._done.pop(job_id, None)
