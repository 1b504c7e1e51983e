import re
import threading

import pytest

from tests.fakes.patience import HANG_SECONDS
from tests.fakes.scripted_server import ScriptedServer, answer
from zordon_app.client.errors import (
    BadAnswer,
    BadRequest,
    Busy,
    Conflict,
    Forbidden,
    NotFound,
    NotSignedIn,
    Refused,
    ServerFailed,
    TimedOut,
    TooLarge,
    Unreachable,
)

PLAIN = {"Content_Type": "text/plain; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", BadRequest),
        ("401 Unauthorized", NotSignedIn),
        ("403 Forbidden", Forbidden),
        ("404 Not Found", NotFound),
        ("409 Conflict", Conflict),
        ("413 Too Large", TooLarge),
        ("421 Misdirected", Refused),
        ("500 Oops", ServerFailed),
        ("503 Busy", Busy),
    ],
)
def test_a_refusal_carries_its_status_and_the_servers_sentence(status, kind, client_of):
    with ScriptedServer(lambda _: answer("Nö, nicht so.".encode(), status, **PLAIN)) as server:
        with pytest.raises(kind, match="Nö, nicht so") as caught:
            client_of(server.url).pause_job("x")

        assert type(caught.value) is kind
        assert caught.value.status == int(status[:3])


def test_a_refusal_keeps_the_code_and_the_values_of_its_sentence(client_of):
    headers = PLAIN | {"X_Error": "no_file?path=%2Fa+b"}
    with (
        ScriptedServer(lambda _: answer(b"There is no file /a b.", "400 Bad Request", **headers)) as server,
        pytest.raises(BadRequest) as caught,
    ):
        client_of(server.url).pause_job("x")

    assert (caught.value.code, caught.value.values) == ("no_file", {"path": "/a b"})


@pytest.mark.parametrize("about", ["", "?path=a", "no file?path=a", "nö?path=a"])
def test_what_is_no_code_is_none(client_of, about):
    headers = PLAIN | {"X_Error": about}
    with (
        ScriptedServer(lambda _: answer(b"No.", "400 Bad Request", **headers)) as server,
        pytest.raises(BadRequest) as caught,
    ):
        client_of(server.url).pause_job("x")

    assert caught.value.about == ""


def test_a_page_of_another_program_is_not_shown_as_a_sentence(client_of):
    page = answer(b"<html>Bad gateway</html>", "502 Bad Gateway", Content_Type="text/html")
    with ScriptedServer(lambda _: page) as server, pytest.raises(Refused) as caught:
        client_of(server.url).get_status()

    assert "<html>" not in str(caught.value)
    assert caught.value.status == 502


def test_a_busy_server_says_when_to_ask_again(client_of):
    with (
        ScriptedServer(lambda _: answer(b"Later.", "503 Busy", Retry_After="7", **PLAIN)) as server,
        pytest.raises(Busy) as caught,
    ):
        client_of(server.url).resume_job("x")

    assert caught.value.retry_after == 7


def test_nothing_there_is_unreachable_and_names_the_address(client_of):
    with ScriptedServer(lambda _: answer()) as server:
        url = server.url
    with pytest.raises(Unreachable, match=re.escape(url)):
        client_of(url).get_status()

    assert client_of(url).check_connection() is False


def test_a_name_that_does_not_exist_is_said_to_be_unknown(client_of):
    with pytest.raises(Unreachable, match=r"no machine called .nobody\.invalid."):
        client_of("https://nobody.invalid:8586").get_status()


def test_silence_ends_with_a_time_out(client_of):
    silence = threading.Event()
    with ScriptedServer(lambda _: silence.wait(HANG_SECONDS) and None) as server:
        with pytest.raises(TimedOut, match="did not answer within"):
            client_of(server.url).request("POST", "/api/x", read_seconds=0.2)
        silence.set()


def test_an_answer_that_is_no_json_is_a_bad_answer(client_of):
    with ScriptedServer(lambda _: answer(b"{broken")) as server, pytest.raises(BadAnswer):
        client_of(server.url).get_status()


def test_json_of_the_wrong_kind_is_a_bad_answer(client_of):
    with ScriptedServer(lambda _: answer(b"[1]")) as server, pytest.raises(BadAnswer):
        client_of(server.url).get_status()


def test_another_program_on_that_port_is_not_taken_for_a_zordon(client_of):
    with ScriptedServer(lambda _: answer(b"Welcome to nginx")) as server:
        assert client_of(server.url).check_connection() is False
