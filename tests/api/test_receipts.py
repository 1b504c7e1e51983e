"""The receipt of a job: what the ledger knows, signed by the node."""

import hashlib
import json
from pathlib import Path

import pytest

from zordon_app.peers.identity.keys import device_id
from zordon_app.peers.identity.signing import read_receipt


def get_receipt(api, job):
    answer = api.get(f"/api/jobs/{job['id']}/receipt")
    assert answer.status == 200, answer.text
    return answer


def test_it_names_every_unit_and_file_as_the_ledger_has_them(node, api):
    job = node.finished(faults={2: {"how": "no_file", "times": 1}})
    answer = get_receipt(api, job)
    receipt, units = read_receipt(answer.body), api.get(f"/api/jobs/{job['id']}/units").json
    folder = Path(job["output_path"])

    assert answer.kind == "application/json"
    assert "receipt.json" in answer.headers["Content-Disposition"]
    assert answer.json["public_key"] not in ("", receipt.node.id)
    assert device_id(answer.json["public_key"]) == receipt.node.id == api.get("/api/farm").json["id"]
    assert (receipt.job.id, receipt.job.status, receipt.job.args) == (job["id"], "completed", job["args"])
    assert (receipt.build.engine, receipt.build.version) == ("fake", job["engine_version"])
    assert [(one.unit, one.file, one.sha256, one.bytes, one.attempt, one.seconds) for one in receipt.units] == [
        (one["unit"], one["file"], one["sha256"], one["bytes"], one["attempt"], one["seconds"]) for one in units
    ]
    assert {one.node.id for one in receipt.units} == {receipt.node.id}
    assert {one.program for one in receipt.units} == {receipt.build.sha256}
    assert {one.file: one.sha256 for one in receipt.files} == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in job_files(api, job)
    }


def job_files(api, job) -> list[str]:
    return api.get(f"/api/jobs/{job['id']}/files").json


def test_it_shows_attempts_that_failed(node, api):
    job = node.finished(faults={2: {"how": "no_file", "times": 1}})
    attempts = {one.unit: one.attempt for one in read_receipt(get_receipt(api, job).body).units}

    assert attempts[1] == 1
    assert attempts[2] > 1


def test_a_job_that_goes_on_has_a_receipt_of_what_is_done(node, api):
    job = node.running()
    receipt = read_receipt(get_receipt(api, job).body)
    api.post(f"/api/jobs/{job['id']}/cancel", {"confirm": True})

    assert receipt.job.status == "running"
    assert len(receipt.files) == 1
    assert [one.state for one in receipt.units][:1] == ["done"]


def test_no_folder_of_this_machine_stands_in_it(node, api):
    job = node.finished()

    assert str(node.folder) not in get_receipt(api, job).text
    assert job["output_path"] not in get_receipt(api, job).text


def test_before_anything_is_done_there_is_none(node, api):
    job = node.paused()

    assert "no receipt yet" in api.get(f"/api/jobs/{job['id']}/receipt").refused(404)


def test_an_unknown_job_is_a_400(api):
    api.get("/api/jobs/00000000-0000-0000-0000-000000000000/receipt").refused(400)


def test_it_is_in_the_document_with_its_fields(api):
    document = api.get("/api/openapi.json").json
    schema = document["paths"]["/api/jobs/{job_id}/receipt"]["get"]["responses"]["200"]["content"]["application/json"]

    assert "SignedReceipt" in json.dumps(schema)
    assert {"receipt", "public_key", "signature"} <= set(
        document["components"]["schemas"]["SignedReceipt"]["properties"]
    )


@pytest.mark.parametrize("path", ["receipt/", "receipts"])
def test_nothing_is_beside_it(node, api, path):
    job = node.paused()

    assert api.get(f"/api/jobs/{job['id']}/{path}").status == 404
