"""What a job made: names, files, zip, thumbnails, logs."""

import base64
import hashlib
import io
import os
import zipfile
from pathlib import Path

import OpenImageIO as oiio
import pytest

from zordon_app.errors import PreviewFailed
from zordon_app.render import previews


@pytest.fixture(scope="module")
def job(node):
    return node.finished(name="ignored", warnings=["A texture is missing."])


@pytest.fixture(scope="module")
def base(job):
    return f"/api/jobs/{job['id']}"


@pytest.fixture(scope="module")
def names(api, base):
    return api.get(f"{base}/files").json


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_the_file_list_has_each_frame(names, job):
    assert names == [f"{job['name']}_{frame:04d}.png" for frame in range(1, 5)]


def test_a_job_without_files_has_an_empty_list(node, api):
    assert api.get(f"/api/jobs/{node.paused()['id']}/files").json == []


def test_a_download_is_the_published_file_as_an_attachment(api, base, names, job):
    answer = api.get(f"{base}/download", filename=names[1])
    assert answer.status == 200
    assert answer.body == (Path(job["output_path"]) / names[1]).read_bytes()
    assert answer.kind == "image/png"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{names[1]}"')


def test_a_download_carries_the_hash_of_the_ledger(api, base, names, job):
    answer = api.get(f"{base}/download", filename=names[0])
    unit = api.units(job["id"])[1]
    assert sha256(answer.body) == unit["sha256"]
    digest = base64.b64encode(bytes.fromhex(unit["sha256"])).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"


def test_file_names_are_matched_whatever_their_case(api, base, names):
    whole = api.get(f"{base}/download", filename=names[0]).body
    assert api.get(f"{base}/download", filename=names[0].upper()).body == whole


def test_a_download_without_a_name_is_a_400(api, base):
    assert "filename" in api.get(f"{base}/download").refused(400)


@pytest.mark.parametrize(
    "name", ["none.png", "../shot.png", "/etc/hostname", "..%2f..%2fetc%2fpasswd", "a\0b", "a" * 5000, ".zordon-job"]
)
def test_a_file_that_the_job_does_not_have_is_a_404(api, base, name):
    api.get(f"{base}/download", filename=name).refused(404)


def test_a_part_of_a_file_can_be_asked_for(api, base, names):
    whole = api.get(f"{base}/download", filename=names[0])
    part = api.get(f"{base}/download", filename=names[0], headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.body)}"


def test_a_part_outside_the_file_is_a_416(api, base, names):
    assert api.get(f"{base}/download", filename=names[0], headers={"Range": "bytes=99999999-"}).status == 416


def test_a_file_that_the_asker_has_is_not_sent_again(api, base, names):
    tag = api.get(f"{base}/download", filename=names[0]).headers["ETag"]
    answer = api.get(f"{base}/download", filename=names[0], headers={"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")


def test_an_output_never_runs_as_a_page(api, base, names):
    answer = api.get(f"{base}/download", filename=names[0])
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_all_files_come_in_one_zip_of_known_size(api, base, names, job):
    answer = api.get(f"{base}/download_all")
    assert (answer.status, answer.kind) == (200, "application/zip")
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.namelist() == names
        assert archive.testzip() is None
        assert archive.read(names[2]) == (Path(job["output_path"]) / names[2]).read_bytes()


def test_a_zip_of_nothing_is_a_404(node, api):
    api.get(f"/api/jobs/{node.paused()['id']}/download_all").refused(404)


def test_a_link_that_an_engine_left_in_the_output_is_neither_listed_nor_sent(node, api):
    job = node.finished()
    folder = Path(job["output_path"])
    (folder / "secret.png").symlink_to("/etc/hostname")
    (folder / "more").symlink_to("/etc")
    os.link(folder / f"{job['name']}_0001.png", folder / "plain.png")
    base = f"/api/jobs/{job['id']}"
    assert "secret.png" not in api.get(f"{base}/files").json
    api.get(f"{base}/download", filename="secret.png").refused(404)
    api.get(f"{base}/download", filename="more/hostname").refused(404)
    with zipfile.ZipFile(io.BytesIO(api.get(f"{base}/download_all").body)) as archive:
        assert {"secret.png", "more/hostname"}.isdisjoint(archive.namelist())


def test_a_file_that_turns_into_a_link_after_it_was_listed_is_not_sent(node, api):
    job = node.finished()
    target = Path(job["output_path"]) / f"{job['name']}_0001.png"
    target.unlink()
    target.symlink_to("/etc/hostname")
    api.get(f"/api/jobs/{job['id']}/download", filename=target.name).refused(404)


def size_of(tmp_path, jpeg):
    path = tmp_path / "seen.jpg"
    path.write_bytes(jpeg)
    spec = oiio.ImageBuf(str(path)).spec()
    return spec.width, spec.height


def test_a_thumbnail_is_a_jpeg_and_the_big_one_is_bigger(node, api, tmp_path):
    job = node.finished(size=[1280, 720])
    base = f"/api/jobs/{job['id']}/thumbnail"
    small, big = api.get(base), api.get(base, size="big")
    assert (small.status, small.kind) == (200, "image/jpeg")
    assert size_of(tmp_path, small.body)[0] < size_of(tmp_path, big.body)[0]


def test_a_thumbnail_of_one_unit_is_of_that_unit(api, base):
    assert api.get(f"{base}/thumbnail", unit=1).body != api.get(f"{base}/thumbnail", unit=2).body


def test_a_thumbnail_that_the_asker_has_is_not_sent_again(api, base):
    tag = api.get(f"{base}/thumbnail").headers["ETag"]
    answer = api.get(f"{base}/thumbnail", headers={"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("what", ["thumbnail", "logs"])
def test_a_part_of_a_thumbnail_or_a_log_can_be_asked_for(api, base, what):
    whole = api.get(f"{base}/{what}")
    part = api.get(f"{base}/{what}", headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.body)}"
    assert api.get(f"{base}/{what}", headers={"Range": "bytes=99999999-"}).status == 416


def test_one_file_more_than_may_be_sent_at_once_is_a_503_that_says_when_to_come_back(make_node, monkeypatch):
    monkeypatch.setattr("zordon_app.api.application.MAX_STREAMS", 0)
    node = make_node()
    job = node.finished()
    [name, *_] = node.api.get(f"/api/jobs/{job['id']}/files").json
    for path in (f"download?filename={name}", "download_all"):
        answer = node.api.get(f"/api/jobs/{job['id']}/{path}")
        assert "Too many downloads" in answer.refused(503)
        assert int(answer.headers["Retry-After"]) > 0


def test_a_job_without_output_has_no_thumbnail_yet(node, api):
    api.get(f"/api/jobs/{node.paused()['id']}/thumbnail").refused(404)


def test_with_video_ok_a_film_may_come(node, api):
    job = node.finished(size=[128, 72])
    answer = api.get(f"/api/jobs/{job['id']}/thumbnail", video_ok=1)
    assert answer.status == 200
    assert answer.kind in {"video/mp4", "image/jpeg"}


def test_a_preview_that_cannot_be_made_is_a_500_in_plain_words(node, api):
    job = node.finished()
    for name in api.get(f"/api/jobs/{job['id']}/files").json:
        (Path(job["output_path"]) / name).write_bytes(b"not a picture")
    api.get(f"/api/jobs/{job['id']}/thumbnail").refused(500)


def test_a_preview_of_a_job_that_is_removed_meanwhile_is_of_no_job(node, api, monkeypatch):
    job = node.finished()

    def make_thumbnail(_source, target, **_how):
        api.post(f"/api/jobs/{job['id']}/delete", confirm=1)
        raise PreviewFailed(f"The preview cannot be written to {target.parent}: No such file or directory.")

    monkeypatch.setattr(previews, "make_thumbnail", make_thumbnail)
    api.get(f"/api/jobs/{job['id']}/thumbnail").refused(400)


def test_a_wrong_unit_number_is_a_400(api, base):
    api.get(f"{base}/thumbnail", unit="first").refused(400)


def test_the_log_is_plain_text_of_what_the_engine_said(api, base):
    answer = api.get(f"{base}/logs")
    assert (answer.status, answer.kind) == (200, "text/plain")
    assert "unit_started" in answer.text
    assert int(answer.headers["X-Log-Size"]) == len(answer.body)


def test_the_log_of_one_unit_has_only_that_unit(api, base):
    text = api.get(f"{base}/logs", unit=2).text
    assert "attempt 1" in text
    assert '"unit": 2' in text
    assert '"unit": 3' not in text


def test_a_log_can_be_followed_from_where_one_left_off(api, base):
    whole = api.get(f"{base}/logs").body
    assert api.get(f"{base}/logs?from=100").body == whole[100:]
    assert api.get(f"{base}/logs?from=-50").body == whole[-50:]


def test_a_job_that_has_not_run_has_an_empty_log(node, api):
    answer = api.get(f"/api/jobs/{node.paused()['id']}/logs")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("query", ["unit=x", "from=soon", "unit=1.5"])
def test_a_wrong_number_for_the_log_is_a_400(api, base, query):
    api.get(f"{base}/logs?{query}").refused(400)
