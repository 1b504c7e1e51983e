from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.nodes import Node, running_nodes
from zordon_app.peers.identity.keys import Identity, load_identity

WEB = Path(__file__).parents[3] / "web"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> list[Identity]:
    """Five machines' keys; making them is slow, and nothing changes them."""
    return [load_identity(tmp_path_factory.mktemp(f"device{number}"), f"device-{number}") for number in range(5)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., list[Node]]]:
    """Starts nodes by name."""
    with ExitStack() as stack:

        def begin(*names: str, **options: Any) -> list[Node]:
            return stack.enter_context(running_nodes(tmp_path, WEB, *names, **options))

        yield begin
