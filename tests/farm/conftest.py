"""Farms for the tests of this folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.farm.farm import Farm
from tests.farm.network import Network, can_make_namespaces

MakeFarm = Callable[..., Farm]


@pytest.fixture
def make_farm(tmp_path: Path) -> Iterator[MakeFarm]:
    """Makes a farm of so many machines; nothing of it outlives the test."""
    if not can_make_namespaces():
        pytest.skip("Network namespaces need root, ip and nft.")
    with ExitStack() as stack:

        def make(count: int = 3, **options: str) -> Farm:
            network = stack.enter_context(Network(count))
            farm = Farm(network, tmp_path, **options)
            stack.callback(farm.end)
            return farm

        yield make
