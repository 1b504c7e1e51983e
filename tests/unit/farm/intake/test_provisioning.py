from types import SimpleNamespace

import pytest

from zordon_app.domain.jobs import BuildRef
from zordon_app.domain.statuses import JobStatus
from zordon_app.engines.base import Build
from zordon_app.errors import BuildNotFound, DiskFull
from zordon_app.farm.intake.provisioning import RETRY_SECONDS, Provisioning, decide, job_bound_to

NAME = "Fake 2.0"


def fetching(state, *, reason="", fraction=0.0):
    return SimpleNamespace(state=state, reason=reason, fraction=fraction)


def say(allowed="ask", *, is_offered=True, fetching=None, may_retry=True):
    return decide(NAME, allowed=allowed, is_offered=is_offered, fetching=fetching, may_retry=may_retry)


def test_who_is_asked_is_told_both_ways():
    step = say("ask")

    assert not step.begin
    assert step.reason == (
        "Fake 2.0 is not installed here. Download it under Engines, or allow downloads in Settings; "
        "the job starts by itself."
    )


def test_where_it_is_always_allowed_the_download_begins():
    assert say("always").begin
    assert not say("always", may_retry=False).begin


def test_where_it_is_never_allowed_nothing_begins_and_the_setting_is_named():
    step = say("never")

    assert not step.begin
    assert "switch downloads on in Settings" in step.reason


def test_where_no_download_is_known_that_is_said():
    assert "no download of it is known" in say("always", is_offered=False).reason
    assert not say("always", is_offered=False).begin


@pytest.mark.parametrize(
    ("state", "fraction", "words"),
    [
        ("queued", 0.0, "being downloaded (0 %)"),
        ("downloading", 0.349, "being downloaded (30 %)"),
        ("downloading", 1.0, "being downloaded (100 %)"),
        ("checking", 0.5, "being installed"),
        ("unpacking", 0.0, "being installed"),
        ("testing", 0.0, "being installed"),
        ("paused", 0.5, "its download is paused. Resume it"),
        ("cancelled", 0.0, "its download is cancelled. Resume it"),
    ],
)
@pytest.mark.parametrize("allowed", ["ask", "always", "never"])
def test_the_reason_follows_the_download_however_it_began(state, fraction, words, allowed):
    step = say(allowed, fetching=fetching(state, fraction=fraction))

    assert words in step.reason
    assert not step.begin


def test_a_failure_is_told_and_tried_again_only_after_a_while_and_only_where_allowed():
    failed = fetching("failed", reason="The site is down.")

    assert say("always", fetching=failed).reason == "Fake 2.0 could not be downloaded: The site is down."
    assert say("always", fetching=failed).begin
    assert not say("always", fetching=failed, may_retry=False).begin
    assert not say("ask", fetching=failed).begin


def test_a_build_that_was_removed_after_its_download_is_offered_again():
    assert say("ask", fetching=fetching("installed")) == say("ask")


class FakeDownloads:
    """What a site offers; downloading puts a record there."""

    def __init__(self):
        self.offered = [Build(engine="fake", version="2.0", command=(), origin="download")]
        self.records = {}
        self.here = {}
        self.begun = []
        self.error = None

    def offers(self, _engine):
        return self.offered

    def download(self, wanted):
        if self.error:
            raise self.error
        self.begun.append(wanted.version)
        self.records[wanted.engine, wanted.version] = fetching("downloading")

    def fetching(self, engine, version):
        return self.records.get((engine, version))

    def arrived(self, engine, version):
        return self.here.get((engine, version))


class FakeEngine:
    name, label = "fake", "Fake"

    def choose_build(self, builds, _saved_with, wanted):
        for build in builds:
            if build.version.startswith(wanted):
                return build
        raise BuildNotFound("None.")


@pytest.fixture
def downloads():
    return FakeDownloads()


@pytest.fixture
def installed():
    return {}


@pytest.fixture
def settings():
    return SimpleNamespace(allowed="always")


@pytest.fixture
def state(bench):
    return bench.state


@pytest.fixture
def lifecycle(bench):
    return bench.lifecycle


@pytest.fixture
def clock(bench):
    return bench.clock


@pytest.fixture
def provisioning(state, lifecycle, clock, downloads, installed, settings):
    return Provisioning(
        state,
        lifecycle,
        registry=SimpleNamespace(get=lambda _name: FakeEngine()),
        builds=SimpleNamespace(find=lambda ref: installed.get(ref.version)),
        downloads=downloads,
        allowed=lambda: settings.allowed,
        clock=clock,
    )


@pytest.fixture
def job(bench):
    build = BuildRef(engine="fake", version="2.0")
    reason = "Fake 2.0 is not installed here."
    return bench.state.job(bench.add(build=build, status=JobStatus.CONFIGURING, reason=reason))


def test_a_missing_build_is_fetched_once_and_the_job_says_so(provisioning, downloads, state, job):
    provisioning.run_once()
    provisioning.run_once()

    assert downloads.begun == ["2.0"]
    assert "being downloaded (0 %)" in state.job(job.id).reason
    assert state.job(job.id).status == JobStatus.CONFIGURING


def test_a_reason_that_stays_the_same_is_not_written_again(provisioning, state, job, settings):
    settings.allowed = "ask"
    provisioning.run_once()
    changes = []
    state.listen(changes.append)

    provisioning.run_once()

    assert changes == []


def test_a_job_that_is_held_is_left_alone(provisioning, downloads, state, lifecycle, job):
    lifecycle.set_job_status(job.id, JobStatus.PAUSED, "Paused.")

    provisioning.run_once()

    assert downloads.begun == []
    assert state.job(job.id).reason == "Paused."


def test_a_download_that_cannot_begin_is_told_and_tried_again_later(provisioning, downloads, state, job, clock):
    downloads.error = DiskFull("The disk is full.")
    provisioning.run_once()
    assert state.job(job.id).reason == "Fake 2.0 cannot be downloaded: The disk is full."

    downloads.error = None
    provisioning.run_once()
    assert downloads.begun == []
    clock.advance(RETRY_SECONDS)
    provisioning.run_once()
    assert downloads.begun == ["2.0"]


def test_a_build_that_calls_itself_otherwise_is_what_the_job_is_bound_to_on_arrival(
    provisioning, downloads, installed, state, job
):
    arrived = Build(engine="fake", version="2.0.1", command=("/x",), origin="managed", sha256="ab")
    downloads.here["fake", "2.0"] = arrived

    provisioning.run_once()

    assert state.job(job.id).build == arrived.ref


def test_a_job_made_before_its_build_was_here_is_bound_to_its_bytes(provisioning, installed, state, lifecycle, job):
    installed["2.0"] = Build(engine="fake", version="2.0", command=("/x",), origin="managed", sha256="ab")
    lifecycle.set_job_status(job.id, JobStatus.NOT_STARTED, "In the queue.")

    provisioning.run_once()

    assert state.job(job.id).build.sha256 == "ab"


def test_the_job_that_holds_a_build_is_named_until_it_has_ended(state, lifecycle, job):
    build = BuildRef(engine="fake", version="2.0", sha256="ab")

    assert job_bound_to(state.jobs(), build) == "shot"
    assert job_bound_to(state.jobs(), BuildRef(engine="fake", version="2.1", sha256="ab")) == ""
    lifecycle.stop(job.id, JobStatus.CANCELLED, "Cancelled.")
    assert job_bound_to(state.jobs(), build) == ""
