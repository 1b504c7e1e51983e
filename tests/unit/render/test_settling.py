import threading

import pytest

from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.ids import LeaseId
from zordon_app.render.settling import Settling


class Slow:
    """A publisher that delivers when it is told."""

    def __init__(self):
        self.delivered = threading.Event()

    def drain(self, lease, meanwhile, every):
        while not self.delivered.wait(every):
            meanwhile()


@pytest.fixture
def publisher():
    made = Slow()
    yield made
    made.delivered.set()


def test_leases_are_renewed_until_their_results_are_in_and_hold_up_nobody(publisher, tmp_path):
    settling, renewed = Settling(publisher), threading.Semaphore(0)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        settling.begin(LeaseId(name), tmp_path / name, renewed.release, 0.01)
    assert all(renewed.acquire(timeout=HANG_SECONDS) for _ in range(6))
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}

    publisher.delivered.set()
    settling.finish()

    assert list(tmp_path.iterdir()) == []


def test_trouble_with_the_renewal_leaves_no_folder(publisher, tmp_path, caplog):
    def fail():
        raise RuntimeError("no such lease")

    settling = Settling(publisher)
    (tmp_path / "a").mkdir()
    settling.begin(LeaseId("a"), tmp_path / "a", fail, 0.01)
    settling.finish()

    assert "no such lease" in caplog.text
    assert list(tmp_path.iterdir()) == []
