"""Which machines a job waits for, and why: pure words from what is known of them."""

from collections.abc import Callable, Mapping

from zordon_app.domain.jobs import Job
from zordon_app.domain.reasons import WAITS
from zordon_app.domain.views import NEEDS_UPDATE, NodeView
from zordon_app.farm.scheduling import planner

MOST_NAMED = 4
TAKES_NONE = {"offline": "offline", "paused": "paused", "full": "disk full"}
"""States in which a machine is given no work, as they are said in a sentence."""
CANNOT = frozenset({"refused", "error"})
"""How child jobs stand on machines that said no, or tried in vain."""


def waiting_reason(
    job: Job,
    nodes: Mapping[str, NodeView],
    *,
    this_node: str,
    label: str,
    is_left_out: Callable[[str], bool],
) -> str:
    """The sentence for ``job`` when none of its machines can begin now; empty when one can.

    ``nodes`` are the machines of the farm by id, ``label`` is what people call the job's engine, ``is_left_out`` tells
    of a machine whether it failed too much of the job.
    """
    said = []
    for node_id in job.nodes or nodes:
        if not planner.may_render(job, node_id, this_node):
            continue
        node = nodes.get(node_id)
        if is_left_out(node_id):
            why = "left out after failures"
        else:
            why = _why_not(job, node, label) or _said_no(job, node_id)
        if not why:
            return ""
        said.append(f"{node.name if node else f'machine {node_id[:6]}'} ({why})")
    return f"{WAITS}{_listed(said)}." if said else ""


def _why_not(job: Job, node: NodeView | None, label: str) -> str:
    if node is None:
        return "no longer in the farm"
    if node.reason == NEEDS_UPDATE:
        return "other version of Zordon"
    if node.state in TAKES_NONE:
        return TAKES_NONE[node.state]
    build = node.builds.get(job.engine, {}).get(job.build.version, "")
    if not node.builds or build == "installed":
        return ""
    return f"{'fetches' if build else 'without'} {label} {job.build.version}"


def _said_no(job: Job, node_id: str) -> str:
    for child in job.child_jobs:
        if child.get("node") == node_id and child.get("status") in CANNOT:
            return f"cannot help: {str(child.get('reason', '')).rstrip('.')}"
    return ""


def _listed(said: list[str]) -> str:
    if len(said) > MOST_NAMED:
        said = [*said[: MOST_NAMED - 1], f"{len(said) - MOST_NAMED + 1} more"]
    *before, last = said
    return f"{', '.join(before)} and {last}" if before else last
