import base64
import hashlib
import json
import os
import re
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme

from tests.fakes.scripted_server import Request, ScriptedServer, answer
from zordon_app import API_VERSION
from zordon_app.client import RenderServerProxy, job_cache
from zordon_app.client.address import parse_address
from zordon_app.client.download import target_for
from zordon_app.client.errors import (
    BadAnswer,
    BadRequest,
    Busy,
    Conflict,
    Forbidden,
    NotFound,
    NotSignedIn,
    Refused,
    ServerError,
    ServerFailed,
    TimedOut,
    TooLarge,
    Unreachable,
    WrongCertificate,
)
from zordon_app.client.upload import MultipartUpload

PLAIN = {"Content_Type": "text/plain; charset=utf-8"}


@pytest.fixture
def client_of() -> Iterator:
    made = []

    def make(address: str, **options: str) -> RenderServerProxy:
        made.append(RenderServerProxy(address, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


def digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def part_of(
    data: bytes, request: Request, *, tag: str = '"v1"', cut: int | None = None, lie: bytes | None = None
) -> bytes:
    """An answer with the range that was asked for, ``cut`` bytes into it."""
    asked = request.headers.get("range", "")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    body = (lie or data)[start:]
    headers = {"ETag": tag, "Repr_Digest": digest(data)}
    status = "206 Partial Content" if start else "200 OK"
    return answer(body[:cut], status, length=len(body), **headers)


def raises(kind: type[Exception], call: Callable[[], object]) -> bool:
    try:
        call()
    except kind:
        return True
    return False


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("It did not come true within 10 s.")


# Addresses


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8585"),
        ("localhost:9000", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("atlas.local", "https://atlas.local:8586"),
        ("https://10.0.0.7:9001/", "https://10.0.0.7:9001"),
    ],
)
def test_an_address_may_be_a_host_a_host_with_port_or_a_url(text, url):
    assert parse_address(text).url == url


@pytest.mark.parametrize(
    "text", ["", "ftp://atlas", "http://atlas:8585", "atlas:port", "http://127.0.0.1/path", "a b://"]
)
def test_what_is_no_address_or_would_leave_the_machine_unencrypted_is_refused(text):
    with pytest.raises(Unreachable):
        parse_address(text)


# Errors


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
    with ScriptedServer(lambda _: silence.wait(10) and None) as server:
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


# Headers and retries


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


# Certificates


@pytest.fixture(scope="module")
def secure() -> tuple[ssl.SSLContext, str]:
    certificate = trustme.CA().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
    return context, hashlib.sha256(der).hexdigest()


def test_a_pinned_certificate_is_enough(secure, client_of):
    context, fingerprint = secure
    shown = ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
    with ScriptedServer(lambda _: answer(b'{"hostname": "atlas"}'), context) as server:
        assert client_of(server.url, fingerprint=shown).get_status() == {"hostname": "atlas"}


def test_another_certificate_than_the_pinned_one_gets_no_request_at_all(secure, client_of):
    context, fingerprint = secure
    with ScriptedServer(lambda _: answer(b"{}"), context) as server, pytest.raises(WrongCertificate) as caught:
        client_of(server.url, fingerprint="00" * 32, token="secret").get_status()

    assert fingerprint in str(caught.value)
    assert server.requests == []


def test_a_self_signed_certificate_without_a_pin_is_refused_and_shown(secure, client_of):
    context, fingerprint = secure
    with ScriptedServer(lambda _: answer(b"{}"), context) as server, pytest.raises(WrongCertificate, match=fingerprint):
        client_of(server.url).get_status()

    assert server.requests == []


# Downloads


def test_a_download_that_breaks_goes_on_where_it_stopped(client_of, tmp_path):
    data = os.urandom(700_000)
    cuts = [300_000, 100_000, None]
    seen = []
    with ScriptedServer(lambda request: part_of(data, request, cut=cuts.pop(0))) as server:
        path = client_of(server.url).download_job_file(
            "j", "a.exr", tmp_path, lambda done, total: seen.append((done, total))
        )

    assert path.read_bytes() == data
    assert [request.headers.get("range") for request in server.requests] == [None, "bytes=300000-", "bytes=400000-"]
    assert server.requests[1].headers["if-range"] == '"v1"'
    assert seen[-1] == (700_000, 700_000)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(client_of, tmp_path):
    old, new = b"o" * 1000, b"n" * 1000
    replies = [
        answer(old[:400], length=1000, ETag='"old"', Repr_Digest=digest(old)),
        answer(new, ETag='"new"', Repr_Digest=digest(new)),
    ]
    with ScriptedServer(lambda _: replies.pop(0)) as server:
        assert client_of(server.url).download_job_file("j", "a", tmp_path).read_bytes() == new


def test_a_part_of_an_earlier_run_is_continued(client_of, tmp_path):
    data = os.urandom(5000)
    (tmp_path / "a.png.part").write_bytes(data[:2000])
    with ScriptedServer(lambda request: part_of(data, request)) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == data

    assert [request.headers["range"] for request in server.requests] == ["bytes=2000-"]


def test_a_part_of_another_file_is_found_out_and_thrown_away(client_of, tmp_path):
    data = os.urandom(5000)
    (tmp_path / "a.png.part").write_bytes(b"x" * 2000)
    with ScriptedServer(lambda request: part_of(data, request)) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == data

    assert len(server.requests) == 2


def test_a_part_longer_than_the_file_is_thrown_away(client_of, tmp_path):
    (tmp_path / "a.png.part").write_bytes(b"x" * 20)

    def reply(request: Request) -> bytes:
        return answer(b"", "416 No", **PLAIN) if "range" in request.headers else part_of(b"short", request)

    with ScriptedServer(reply) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == b"short"


def test_damaged_bytes_never_get_the_files_name(client_of, tmp_path):
    with (
        ScriptedServer(lambda request: part_of(b"right", request, lie=b"wrong")) as server,
        pytest.raises(BadAnswer, match="damaged"),
    ):
        client_of(server.url).download_job_file("j", "a.png", tmp_path)

    assert not (tmp_path / "a.png").exists()


def test_a_server_that_always_breaks_off_is_given_up_and_the_part_stays(client_of, tmp_path):
    data = b"d" * 1000
    with (
        ScriptedServer(
            lambda request: answer(data[:10], length=1000) if "range" not in request.headers else None
        ) as server,
        pytest.raises(Unreachable),
    ):
        client_of(server.url).download_job_file("j", "a.png", tmp_path)

    assert (tmp_path / "a.png.part").read_bytes() == data[:10]


def test_a_file_that_is_here_already_is_not_fetched_again(client_of, tmp_path):
    (tmp_path / "a.png").write_bytes(b"same")
    tag = f'"{hashlib.sha256(b"same").hexdigest()}"'

    def reply(request: Request) -> bytes:
        return answer(b"", "304 Not Modified") if request.headers.get("if-none-match") == tag else answer(b"other")

    with ScriptedServer(reply) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == b"same"

    assert len(server.requests) == 1


def test_a_zip_is_always_made_anew(client_of, tmp_path):
    (tmp_path / "all.zip.part").write_bytes(b"half of an older zip")
    with ScriptedServer(lambda _: answer(b"PK")) as server:
        assert client_of(server.url).download_all_job_files("j", tmp_path / "all.zip").read_bytes() == b"PK"

    assert "range" not in server.requests[0].headers


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "", "a//b", ".", "a\0b"])
def test_names_from_a_server_never_leave_the_folder(name, tmp_path):
    with pytest.raises(BadAnswer):
        target_for(tmp_path, name)


def test_names_with_folders_below_are_fine(tmp_path):
    assert target_for(tmp_path, "passes/ümlaut 1.exr") == tmp_path / "passes" / "ümlaut 1.exr"


# Uploads


def test_an_upload_announces_its_length_and_can_be_read_twice(tmp_path):
    file = tmp_path / 'na"me\n.mov'
    file.write_bytes(os.urandom(300_000))
    seen = []
    with MultipartUpload({"name": "ä"}, file, lambda done, total: seen.append((done, total))) as form:
        first = b"".join(iter(lambda: form.read(70_000), b""))
        form.seek(0)
        second = b"".join(iter(lambda: form.read(1_000_000), b""))

        assert len(first) == form.length
        assert first == second
    assert b'filename="na%22me%0A.mov"' in first
    assert seen[-1] == (300_000, 300_000)


# The cache of jobs


class Feed:
    """A server's side of the long poll: gives one delta per poll, then lets the poll hang."""

    def __init__(self) -> None:
        self.deltas: list[dict] = []
        self.tokens: list[str] = []
        self.more = threading.Event()
        self.fail = False

    def __call__(self, request: Request) -> bytes | None:
        if self.fail:
            return None
        self.tokens.append(request.path)
        if not self.deltas:
            self.more.wait(20)
            self.more.clear()
        return answer(json.dumps(self.deltas.pop(0)).encode()) if self.deltas else answer(status="204 No Content")


def job(job_id: str, order: float = 0.0, **fields: object) -> dict:
    return {"id": job_id, "priority": 50, "order": order, "created_at": "2026-01-01T00:00:00Z", **fields}


@pytest.fixture
def feed(monkeypatch) -> Iterator[tuple[Feed, ScriptedServer]]:
    monkeypatch.setattr(job_cache, "PAUSES", (0.01,))
    feed = Feed()
    with ScriptedServer(feed) as server:
        yield feed, server
        feed.more.set()


def test_jobs_come_from_a_cache_that_applies_changes(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [job("a", 2), job("b", 1)], "removed": [], "nodes": []}]
    client = client_of(server.url)
    assert [one["id"] for one in client.get_jobs()] == ["b", "a"]

    revision = client.wait_for_change(0, 5)
    source.deltas.append({"token": "b.2", "full": False, "jobs": [job("c", 0)], "removed": ["a"], "nodes": []})
    source.more.set()
    client.wait_for_change(revision, 10)

    assert [one["id"] for one in client.get_jobs()] == ["c", "b"]
    assert "token=b.1" in source.tokens[1]


def test_a_full_answer_replaces_everything(feed, client_of):
    source, server = feed
    source.deltas = [
        {"token": "b.1", "full": True, "jobs": [job("a")], "removed": []},
        {"token": "c.1", "full": True, "jobs": [job("z")], "removed": []},
    ]
    client = client_of(server.url)
    client.wait_for_change(1, 10)

    assert [one["id"] for one in client.get_jobs()] == ["z"]


def test_a_lost_server_shows_and_so_does_its_return(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [job("a")], "removed": []}]
    client = client_of(server.url)
    client.get_jobs()
    source.fail = True
    source.more.set()
    until(lambda: raises(Unreachable, client.get_jobs))

    source.deltas = [{"token": "c.1", "full": True, "jobs": [job("b")], "removed": []}]
    source.fail = False
    until(lambda: not raises(ServerError, client.get_jobs))
    assert [one["id"] for one in client.get_jobs()] == ["b"]


def test_closing_ends_a_poll_that_hangs(feed, client_of):
    source, server = feed
    source.deltas = [{"token": "b.1", "full": True, "jobs": [], "removed": []}]
    client = client_of(server.url)
    client.get_jobs()
    client.close()
    client.close()

    assert not any("zordon-jobs" in thread.name for thread in threading.enumerate())
