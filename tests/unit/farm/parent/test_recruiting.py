import threading
from types import SimpleNamespace

import pytest

from tests.fakes.nodes import eventually
from tests.fakes.patience import HANG_SECONDS
from zordon_app.domain.statuses import JobStatus
from zordon_app.errors import BadRequest, PeerGone
from zordon_app.farm.parent.recruiting import Recruiting
from zordon_app.farm.scheduling.blocklist import Blocklist


class SlowLink:
    """A machine that answers when it is let: what a hanging network does cannot be ordered to the moment."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Event()
        self.count = 0
        self.ended: list[str] = []
        self.error: Exception | None = None

    def add_child(self, _request) -> str:
        self.count += 1
        self._answer()
        return f"child {self.count}"

    def end_child(self, job: str) -> None:
        self._answer()
        self.ended.append(job)

    def _answer(self) -> None:
        self.asked.set()
        assert self.answers.wait(HANG_SECONDS)
        if self.error is not None:
            raise self.error


class TwoMachines:
    def __init__(self) -> None:
        self.links = {"slow": SlowLink(), "swift": SlowLink()}
        self.members = set(self.links)

    def usable(self) -> list[str]:
        return sorted(self.members)

    def is_member(self, node: str) -> bool:
        return node in self.members

    def name_of(self, node: str) -> str:
        return node

    def link(self, node: str) -> SlowLink:
        return self.links[node]


@pytest.fixture
def farm(bench):
    machines = TwoMachines()
    taken_back = []
    leases = SimpleNamespace(
        holders=lambda _job: set[str](), take_back_from=lambda node, job: taken_back.append((node, job))
    )
    recruiting = Recruiting(
        bench.state,
        bench.lifecycle,
        machines=machines,
        leases=leases,
        blocklist=Blocklist(),
        this_node="this",
    )
    yield SimpleNamespace(
        recruiting=recruiting,
        machines=machines,
        taken_back=taken_back,
        slow=machines.links["slow"],
        swift=machines.links["swift"],
    )
    for link in machines.links.values():
        link.answers.set()
    recruiting.close()


def helpers(bench, job_id) -> dict[str, str]:
    return {child["node"]: child["status"] for child in bench.state.job(job_id).child_jobs}


def test_a_machine_that_hangs_keeps_no_other_from_being_asked(bench, farm):
    job = bench.add()
    farm.slow.answers.clear()
    farm.recruiting.run_once()
    eventually(lambda: helpers(bench, job) == {"swift": "running"})
    second = bench.add()
    farm.recruiting.run_once()
    eventually(lambda: helpers(bench, second) == {"swift": "running"})

    assert farm.slow.count == 1, "it is not asked again while the first question hangs"


def test_a_machine_that_hung_is_asked_for_all_that_has_come_meanwhile(bench, farm):
    jobs = [bench.add()]
    farm.slow.answers.clear()
    farm.recruiting.run_once()
    assert farm.slow.asked.wait(HANG_SECONDS)
    jobs.append(bench.add())
    farm.slow.answers.set()

    def all_asked() -> bool:
        farm.recruiting.run_once()
        return all(helpers(bench, job) == {"slow": "running", "swift": "running"} for job in jobs)

    eventually(all_asked)


def test_a_machine_that_does_not_answer_is_asked_again(bench, farm):
    job = bench.add()
    farm.slow.error = PeerGone("slow does not answer.")
    farm.recruiting.run_once()
    eventually(lambda: helpers(bench, job) == {"swift": "running"})
    farm.slow.error = None

    def is_asked() -> bool:
        farm.recruiting.run_once()
        return helpers(bench, job) == {"slow": "running", "swift": "running"}

    eventually(is_asked)


def test_a_machine_that_refuses_is_not_asked_again_and_its_reason_is_kept(bench, farm):
    job = bench.add()
    farm.slow.error = BadRequest("It has no engine fake.")
    farm.recruiting.run_once()
    eventually(lambda: helpers(bench, job) == {"slow": "refused", "swift": "running"})
    farm.recruiting.run_once()

    assert farm.slow.count == 1
    assert {"It has no engine fake.", ""} == {child["reason"] for child in bench.state.job(job).child_jobs}


def test_the_end_of_a_job_reaches_others_while_one_hangs(bench, farm):
    job = bench.add()
    farm.recruiting.run_once()
    eventually(lambda: len(helpers(bench, job)) == 2)
    farm.slow.answers.clear()
    bench.lifecycle.stop(job, JobStatus.CANCELLED, "Cancelled.")

    def swift_knows() -> bool:
        farm.recruiting.run_once()
        return helpers(bench, job) == {"slow": "running", "swift": "ended"}

    eventually(swift_knows)
    assert farm.swift.ended == [job]
    farm.slow.answers.set()
    eventually(lambda: helpers(bench, job) == {"slow": "ended", "swift": "ended"})


def test_a_machine_that_is_let_out_of_a_job_is_told_and_asked_again_when_it_is_let_in(bench, farm):
    job = bench.add()

    def are(slow: str, swift: str) -> bool:
        farm.recruiting.run_once()
        return helpers(bench, job) == {"slow": slow, "swift": swift}

    eventually(lambda: are("running", "running"))
    with bench.state.change() as change:
        change.job(job).nodes = ["slow"]
    eventually(lambda: are("running", "ended"))
    assert (farm.slow.ended, farm.swift.ended) == ([], [job])
    with bench.state.change() as change:
        change.job(job).nodes = []
    eventually(lambda: are("running", "running"))
    with bench.state.change() as change:
        change.job(job).enable_split_jobs = False
    eventually(lambda: are("ended", "ended"))


def test_machines_help_again_with_a_job_that_is_tried_again(bench, farm):
    job = bench.add()

    def all_are(status: str) -> bool:
        farm.recruiting.run_once()
        return set(helpers(bench, job).values()) == {status} and len(helpers(bench, job)) == 2

    eventually(lambda: all_are("running"))
    bench.lifecycle.stop(job, JobStatus.CANCELLED, "Cancelled.")
    eventually(lambda: all_are("ended"))
    bench.lifecycle.put_back(job, [], "Tried again; in the queue.")
    eventually(lambda: all_are("running"))
    assert farm.slow.count == farm.swift.count == 2


def test_a_machine_that_leaves_the_farm_and_joins_again_is_asked_again(bench, farm):
    job = bench.add()

    def is_now(status: str) -> bool:
        farm.recruiting.run_once()
        return helpers(bench, job).get("swift") == status

    eventually(lambda: is_now("running"))
    farm.machines.members.remove("swift")
    eventually(lambda: is_now("ended"))
    assert farm.taken_back == [("swift", job)]
    farm.machines.members.add("swift")
    eventually(lambda: is_now("running"))
    assert farm.swift.count == 2


def test_a_machine_is_not_asked_for_a_job_that_ended_while_it_was_asked_for_another(bench, farm):
    first, second = bench.add(priority=60), bench.add()
    farm.slow.answers.clear()
    farm.recruiting.run_once()
    assert farm.slow.asked.wait(HANG_SECONDS)
    bench.lifecycle.stop(second, JobStatus.CANCELLED, "Cancelled.")
    farm.slow.answers.set()
    eventually(lambda: "slow" in helpers(bench, first))
    farm.recruiting.close()

    assert farm.slow.count == 1


def test_after_the_end_nobody_is_asked(bench, farm):
    farm.recruiting.close()
    bench.add()
    farm.recruiting.run_once()

    assert farm.slow.count == farm.swift.count == 0


def test_a_job_that_raises_keeps_no_other_from_being_shared(bench, farm, monkeypatch):
    recruiting = farm.recruiting
    bad, good = bench.add(name="bad", priority=90), bench.add(name="good")
    real = recruiting._ask_for
    monkeypatch.setattr(recruiting, "_ask_for", lambda job, node: 1 / 0 if job.id == bad else real(job, node))

    recruiting.run_once()

    eventually(lambda: len(bench.state.job(good).child_jobs) == 2)
    assert "something went wrong with the job bad" in bench.state.job(bad).reason
