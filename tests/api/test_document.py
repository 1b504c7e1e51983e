"""The OpenAPI document and the routes are one and the same."""

import gc
import re

import pytest
from openapi_spec_validator import validate

from zordon_app.api.errors import PlainBottle

CONTRACT = """
GET /api/jobs
GET /api/jobs/long_poll
GET /api/jobs/status/{status_val}
GET /api/jobs/{job_id}
GET /api/jobs/{job_id}/logs
GET /api/jobs/{job_id}/files
GET /api/jobs/{job_id}/download
GET /api/jobs/{job_id}/download_all
GET /api/jobs/{job_id}/thumbnail
POST /api/add_job
POST /api/jobs/{job_id}/cancel
POST /api/jobs/{job_id}/delete
POST /api/jobs/{job_id}/subjob_update
GET /api/heartbeat
GET /api/status
GET /api/snapshot
GET /api/full_status
GET /api/presets
GET /api/cpu_benchmark
GET /api/disk_benchmark
GET /api/engines
GET /api/engines/names
GET /api/engines/for_filename
GET /api/engines/{engine_name}
GET /api/engines/{engine_name}/availability
GET /api/engines/{engine_name}/args
GET /api/engines/{engine_name}/help
POST /api/engines/{engine_name}/benchmark
GET /api/engines/download_available
GET /api/engines/most_recent_version
POST /api/engines/download
POST /api/engines/delete
GET /api/_debug/detected_clients
POST /api/_debug/clear_history
POST /api/probe
POST /api/jobs/{job_id}/pause
POST /api/jobs/{job_id}/resume
POST /api/jobs/{job_id}/retry
POST /api/jobs/{job_id}/skip
POST /api/jobs/{job_id}/rerender
POST /api/jobs/{job_id}/move
POST /api/jobs/{job_id}/priority
GET /api/jobs/{job_id}/units
GET /api/settings
PATCH /api/settings
"""
"""Of the user's own specification, then of the design."""


@pytest.fixture(scope="module")
def document(api):
    answer = api.get("/api/openapi.json")
    assert answer.status == 200
    assert answer.kind == "application/json"
    return answer.json


def operations(document):
    return {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete", "head"}
    }


def test_the_document_is_valid_openapi(document):
    validate(document)


@pytest.mark.parametrize("line", CONTRACT.split("\n")[1:-1])
def test_every_route_of_the_contract_is_there(document, line):
    assert tuple(line.split()) in operations(document)


def test_every_route_that_is_served_is_in_the_document_and_no_other(api, document):
    served = [
        {(route.method, re.sub(r"<(\w+)(:[^>]*)?>", r"{\1}", route.rule)) for route in bottle.routes}
        for bottle in gc.get_objects()
        if isinstance(bottle, PlainBottle)
    ]
    assert operations(document) in served


def test_every_operation_has_a_name_of_its_own_and_a_summary(document):
    found = [operation for item in document["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in found}) == len(found)
    assert all(operation["summary"] for operation in found)


def test_every_job_route_says_that_an_unknown_id_is_a_400(document):
    for path, item in document["paths"].items():
        if "{job_id}" in path:
            for operation in item.values():
                assert "400" in operation["responses"], path


def test_the_document_is_there_for_people_too(api):
    answer = api.get("/api/docs")
    assert answer.status == 200
    assert answer.kind == "text/html"
    assert "/api/add_job" in answer.text
