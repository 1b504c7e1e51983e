"""A job whose project lacks files waits for a person, where that is wanted."""

import pytest


@pytest.fixture
def waiting(node, api):
    project = node.project(missing=["//wood.png"])
    job = api.add(project, missing_files="wait")
    return api.wait_for(job["id"], lambda job: job["held_for_files"])


def test_it_waits_before_the_first_frame_and_says_for_what(waiting):
    assert waiting["status"] == "configuring"
    assert waiting["reason"].startswith("Missing files: //wood.png. ")
    assert waiting["units"]["waiting"] == 4


def test_it_goes_on_when_it_is_resumed_and_is_not_asked_again(api, waiting):
    assert api.post(f"/api/jobs/{waiting['id']}/resume", {}).status == 200
    assert api.wait_ended(waiting["id"])["status"] == "completed"


def test_a_project_that_is_whole_waits_for_nobody(node, api):
    job = api.add(node.project(), missing_files="wait")
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_without_a_word_it_is_rendered(node, api):
    job = api.add(node.project(missing=["//wood.png"]))
    assert api.wait_ended(job["id"])["status"] == "completed"
