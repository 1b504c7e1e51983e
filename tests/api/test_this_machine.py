"""Heartbeat, status, snapshot, presets, benchmarks, settings, machines, and the routes for developers."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.api import wait_until
from zordon_app import API_VERSION, __version__


def test_the_heartbeat_is_the_time(api):
    answer = api.get("/api/heartbeat")
    assert (answer.status, answer.kind) == (200, "text/plain")
    said = datetime.fromisoformat(answer.text)
    assert abs((datetime.now(UTC) - said).total_seconds()) < 60


def test_the_status_has_all_that_the_contract_names(api):
    status = api.get("/api/status").json
    for name in "timestamp system_os os_version system_cpu cpu_count cpu_percent memory_total memory_percent".split():
        assert name in status, name
    assert status["hostname"]
    assert str(status["port"]) == api.address.rpartition(":")[2]
    assert (status["app_version"], status["api_version"]) == (__version__, API_VERSION)
    assert set(status["job_counts"]) >= {"running", "completed", "paused"}


def test_job_counts_count(make_node):
    node = make_node()
    node.paused()
    node.finished()
    counts = node.api.get("/api/status").json["job_counts"]
    assert (counts["paused"], counts["completed"], counts["error"]) == (1, 1, 0)


def test_the_snapshot_is_status_jobs_and_time(node, api):
    job = node.paused()
    snapshot = api.get("/api/snapshot").json
    assert snapshot["status"]["app_version"] == __version__
    assert job["id"] in [entry["id"] for entry in snapshot["jobs"]]
    assert snapshot["timestamp"]


def test_the_full_status_is_keyed_by_machine(api):
    full = api.get("/api/full_status").json
    own = api.get("/api/status").json["hostname"]
    assert full[own]["online"] is True
    assert full[own]["cpu_count"] >= 1


def test_presets_come_by_id(api):
    for preset in api.get("/api/presets").json.values():
        assert preset["name"]
        assert preset["engine"]


def test_a_benchmark_runs_once_at_a_time_and_ends_with_a_score(make_node, monkeypatch):
    monkeypatch.setattr("zordon_app.api.routes.environment.CPU_SECONDS", 1.5)
    api = make_node().api
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(api.get("/api/cpu_benchmark"))) for _ in range(2)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    done, refused = sorted(answers, key=lambda answer: answer.status)
    assert refused.refused(503)
    assert int(refused.headers["Retry-After"]) > 0
    assert done.kind == "text/plain"
    assert float(done.text) > 0


def test_the_disk_benchmark_gives_both_speeds(api):
    speeds = api.get("/api/disk_benchmark").json
    assert speeds["write_mb_per_s"] > 0
    assert speeds["read_mb_per_s"] > 0


@pytest.mark.parametrize("path", ["/api/cpu_benchmark", "/api/disk_benchmark"])
def test_another_sites_page_cannot_set_off_a_benchmark(api, path):
    api.get(path, headers={"Sec-Fetch-Site": "cross-site"}).refused(403)


def test_settings_are_read_and_changed_all_or_none(make_node):
    api = make_node().api
    before = api.get("/api/settings").json
    sentence = api.send("PATCH", "/api/settings", json={"hang_minutes": 5, "previews_gib": "much"}).refused(400)
    assert "previews_gib" in sentence
    assert api.get("/api/settings").json == before
    changed = api.send("PATCH", "/api/settings", json={"hang_minutes": 5}).json
    assert changed == before | {"hang_minutes": 5}
    assert api.send("PATCH", "/api/settings", json={"hang_minutes": None}).json == before


@pytest.mark.parametrize(
    "changes",
    [{"colour": "red"}, {"port": 80}, {"door": "ajar"}, {"output_folder": "here"}, {"disk_reserve_gib": -1}, [1], 5],
)
def test_wrong_settings_are_a_400(api, changes):
    before = api.get("/api/settings").json
    api.send("PATCH", "/api/settings", json=changes).refused(400)
    assert api.get("/api/settings").json == before


def test_this_machine_is_among_the_machines(api):
    (this,) = [machine for machine in api.get("/api/nodes").json if machine["this"]]
    assert this["state"] in {"ready", "rendering"}
    assert this["cores"] >= 1


def test_a_paused_machine_takes_no_work_until_it_is_resumed(make_node):
    node = make_node()
    (this,) = node.api.get("/api/nodes").json
    assert node.api.post(f"/api/nodes/{this['id']}/pause").json["state"] == "paused"
    job = node.api.add(node.project())
    assert node.api.get("/api/jobs/long_poll", token=node.api.get("/api/jobs").json["token"], timeout=0.5).status == 204
    assert node.api.job(job["id"])["status"] == "not_started"
    assert node.api.post(f"/api/nodes/{this['id']}/resume").json["state"] != "paused"
    assert node.api.wait_ended(job["id"])["status"] == "completed"


def test_pausing_this_machine_gives_back_what_it_holds(make_node):
    node = make_node()
    job = node.running()
    node.api.post("/api/nodes/this/pause")
    assert node.api.wait_for(job["id"], lambda job: job["units"]["leased"] == 0)["units"]["done"] == 1


@pytest.mark.parametrize("what", ["pause", "resume"])
def test_an_unknown_machine_is_a_404(api, what):
    api.post(f"/api/nodes/nobody/{what}").refused(404)


@pytest.mark.parametrize(("method", "path"), [("GET", "detected_clients"), ("POST", "clear_history")])
def test_routes_for_developers_are_a_404(api, method, path):
    api.send(method, f"/api/_debug/{path}").refused(404)


def test_in_debug_mode_the_history_can_be_cleared(make_node):
    node = make_node(debug=True)
    finished, paused = node.finished(), node.paused()
    assert node.api.get("/api/_debug/detected_clients").json == []
    assert node.api.post("/api/_debug/clear_history").text == "success"
    assert [job["id"] for job in node.api.get("/api/jobs").json["jobs"]] == [paused["id"]]
    assert finished["output_path"]
    assert node.api.job(paused["id"])


def test_the_add_on_is_there(api):
    answer = api.get("/api/addon/zordon_submit.zip")
    assert answer.status == 200
    assert answer.body.startswith(b"PK")


def test_a_pause_until_a_time_says_so_and_needs_a_time_zone(make_node):
    api = make_node().api
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()

    assert "Paused until" in api.post("/api/nodes/this/pause", {"until": until}).json["reason"]
    assert api.post("/api/nodes/this/pause", {"until": "2026-01-31T22:00:00"}).status == 400


def test_the_schema_of_the_settings_tells_types_ranges_and_defaults(api):
    document = api.get("/api/settings/schema").json
    (settings,) = document["$defs"].values()

    assert set(settings["properties"]) == set(api.get("/api/settings").json)
    threads = settings["properties"]["threads"]
    assert (threads["type"], threads["minimum"], threads["default"]) == ("integer", 0, 0)
    assert all(about["description"] for about in settings["properties"].values())


def test_presets_have_a_schema_and_tell_their_problems(make_node):
    node = make_node()
    assert "presets" in node.api.get("/api/presets/schema").json["properties"]
    assert node.api.get("/api/presets/problems").json == []
    (node.zordon.paths.config / "presets.yaml").write_text("version: 1\npresets:\n  mine: {extends: nobody}\n")

    (problem,) = node.api.get("/api/presets/problems").json
    assert problem["line"] == 3
    assert "nobody" in problem["message"]


def test_the_load_of_this_machine_comes_as_columns_of_one_length(api):
    columns = wait_until(lambda: (seen := api.get("/api/nodes/this/history", seconds=60).json)["at"] and seen)

    assert {"at", "cpu", "cores", "memory", "received", "sent", "read", "written"} <= columns.keys()
    assert len({len(column) for column in columns.values()}) == 1
    api.get("/api/nodes/this/history", seconds="soon").refused(400)


@pytest.mark.parametrize("what", ["history", "benchmarks"])
def test_of_an_unknown_machine_nothing_is_known(api, what):
    api.get(f"/api/nodes/nobody/{what}").refused(404)


def test_a_job_limited_to_a_machine_that_is_paused_says_for_whom_it_waits(node, api):
    this = api.get("/api/nodes").json[0]
    api.post("/api/nodes/this/pause")
    try:
        job = api.add(node.project(), nodes=[this["id"]])
        api.wait_for(job["id"], lambda job: job["reason"] == f"Waits for {this['name']} (paused).")
    finally:
        api.post("/api/nodes/this/resume")
    assert api.wait_ended(job["id"])["status"] == "completed"


def test_a_running_job_that_nobody_works_on_says_for_whom_it_waits(node, api):
    this = api.get("/api/nodes").json[0]
    job = node.running()
    api.post("/api/nodes/this/pause")
    try:
        said = api.wait_for(job["id"], lambda job: job["reason"] == f"Waits for {this['name']} (paused).")
        assert said["status"] == "running"
    finally:
        api.post("/api/nodes/this/resume")
    api.wait_for(job["id"], lambda job: job["reason"].startswith("Rendering"))
    api.post(f"/api/jobs/{job['id']}/cancel", confirm=1)


def test_a_job_let_out_of_a_list_no_longer_waits_for_its_machines(node, api):
    this = api.get("/api/nodes").json[0]
    api.post("/api/nodes/this/pause")
    try:
        job = api.add(node.project(), nodes=[this["id"]])
        api.wait_for(job["id"], lambda job: job["reason"].startswith("Waits for "))
        api.post(f"/api/jobs/{job['id']}/nodes", {"nodes": []})
        api.wait_for(job["id"], lambda job: job["reason"] == "In the queue.")
    finally:
        api.post("/api/nodes/this/resume")
