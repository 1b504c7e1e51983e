from collections.abc import Iterator

import pytest

from zordon_app.client import RenderServerProxy


@pytest.fixture
def client_of() -> Iterator:
    made = []

    def make(address: str, **options: str) -> RenderServerProxy:
        made.append(RenderServerProxy(address, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()
