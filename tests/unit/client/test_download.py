import base64
import hashlib
import os

import pytest

from tests.fakes.scripted_server import Request, ScriptedServer, answer
from zordon_app.client.download import target_for
from zordon_app.client.errors import (
    BadAnswer,
    Unreachable,
)

PLAIN = {"Content_Type": "text/plain; charset=utf-8"}


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
    (tmp_path / ".a.png.zordon-part").write_bytes(data[:2000])
    with ScriptedServer(lambda request: part_of(data, request)) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == data

    assert [request.headers["range"] for request in server.requests] == ["bytes=2000-"]


def test_a_part_of_another_file_is_found_out_and_thrown_away(client_of, tmp_path):
    data = os.urandom(5000)
    (tmp_path / ".a.png.zordon-part").write_bytes(b"x" * 2000)
    with ScriptedServer(lambda request: part_of(data, request)) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == data

    assert len(server.requests) == 2


def test_a_part_longer_than_the_file_is_thrown_away(client_of, tmp_path):
    (tmp_path / ".a.png.zordon-part").write_bytes(b"x" * 20)

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

    assert (tmp_path / ".a.png.zordon-part").read_bytes() == data[:10]


def test_a_file_that_is_here_already_is_not_fetched_again(client_of, tmp_path):
    (tmp_path / "a.png").write_bytes(b"same")
    tag = f'"{hashlib.sha256(b"same").hexdigest()}"'

    def reply(request: Request) -> bytes:
        return answer(b"", "304 Not Modified") if request.headers.get("if-none-match") == tag else answer(b"other")

    with ScriptedServer(reply) as server:
        assert client_of(server.url).download_job_file("j", "a.png", tmp_path).read_bytes() == b"same"

    assert len(server.requests) == 1


def test_another_file_keeps_its_name_and_a_second_fetch_finds_the_first(client_of, tmp_path):
    for name in ("film.mp4", "film (2).mp4"):
        (tmp_path / name).write_bytes(b"mine")
    tag = f'"{hashlib.sha256(b"new").hexdigest()}"'

    def reply(request: Request) -> bytes:
        return answer(b"", "304 Not Modified") if request.headers.get("if-none-match") == tag else answer(b"new")

    with ScriptedServer(reply) as server:
        client = client_of(server.url)
        for _ in range(2):
            assert client.download_job_file("j", "film.mp4", tmp_path) == tmp_path / "film (3).mp4"
        assert client.download_all_job_files("j", tmp_path / "film.mp4") == tmp_path / "film (4).mp4"
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
            "film.mp4": b"mine", "film (2).mp4": b"mine", "film (3).mp4": b"new", "film (4).mp4": b"new",
        }  # fmt: skip
        assert client.download_job_file("j", "film.mp4", tmp_path, replace=True) == tmp_path / "film.mp4"


def test_a_zip_is_always_made_anew(client_of, tmp_path):
    (tmp_path / ".all.zip.zordon-part").write_bytes(b"half of an older zip")
    with ScriptedServer(lambda _: answer(b"PK")) as server:
        assert client_of(server.url).download_all_job_files("j", tmp_path / "all.zip").read_bytes() == b"PK"

    assert "range" not in server.requests[0].headers


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", "C:/x", "a\\b", "", "a//b", ".", "a\0b"])
def test_names_from_a_server_never_leave_the_folder(name, tmp_path):
    with pytest.raises(BadAnswer):
        target_for(tmp_path, name)


def test_names_with_folders_below_are_fine(tmp_path):
    assert target_for(tmp_path, "passes/ümlaut 1.exr") == tmp_path / "passes" / "ümlaut 1.exr"
