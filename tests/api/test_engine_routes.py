"""GET /api/engines and what belongs to it, on a node without the network."""

import platform

import pytest


def test_engines_come_by_name_with_their_builds(api):
    engines = api.get("/api/engines").json
    assert {"fake", "cold"} <= engines.keys()
    assert [build["version"] for build in engines["fake"]["versions"]] == ["1.0"]
    assert "options" not in engines["fake"]


def test_full_adds_extensions_formats_system_and_options(api):
    data = api.get("/api/engines", response_type="full").json["fake"]
    assert data["supported_extensions"] == [".fake"]
    assert data["supported_export_formats"] == ["PNG", "JPEG", "OPEN_EXR"]
    assert data["system_info"]
    assert "samples" in [option["name"] for option in data["options"]]


@pytest.mark.parametrize("path", ["/api/engines", "/api/engines/fake"])
def test_another_response_type_is_a_400_that_names_those_there_are(api, path):
    assert "full" in api.get(path, response_type="everything").refused(400)


def test_names_are_a_list(api):
    assert set(api.get("/api/engines/names").json) >= {"fake", "cold"}


@pytest.mark.parametrize(("filename", "engine"), [("shot.fake", "fake"), ("C:\\shots\\SHOT.COLD", "cold")])
def test_the_engine_for_a_file_name_comes_as_text(api, filename, engine):
    answer = api.get("/api/engines/for_filename", filename=filename)
    assert (answer.status, answer.kind, answer.text) == (200, "text/plain", engine)


@pytest.mark.parametrize("query", [{}, {"filename": ""}, {"filename": "a.doc"}, {"filename": "noend"}])
def test_no_engine_for_a_file_name_is_a_400(api, query):
    api.get("/api/engines/for_filename", **query).refused(400)


def test_one_engine_has_the_same_data_as_in_the_list(api):
    assert api.get("/api/engines/fake").json == api.get("/api/engines").json["fake"]


def test_availability_says_whether_this_machine_takes_jobs(api):
    data = api.get("/api/engines/fake/availability").json
    assert data["available"]
    assert data["versions"] == ["1.0"]
    assert data["cpu_count"] >= 1
    assert data["hostname"] == platform.node()


def test_arguments_have_types_and_ranges(api):
    found = {argument["name"]: argument for argument in api.get("/api/engines/fake/args").json}
    assert (found["samples"]["kind"], found["samples"]["minimum"], found["samples"]["maximum"]) == ("integer", 1, 4096)
    assert found["device"]["choices"] == ["CPU", "GPU"]


def test_help_is_the_programs_own_text(api):
    answer = api.get("/api/engines/fake/help")
    assert (answer.kind, answer.text) == ("text/plain", "The fake engine's help.")


@pytest.mark.parametrize("rest", ["", "/availability", "/args", "/help"])
def test_an_unknown_engine_is_a_404_that_names_those_there_are(api, rest):
    assert "fake" in api.get(f"/api/engines/nuke{rest}").refused(404)


def test_an_engine_without_a_benchmark_says_so(api):
    assert "no benchmark for fake" in api.post("/api/engines/fake/benchmark").refused(400)


def test_a_benchmark_of_what_is_not_here_is_a_404(api):
    api.post("/api/engines/nuke/benchmark").refused(404)
    api.post("/api/engines/fake/benchmark", {"version": "9.9"}).refused(404)


@pytest.mark.parametrize("body", [{"version": 5}, {"build": "1.0"}])
def test_a_benchmark_that_is_asked_for_wrongly_is_a_400(api, body):
    api.post("/api/engines/fake/benchmark", body).refused(400)


@pytest.mark.parametrize("rest", ["download_available", "most_recent_version"])
@pytest.mark.parametrize("query", [{}, {"engine": ""}, {"version": "1"}])
def test_a_question_about_downloads_without_an_engine_is_a_400(api, rest, query):
    api.get(f"/api/engines/{rest}", **query).refused(400)


@pytest.mark.parametrize("rest", ["download_available", "most_recent_version"])
def test_a_question_about_downloads_of_an_unknown_engine_is_a_404(api, rest):
    api.get(f"/api/engines/{rest}", engine="nuke", version="1.0").refused(404)


@pytest.mark.parametrize("rest", ["download", "delete"])
@pytest.mark.parametrize("body", [{}, {"engine": "fake"}, {"version": "1.0"}, {"engine": 5, "version": "1"}, [1]])
def test_a_download_that_is_not_named_is_a_400(api, rest, body):
    api.post(f"/api/engines/{rest}", body).refused(400)


@pytest.mark.parametrize("rest", ["download", "delete"])
def test_an_unknown_engine_can_be_neither_downloaded_nor_deleted(api, rest):
    api.post(f"/api/engines/{rest}", {"engine": "nuke", "version": "1.0"}).refused(404)


@pytest.mark.parametrize("version", ["1.0", "9.9", "../..", "..", "a/b", "\0"])
def test_a_build_that_zordon_did_not_download_is_never_deleted(api, version):
    answer = api.post("/api/engines/delete", {"engine": "fake", "version": version})
    assert answer.status in {400, 404}, answer.text
    assert api.get("/api/engines/names").json == ["fake", "cold"]
