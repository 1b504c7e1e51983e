"""Which machines take part in a job, changed while it waits or is rendered."""

from collections.abc import Sequence

from zordon_app.domain.ids import JobId, NodeId
from zordon_app.domain.reasons import QUEUED
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import BadRequest, IllegalChange
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.scheduling import planner
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.nodes import NodeDesk


class MachineAssignment:
    """Lets machines into a job and out of it."""

    def __init__(
        self, state: FarmState, lifecycle: Lifecycle, leases: LeaseKeeper, nodes: NodeDesk, this_node: str
    ) -> None:
        """Change jobs of ``state``; ``nodes`` knows the machines there are."""
        self._state = state
        self._lifecycle = lifecycle
        self._leases = leases
        self._nodes = nodes
        self._this_node = this_node

    def choose(self, job_id: JobId, nodes: Sequence[str], *, split: bool | None) -> None:
        """From now on ``nodes`` (ids; none: all there are) render a job; ``split``: whether others than this one may.

        What a machine has in hand that is out now waits again at once. Peers are told by ``Recruiting``.

        Raises:
            BadRequest: a machine is not of this farm, or none would be left.
            IllegalChange: the job is another machine's.
        """
        chosen = self._nodes.known(nodes)
        with self._state.lock:
            self._write(job_id, chosen, split=split)
            self._take_back(job_id)

    def _write(self, job_id: JobId, chosen: list[NodeId], *, split: bool | None) -> None:
        with self._state.change() as change:
            job = change.job(job_id)
            if job.parent is not None:
                raise IllegalChange(
                    "This is help with another machine's job; it is chosen there who takes part.",
                    code="partaking_elsewhere",
                )
            job.nodes = chosen
            job.enable_split_jobs = job.enable_split_jobs if split is None else split
            if chosen and not job.enable_split_jobs and self._this_node not in chosen:
                raise BadRequest(
                    "Nobody would be left: this job is not split, and only this machine may render it.",
                    code="nobody_left",
                )

    def _take_back(self, job_id: JobId) -> None:
        job = self._state.job(job_id)
        holders = self._leases.holders(job_id)
        out = {node for node in holders if not planner.may_render(job, node, self._this_node)}
        for node in out:
            self._leases.take_back_from(node, job_id)
        if out and out == holders and job.status == JobStatus.RUNNING:
            self._lifecycle.set_job_status(job_id, JobStatus.NOT_STARTED, QUEUED)
