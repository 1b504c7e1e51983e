"""What machines have in hand: from the leases that are out here, and from those of other machines that are here."""

from collections.abc import Callable, Iterable

from msgspec import structs

from zordon_app.domain.frames import format_frames
from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import UnitSpec
from zordon_app.domain.views import NodeView, NodeWork
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper


class AtWork:
    """The one place that knows who has what in hand; window, command line, API and peers read it."""

    def __init__(
        self,
        state: FarmState,
        leases: LeaseKeeper,
        children: ChildJobs,
        *,
        this_node: str,
        name_of: Callable[[str], str],
    ) -> None:
        """``name_of`` is what people call a node, this one too."""
        self._state = state
        self._leases = leases
        self._children = children
        self._this_node = this_node
        self._name_of = name_of

    def here(self) -> list[NodeWork]:
        """What this machine has in hand, for itself and for others."""
        return [*self.given_to(self._this_node), *self._for_others()]

    def given_to(self, node: str) -> list[NodeWork]:
        """What a machine has in hand of the jobs of this one."""
        with self._state.lock:
            found = []
            for job_id, numbers in self._leases.numbers_in_hand(node).items():
                job = self._state.find(job_id)
                if job is None or not numbers:
                    continue
                ledger = self._state.ledger(job_id)
                specs = [ledger[number].spec for number in numbers if number in ledger]
                found.append(self._work(job_id, job.name, self._this_node, specs))
            return found

    def seen(self, view: NodeView) -> NodeView:
        """Another machine as it told of itself, with what is known better here: the work that it has from here."""
        told = [work for work in view.work if work.node != self._this_node]
        return with_work(view, [] if view.state == "offline" else [*self.given_to(view.id), *told])

    def _for_others(self) -> list[NodeWork]:
        found = []
        for work in self._children.works():
            specs, parent = work.in_hand(), work.job.parent
            if specs and parent is not None:
                made = self._work(JobId(parent.job), work.job.name, parent.node, specs)
                found.append(structs.replace(made, child=work.job.id))
        return found

    def _work(self, job_id: JobId, name: str, node: str, specs: Iterable[UnitSpec]) -> NodeWork:
        units = list(specs)
        frames = format_frames(frame for spec in units for frame in range(spec.first, spec.last + 1))
        return NodeWork(
            job=job_id, name=name, node=node, node_name=self._name_of(node), frames=frames, units=len(units)
        )


def with_work(view: NodeView, work: list[NodeWork]) -> NodeView:
    """A machine that has ``work`` in hand: state, counts and jobs follow from it."""
    state = view.state if view.state not in {"ready", "rendering"} else "rendering" if work else "ready"
    return structs.replace(
        view,
        state=state,
        work=work,
        units_running=sum(one.units for one in work),
        jobs=[one.child if view.this and one.child else one.job for one in work],
    )
