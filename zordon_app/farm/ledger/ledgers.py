"""The ledgers that are kept in memory: those read last, as many as there is room for."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Unit

Ledger = dict[int, Unit]

MOST_UNITS = 200_000
"""Units kept in memory, about a KiB each. Everything is in the store, so any ledger may go, and is read again."""

FEWEST_LEDGERS = 8
"""… but so many of the largest jobs stay, whatever they hold."""


class Ledgers:
    """Ledgers by job. Used under the lock of the state."""

    def __init__(self, load: Callable[[JobId], Iterable[Unit]]) -> None:
        """``load`` reads the units of one job from the store."""
        self._load = load
        self._kept: OrderedDict[JobId, Ledger] = OrderedDict()
        self._units = 0

    def of(self, job_id: JobId) -> Ledger:
        """The ledger of one job."""
        if job_id not in self._kept:
            self.put(job_id, {unit.spec.number: unit for unit in self._load(job_id)})
        self._kept.move_to_end(job_id)
        return self._kept[job_id]

    def put(self, job_id: JobId, ledger: Ledger) -> None:
        """Keep a ledger that is whole."""
        self.forget(job_id)
        self._kept[job_id] = ledger
        self._units += len(ledger)
        while self._units > MOST_UNITS and len(self._kept) > FEWEST_LEDGERS:
            _oldest, dropped = self._kept.popitem(last=False)
            self._units -= len(dropped)

    def update(self, job_id: JobId, units: Ledger) -> None:
        """Units have changed, and are in the store."""
        if job_id in self._kept:
            self._kept[job_id].update(units)

    def forget(self, job_id: JobId) -> None:
        """The job is gone."""
        self._units -= len(self._kept.pop(job_id, {}))
