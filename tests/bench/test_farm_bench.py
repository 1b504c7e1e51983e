"""How well nodes share: makespan against the ideal, with an engine that costs time on the wall, not the processor."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.farm.farm import Farm, Machine, eventually
from tests.farm.network import Network, can_make_namespaces
from tests.farm.oracle import nothing_lost

pytestmark = [pytest.mark.bench, pytest.mark.farm, pytest.mark.xdist_group("namespaces"), pytest.mark.timeout(400)]

UNITS, SECONDS = 200, 0.5
TABLE = Path(__file__).parents[2] / ".cache" / "farm-bench.txt"


def say(text: str) -> None:
    """A line of the table of measurements."""
    TABLE.parent.mkdir(exist_ok=True)
    with TABLE.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


@pytest.fixture
def make_walls(tmp_path: Path) -> Iterator[Callable[..., Farm]]:
    """Joined nodes of those speeds, with timers as they are."""
    if not can_make_namespaces():
        pytest.skip("Network namespaces need root, ip and nft.")
    with ExitStack() as stack:

        def make(*speeds: float) -> Farm:
            network = stack.enter_context(Network(len(speeds)))
            farm = Farm(network, tmp_path, scale=1.0, ZORDON_FARM_OPEN="1")
            stack.callback(farm.end)
            farm.start_walls(speed=list(speeds))
            farm.join_all()
            return farm

        yield make


def seconds_until_its_end(parent: Machine, job_id: str, begun_at: datetime) -> float:
    """By the ledger's clock, on the same host: who asks often takes the processor from the nodes that are measured."""

    def ended() -> dict[str, Any] | None:
        job = parent.job(job_id)
        return job if job["status"] == "completed" else None

    job = eventually(ended, "the job ends", 300, every=1.0)
    return (datetime.fromisoformat(job["ended_at"]) - begun_at).total_seconds()


def measure(farm: Farm, name: str, ideal: float, **facts: Any) -> float:
    """Render the usual job; the share of the ideal makespan that was reached."""
    parent = farm.machines[0]
    project = farm.wall(seconds=SECONDS, **facts)
    began, begun_at = time.monotonic(), datetime.now(UTC)
    job_id = parent.submit(project, start_frame=1, end_frame=UNITS)
    took = seconds_until_its_end(parent, job_id, begun_at)
    nothing_lost(farm, parent, job_id, range(1, UNITS + 1))
    by = {machine.name: sum(n == machine.name for _, n, _ in farm.told("made")) for machine in farm.machines}
    starts = {node: round(at - began, 2) for at, node, _ in reversed(farm.told("ready"))}
    last = {node: round(at - began, 1) for at, node, _ in farm.told("made")}
    say(f"{name}: {took:.2f} s, ideal {ideal:.2f} s, {ideal / took:.1%}; by {by}; starts {starts}; last {last}")
    return ideal / took


@pytest.mark.parametrize("count", [2, 4, 8])
def test_equal_nodes_come_near_the_ideal(make_walls: Callable[..., Farm], count: int) -> None:
    farm = make_walls(*[1.0] * count)
    # Of 12.5 s that eight nodes need, the start of their engines and the end of the last unit are 5 % already.
    assert measure(farm, f"{count} equal nodes", UNITS * SECONDS / count) >= (0.95 if count < 8 else 0.9)
    starts = {node: at for at, node, _ in reversed(farm.told("ready"))}
    assert max(starts.values()) - min(starts.values()) <= 1.5


def test_nodes_of_different_speed_come_near_the_ideal(make_walls: Callable[..., Farm]) -> None:
    farm = make_walls(1.0, 2.0, 4.0)
    ideal = UNITS * SECONDS / 7
    assert measure(farm, "speeds 1:2:4", ideal) >= 0.9
    static = -(-UNITS // 3) * SECONDS
    say(f"A static split would take {static:.1f} s, {ideal / static:.0%} of the ideal.")


def test_a_node_that_is_lost_half_way_costs_little(make_walls: Callable[..., Farm]) -> None:
    farm = make_walls(1.0, 1.0, 1.0)
    parent, _, lost = farm.machines
    begun_at = datetime.now(UTC)
    job_id = parent.submit(farm.wall(seconds=SECONDS), start_frame=1, end_frame=UNITS)
    eventually(lambda: len(farm.told("made")) >= UNITS / 2, "half of it is done", 100)
    lost.kill()
    took = seconds_until_its_end(parent, job_id, begun_at)
    ideal = UNITS / 2 * SECONDS / 3 + UNITS / 2 * SECONDS / 2
    nothing_lost(farm, parent, job_id, range(1, UNITS + 1))
    say(f"One of three lost half-way: {took:.1f} s, ideal {ideal:.1f} s, {ideal / took:.1%}")
    assert ideal / took >= 0.8


def test_sharing_costs_little_for_each_unit(make_walls: Callable[..., Farm]) -> None:
    farm = make_walls(1.0, 1.0)
    parent, child = farm.machines
    job_id = parent.submit(farm.wall(seconds=0.05), start_frame=1, end_frame=UNITS, nodes=[child.id()])
    eventually(lambda: parent.job(job_id)["status"] == "completed", "the job ends", 100)
    moments = [at for at, _, _ in farm.told("made")]
    overhead = (moments[-1] - moments[0]) / (len(moments) - 1) - 0.05
    say(f"Overhead of a unit on a peer: {overhead * 1000:.1f} ms")
    assert overhead <= 0.020
