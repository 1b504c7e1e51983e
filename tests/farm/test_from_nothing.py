"""Three machines that have never met: they find each other, and a job submitted on one is rendered by several."""

from collections import Counter

import pytest

from tests.farm.conftest import MakeFarm
from tests.farm.oracle import nothing_lost

pytestmark = [pytest.mark.farm, pytest.mark.xdist_group("namespaces")]


def test_nodes_that_find_each_other_by_mdns_share_a_job(make_farm: MakeFarm) -> None:
    farm = make_farm(3, ZORDON_FARM_OPEN="1")
    first, *_ = farm.start_walls(discovery=[True] * 3)
    farm.wait_until_joined()
    job_id = first.submit(farm.wall(seconds=0.2), start_frame=1, end_frame=60)
    nothing_lost(farm, first, job_id, range(1, 61))
    by = Counter(unit["node"] for unit in first.units(job_id))
    assert len(by) == 3, by
