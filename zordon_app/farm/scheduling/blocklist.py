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
        self._elsewhere: dict[JobId, dict[tuple[str, int], float]] = defaultdict(dict)
        """Node and unit, and the moment up to which it waits for another node."""

    def failed(self, job_id: JobId, node: str, unit: int) -> None:
        """A node failed a unit."""
        with self._lock:
            self._failed[job_id][node].add(unit)

    def avoid(self, job_id: JobId, node: str, unit: int, until: float) -> None:
        """A person wants a unit made by another node than this one; that blames nobody."""
        with self._lock:
            self._elsewhere[job_id][node, unit] = until

    def done(self, job_id: JobId, node: str) -> None:
        """A node did a unit well."""
        with self._lock:
            self._done[job_id][node] += 1

    def units_to_leave(self, job_id: JobId, node: str, *, alone: bool, now: float) -> frozenset[int]:
        """Units of a job that a node leaves to others: those it failed, and those a person wants from elsewhere.

        A node that is ``alone`` with the job leaves only the latter, and those for a while: others are still asked.
        """
        with self._lock:
            failed = self._failed[job_id][node] if job_id in self._failed and not alone else ()
            wanted = self._elsewhere.get(job_id, {})
            elsewhere = [
                unit for (maker, unit), until in wanted.items() if maker == node and (not alone or now < until)
            ]
            return frozenset([*failed, *elsewhere])

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
            self._elsewhere.pop(job_id, None)
