"""One child job: units pulled from its parent ahead of need, news sent in bundles, results sent one by one."""

import logging
import threading
import uuid
from collections.abc import Callable

from msgspec import structs

from zordon_app.domain.ids import is_id
from zordon_app.domain.jobs import Job, UnitSpec
from zordon_app.domain.leases import Lease, LeasedUnit, LeaseOrder
from zordon_app.domain.results import CheckedFile
from zordon_app.domain.sharing import ChildUpdate, Holding, LeaseAsk, News, NewsKind, Parcel
from zordon_app.errors import DiskFull, PeerGone, ZordonError
from zordon_app.farm.child.gate import check_lease
from zordon_app.farm.child.log_sender import LogSender, ReadLog
from zordon_app.farm.interfaces import ParcelBox, PeerCalls

log = logging.getLogger(__name__)

MOST_NEWS = 2000
MOST_ROUNDS_UNUSED = 5


class ChildWork:
    """Meets what the worker needs of a source of leases, for one child job.

    Nothing here waits for the parent but ``pull``, ``tell`` and ``send``, each called by a thread of its own.
    """

    def __init__(
        self,
        job: Job,
        link: Callable[[], PeerCalls],
        parcels: ParcelBox,
        *,
        on_lease: Callable[[], None],
        on_ended: Callable[[str], None],
        read_log: ReadLog,
    ) -> None:
        """``link`` reaches the parent; ``on_lease`` is told when a lease has come, ``on_ended`` when none will.

        ``read_log`` gives what engines have printed for a unit.
        """
        if job.parent is None:
            raise ValueError(job.id)
        self.job = job
        self._parent = job.parent
        self._link = link
        self._parcels = parcels
        self._on_lease = on_lease
        self._on_ended = on_ended
        self._lock = threading.Lock()
        self._next: Lease | None = None
        self._leases: dict[str, dict[int, int]] = {}
        """Units still owed to the parent, with their attempts: in an engine, or in a parcel that has not arrived."""
        self._specs: dict[int, UnitSpec] = {}
        self._orders: dict[str, LeaseOrder] = {}
        self._lost: dict[str, set[int]] = {}
        self._made: set[tuple[str, int]] = set()
        """Lease and unit of what lies in the box."""
        self._rounds_unused = 0
        self._logs = LogSender(read_log)
        self._telling = threading.Lock()
        self._news: list[News] = []
        self._progress: dict[int, News] = {}
        self._boot = uuid.uuid4().hex
        self._seq = 0
        self._status, self._reason = "", ""
        self.wanted = threading.Event()
        """Set when the worker will soon need units."""
        self.has_news = threading.Event()
        self.has_parcels = threading.Event()
        self.done = 0
        self._take_up_parcels()

    @property
    def parent(self) -> str:
        """The machine that has the job."""
        return self._parent.node

    # What the worker asks

    def take(self) -> Lease | None:
        """The lease that was pulled, if there is one."""
        with self._lock:
            lease, self._next = self._next, None
            return lease

    @property
    def has_lease(self) -> bool:
        """Whether units are here that the worker can begin."""
        return self._next is not None

    def renew(self, lease: Lease) -> LeaseOrder:
        """What the parent said last; a parent that does not answer changes nothing."""
        with self._lock:
            return self._orders.get(lease.id, LeaseOrder.GO_ON)

    def lost(self, lease: Lease) -> frozenset[int]:
        """Units that others have taken over."""
        with self._lock:
            return frozenset(self._lost.get(lease.id, ()))

    def unit_started(self, lease: Lease, unit: LeasedUnit) -> LeaseOrder:
        """The engine began a unit; with the last one begun it is time to ask for more."""
        self._logs.begin(unit.spec.number)
        self._add(News(kind=NewsKind.STARTED, lease=lease.id, unit=unit.spec.number, attempt=unit.attempt))
        with self._lock:
            is_last = not [number for number in self._leases.get(lease.id, ()) if number > unit.spec.number]
        if is_last:
            self.wanted.set()
        return self.renew(lease)

    def progress(self, lease: Lease, unit: LeasedUnit, fraction: float) -> None:
        """How far the unit is; only the latest is told."""
        number = unit.spec.number
        news = News(
            kind=NewsKind.PROGRESS, lease=lease.id, unit=number, attempt=unit.attempt, fraction=min(max(fraction, 0), 1)
        )
        with self._lock:
            self._progress[number] = news

    def deliver(self, lease: Lease, unit: LeasedUnit, file: CheckedFile) -> LeaseOrder:
        """Put a result into the box; it is sent as soon as the parent takes it. Raises DiskFull."""
        parcel = Parcel(
            child=self.job.id,
            job=self._parent.job,
            node=self._parent.node,
            unit=unit.spec.number,
            attempt=unit.attempt,
            lease=lease.id,
            sha256=file.sha256,
            bytes=file.bytes,
            seconds=file.seconds,
            program=file.program,
        )
        self._parcels.put(parcel, file.path)
        with self._lock:
            self._made.add((lease.id, unit.spec.number))
        self.done += 1
        self.has_parcels.set()
        return self.renew(lease)

    def fail(self, lease: Lease, unit: LeasedUnit, message: str) -> LeaseOrder:
        """The attempt failed."""
        self._end_unit(lease, unit, NewsKind.FAILED, message)
        return self.renew(lease)

    def give_back(self, lease: Lease, units: list[LeasedUnit], reason: str) -> None:
        """Units come back untouched."""
        for unit in units:
            self._end_unit(lease, unit, NewsKind.RETURNED, reason)

    def fail_job(self, lease: Lease, message: str) -> None:
        """The project cannot be rendered here at all."""
        for unit in lease.units:
            self._end_unit(lease, unit, NewsKind.FATAL, message)

    def warn(self, lease: Lease, message: str) -> None:
        """Something a person should know."""
        self._add(News(kind=NewsKind.WARNING, lease=lease.id, message=message[:2000]))

    # What the threads do

    def pull(self) -> None:
        """Ask for units once.

        Raises:
            PeerGone, and DiskFull: the units are here, and nobody was told yet.
            BadRequest: they would not stay in their folder.
        """
        if self.has_lease:
            self._on_lease()
            return
        given = self._link().lease(self._parent.job, LeaseAsk(child=self.job.id))
        if given.lease is not None and is_id(given.lease.id):
            check_lease(given.lease)
            self.wanted.clear()
            with self._lock:
                self._leases[given.lease.id] = {unit.spec.number: unit.attempt for unit in given.lease.units}
                self._specs.update({unit.spec.number: unit.spec for unit in given.lease.units})
                self._rounds_unused = 0
                # Here everything goes by the child job's own id; the parent's is only ever sent back to it.
                self._next = structs.replace(given.lease, job=self.job.id)
            self._on_lease()
        elif given.ended:
            self._on_ended("The job has ended.")

    def return_unused(self, *, now: bool) -> None:
        """Give units back that were pulled and that the worker, busy elsewhere, does not take; called once a second."""
        with self._lock:
            lease = self._next
            is_ahead = lease is not None and len(self._leases) > 1
            self._rounds_unused = 0 if is_ahead else self._rounds_unused + 1
            if lease is None or not (now or self._rounds_unused > MOST_ROUNDS_UNUSED):
                return
            self._next = None
        self.give_back(lease, list(lease.units), "This machine has other work.")

    def tell(self) -> None:
        """Send the news and renew what is held. Raises PeerGone: they are kept for the next time."""
        # One at a time: of two that overtake each other the parent would take the later one's news only.
        with self._telling:
            self._tell()

    def _tell(self) -> None:
        update = self._make_update()
        try:
            answer = self._link().update(self._parent.job, update)
        except PeerGone:
            self._keep_news(update)
            raise
        self._logs.arrived(update.logs)
        with self._lock:
            self._orders.update(answer.orders)
            for lease, numbers in answer.lost.items():
                self._forget_lost(lease, set(numbers))
        if answer.ended and not self._parcels.of_job(self.job.id):
            self._on_ended("The job has ended.")

    def send(self, before_each: Callable[[], None] = lambda: None) -> None:
        """Send what is in the box, oldest first. Raises PeerGone, DiskFull: the rest is sent later."""
        self.has_parcels.clear()
        for parcel in self._parcels.of_job(self.job.id):
            before_each()
            self._send(parcel)

    def in_hand(self) -> list[UnitSpec]:
        """Units that are to be rendered here, or are being rendered; what is made and on its way is none of them."""
        with self._lock:
            numbers = [
                number for lease, units in self._leases.items() for number in units if (lease, number) not in self._made
            ]
            return [self._specs[number] for number in sorted(numbers) if number in self._specs]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is owed to the parent, and nothing more is to be told."""
        with self._lock:
            return not self._leases and self._next is None and not self._logs.is_waiting

    def _send(self, parcel: Parcel) -> None:
        file = CheckedFile(
            path=self._parcels.path(parcel),
            sha256=parcel.sha256,
            bytes=parcel.bytes,
            seconds=parcel.seconds,
            program=parcel.program,
        )
        try:
            answer = self._link().deliver(
                parcel.job, parcel.unit, attempt=parcel.attempt, lease=parcel.lease, file=file
            )
            if not answer.published:
                log.info("Another result counts for unit %d of job %s", parcel.unit, parcel.job)
        except (PeerGone, DiskFull):
            raise
        except ZordonError as error:
            log.warning("The parent does not take unit %d of job %s: %s", parcel.unit, parcel.job, error)
        self._parcels.remove(parcel)
        with self._lock:
            self._settle(parcel.lease, parcel.unit)

    def _take_up_parcels(self) -> None:
        """After a restart: what lies in the box is still owed."""
        for parcel in self._parcels.of_job(self.job.id):
            self._leases.setdefault(parcel.lease, {})[parcel.unit] = parcel.attempt
            self._made.add((parcel.lease, parcel.unit))
            self.has_parcels.set()

    def say(self, status: str, reason: str) -> None:
        """How the child job stands, for the parent's people."""
        with self._lock:
            self._status, self._reason = status, reason
        self.has_news.set()

    def _add(self, news: News) -> None:
        with self._lock:
            if len(self._news) < MOST_NEWS:
                self._news.append(news)
        self.has_news.set()

    def _end_unit(self, lease: Lease, unit: LeasedUnit, kind: NewsKind, message: str) -> None:
        number = unit.spec.number
        self._add(News(kind=kind, lease=lease.id, unit=number, attempt=unit.attempt, message=message[:2000]))
        with self._lock:
            self._settle(lease.id, number)

    def _settle(self, lease: str, number: int) -> None:
        units = self._leases.get(lease, {})
        units.pop(number, None)
        self._specs.pop(number, None)
        self._made.discard((lease, number))
        self._progress.pop(number, None)
        if not units:
            self._leases.pop(lease, None)
            self._orders.pop(lease, None)
            self._lost.pop(lease, None)

    def _forget_lost(self, lease: str, numbers: set[int]) -> None:
        if lease in self._leases and numbers:
            self._lost[lease] = numbers
            for number in numbers:
                self._leases[lease].pop(number, None)

    def _make_update(self) -> ChildUpdate:
        self.has_news.clear()
        with self._lock:
            self._seq += 1
            news, self._news = [*self._news, *self._progress.values()], []
            self._progress.clear()
            holding = [self._holding(lease, units) for lease, units in self._leases.items()]
            in_hand = {number for units in self._leases.values() for number in units}
            status, reason = self._status, self._reason
        return ChildUpdate(
            id=self.job.id,
            boot=self._boot,
            seq=self._seq,
            status=status,
            reason=reason[:1000],
            holding=holding,
            news=news,
            logs=self._logs.next_pieces(in_hand),
        )

    def _holding(self, lease: str, units: dict[int, int]) -> Holding:
        made = [number for number in units if (lease, number) in self._made]
        return Holding(lease=lease, units=list(units.items()), made=made)

    def _keep_news(self, update: ChildUpdate) -> None:
        kept = [news for news in update.news if news.kind not in {NewsKind.PROGRESS, NewsKind.STARTED}]
        with self._lock:
            self._news = [*kept, *self._news][-MOST_NEWS:]
