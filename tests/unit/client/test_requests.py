import pytest

from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app import API_VERSION
from zordon_app.client.errors import (
    BadRequest,
    Unreachable,
)


def test_every_request_names_the_version_and_carries_token_and_cookie(client_of):
    with ScriptedServer(lambda _: answer(b"{}")) as server:
        client_of(server.url, token="secret", cookie="session=1").get_status()

    (request,) = server.requests
    assert request.headers["x-api-version"] == API_VERSION
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["cookie"] == "session=1"


def test_reading_is_tried_again_when_the_connection_breaks(client_of):
    replies = [None, answer(b'{"hostname": "vm"}')]
    with ScriptedServer(lambda _: replies.pop(0)) as server:
        assert client_of(server.url).get_status() == {"hostname": "vm"}


def test_acting_is_not_repeated_by_itself(client_of):
    with ScriptedServer(lambda _: None) as server, pytest.raises(Unreachable):
        client_of(server.url).retry_job("x")

    assert len(server.requests) == 1


def test_a_lost_answer_to_a_new_job_is_asked_for_again_with_the_same_key(client_of, tmp_path):
    file = tmp_path / "shot.blend"
    file.write_bytes(b"BLENDER" * 100_000)
    replies = [None, answer(b'{"id": "j"}')]
    with ScriptedServer(lambda _: replies.pop(0)) as server:
        assert client_of(server.url).create_job({"name": "shot"}, file) == {"id": "j"}

    first, second = server.requests
    assert b'"idempotency_key"' in first.body
    assert first.body == second.body
    assert file.read_bytes() in first.body


def test_ids_cannot_reach_other_routes(client_of):
    with ScriptedServer(lambda _: answer(b"{}")) as server:
        client_of(server.url).get_job("../../etc?x#y")
        with pytest.raises(BadRequest):
            client_of(server.url).get_job("..")

    assert [request.path for request in server.requests] == ["/api/jobs/..%2F..%2Fetc%3Fx%23y"]
