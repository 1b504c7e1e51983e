import pytest

from tests.fakes.screens import x_server


@pytest.fixture(scope="module")
def x_screen():
    """The name of an X server of the tests' own, which nobody sees."""
    with x_server() as display:
        yield display
