"""Who does what next: pure decisions from jobs, nodes and speeds."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from zordon_app.domain.jobs import Job, Unit
from zordon_app.domain.sharing import LEFT_OUT
from zordon_app.domain.statuses import UnitState

TARGET_SECONDS = 20.0
"""How long a lease should keep a node busy: long enough that asking costs nothing, short enough to lose little."""

FIRST_UNITS = 1
"""Units of a first lease, when nothing is known of the job: a film of four segments must leave some for others."""

MOST_FIRST_UNITS = 8
"""… and of the first lease of a node that is many times as fast as others."""

MOST_UNITS = 500

WORTH_TAKING = 2.0
"""An idle node takes over units only where their holder would need so many times as long for what it has …"""

TAKING_COSTS = 2.0
"""… and so many seconds more: an engine has to be stopped, and perhaps started anew elsewhere."""


def is_chosen(job: Job, node: str) -> bool:
    """Whether a node is among those that a person lets render a job: all, where none is named."""
    return not job.nodes or node in job.nodes


def may_work(job: Job, node: str) -> bool:
    """Whether a node may take units of a job now."""
    return job.status.is_active and job.parent is None and is_chosen(job, node)


def may_help(job: Job, peer: str) -> bool:
    """Whether a peer may have units of a job of this machine now."""
    return may_work(job, peer) and may_share(job, peer)


def may_share(job: Job, node: str) -> bool:
    """Whether a peer may take part in a job of this machine, now or later."""
    is_left_out = any(child.get("node") == node and child.get("status") == LEFT_OUT for child in job.child_jobs)
    return job.parent is None and job.enable_split_jobs and is_chosen(job, node) and not is_left_out


def may_render(job: Job, node: str, this_node: str) -> bool:
    """Whether a machine may take part in a job of ``this_node``, be it that one or a peer."""
    return may_share(job, node) or (node == this_node and is_chosen(job, node))


def lease_size(
    *,
    waiting: int,
    seconds_per_unit: float | None,
    nodes: int,
    others_per_second: float | None = None,
    head_start: float = 1.0,
) -> int:
    """How many units to lease: about ``TARGET_SECONDS`` of work, less towards the end, so that all nodes end together.

    ``others_per_second`` is what the other ``nodes - 1`` nodes do together, where that is known: then a lease is half
    of this node's share of what is left, so that slow and fast nodes shrink in step. While nothing is measured, a node
    that is believed to be ``head_start`` times as fast as the slowest of them gets so many times as much.
    """
    if seconds_per_unit is None:
        first = min(round(FIRST_UNITS * head_start), MOST_FIRST_UNITS)
        return max(1, min(first, waiting // (2 * nodes) if nodes > 1 else first, waiting))
    wanted = round(TARGET_SECONDS / max(seconds_per_unit, 0.001))
    if nodes > 1:
        own = 1 / max(seconds_per_unit, 0.001)
        share = own / (own + others_per_second) if others_per_second else 1 / nodes
        wanted = min(wanted, int(waiting * share / 2))
    return max(1, min(wanted, waiting, MOST_UNITS))


def leaves_the_rest(*, waiting: int, holds_units: bool, idle: int) -> bool:
    """Whether a node that wants units ahead, while it still has some, should leave what waits to ``idle`` others."""
    return holds_units and waiting <= idle


def pick_units(ledger: Sequence[Unit], count: int, avoid: Collection[int] = ()) -> list[Unit]:
    """The first ``count`` waiting units, in order; those that failed before come last, so that they hold up nothing.

    Units in ``avoid`` (this node failed them) are left to others.
    """
    waiting = [unit for unit in ledger if unit.state == UnitState.WAITING and unit.spec.number not in avoid]
    waiting.sort(key=lambda unit: (unit.failures, unit.spec.number))
    return waiting[:count]


class Load(Struct, frozen=True, kw_only=True):
    """What a node still has in hand of a job.

    ``unbegun`` are the units not begun, in order; ``running`` is the unit it works on, None when it has none.
    """

    unbegun: tuple[int, ...]
    running: int | None
    running_seconds: float
    seconds_per_unit: float


def take_over(loads: Mapping[str, Load], own_seconds: float) -> tuple[str, list[int]] | None:
    """Units that an idle node should take from another, and from which; None when nobody would be done sooner.

    The node with most left gives half of what it has not begun; a node that needs far longer for its present unit
    than this one would gives that.
    """
    left = {node: _seconds_left(load) for node, load in loads.items()}
    for node in sorted(left, key=lambda node: -left[node]):
        load = loads[node]
        if load.unbegun and left[node] >= WORTH_TAKING * own_seconds + TAKING_COSTS:
            return node, list(load.unbegun[len(load.unbegun) // 2 :])
        overdue = load.running_seconds - load.seconds_per_unit
        if not load.unbegun and load.running is not None and overdue > WORTH_TAKING * own_seconds + TAKING_COSTS:
            return node, [load.running]
    return None


def _seconds_left(load: Load) -> float:
    present = max(load.seconds_per_unit - load.running_seconds, 0.0) if load.running is not None else 0.0
    return present + len(load.unbegun) * load.seconds_per_unit


def eta_seconds(*, remaining: float, units_per_second: float | None, done: int) -> float | None:
    """Seconds until the job is done; None until two units tell how fast it is."""
    if not units_per_second or done < 2:
        return None
    return remaining / units_per_second
