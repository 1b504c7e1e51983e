"""Whatever the OpenAPI document allows, and much that it does not, is answered; nothing makes the server fail.

``ZORDON_FUZZ_CASES`` is how many requests each operation gets (F41: 10 000 in all are a long night's run); without it a
few, and more where all tests are run.
"""

import os
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from tests.fakes.api import Api
from tests.fakes.engine import FakeEngine, write_project
from zordon_app.app import Zordon

CASES = int(os.environ.get("ZORDON_FUZZ_CASES") or settings.default.max_examples // 5)
LEFT_OUT = re.compile(
    r"[_/]benchmark$|/engines/(download|downloads|refresh|available|download_available|most_recent_version|sources)\b"
    r"|/engines/install_archive|/farm/join$|/peer/"
)
"""They take seconds, or ask other machines and the sites of engines, and have tests of their own."""
BUSY = 503


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A machine at rest: what strangers make of it must not start hooks or engines."""
    folder = tmp_path_factory.mktemp("fuzzed")
    zordon = Zordon(folder / "home", port=0, lan=False, discovery=False, engines=[FakeEngine()], timescale=0.01)
    api = Api(zordon.address)
    try:
        zordon.start()
        api.address = zordon.address
        api.post("/api/nodes/this/pause")
        yield api, [api.add(write_project(folder / f"shot{n}.fake"), paused=n == 0)["id"] for n in range(2)]
    finally:
        api.close()
        zordon.stop()


@pytest.mark.timeout(600)
def test_no_request_makes_the_server_fail(node):
    api, jobs = node
    schema = schemathesis.openapi.from_url(f"{api.address}/api/openapi.json")
    checks = [CHECKS.get_one(name) for name in ("status_code_conformance", "content_type_conformance")]
    seen = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if LEFT_OUT.search(operation.path):
            continue
        ask_often(api, operation, jobs, checks)
        seen += 1
    assert seen > 50
    assert api.get("/api/heartbeat").status == 200
    assert api.get("/api/jobs").status == 200


def ask_often(api, operation, jobs, checks):
    """All sorts of requests to one operation; half of them about jobs that there are."""
    count = 0

    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        nonlocal count
        count += 1
        if "job_id" in (case.path_parameters or {}) and count % 2:
            case.path_parameters["job_id"] = jobs[count % len(jobs)]
        case.headers.pop("X-API-Version", None)
        response = case.call()
        where = f"{case.method} {case.formatted_path} {response.status_code} {response.content[:300]!r}"
        assert response.status_code < 500 or response.status_code == BUSY, where
        if response.status_code >= 400:
            assert response.headers["content-type"][0].startswith("text/plain"), where
            assert b"Traceback" not in response.content, where
        case.validate_response(response, checks=checks)

    ask()
