from zordon_app.domain.statuses import (
    LEGAL_JOB_CHANGES,
    LEGAL_UNIT_CHANGES,
    JobStatus,
    UnitState,
    can_job_change,
    can_unit_change,
)


def test_every_status_has_a_row_in_the_table_of_changes():
    assert set(LEGAL_JOB_CHANGES) == set(JobStatus)
    assert set(LEGAL_UNIT_CHANGES) == set(UnitState)


def test_an_ended_job_never_runs_without_being_queued_again():
    for status in JobStatus:
        if status.is_final:
            assert not can_job_change(status, JobStatus.RUNNING)
            assert can_job_change(status, JobStatus.NOT_STARTED)


def test_a_done_unit_only_changes_when_it_is_asked_for_again():
    changes = [state for state in UnitState if can_unit_change(UnitState.DONE, state)]

    assert changes == [UnitState.WAITING]
