"""Zips that are sent with a job and are not what they should be."""

import os
import zipfile

import pytest


def zip_with(path, names, content=b"x", **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name in names:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../evil.fake", "/etc/evil.fake", "a/../../evil.fake", "C:\\evil.fake", "..\\evil.fake"]
)
@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_slips_out_of_its_folder_is_a_400_and_writes_nothing(node, api, tmp_path, name):
    before = {path for path in node.zordon.paths.data.rglob("*") if path.is_dir()}
    api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", [name])).refused(400)
    assert {path for path in node.zordon.paths.data.rglob("*") if path.is_dir()} == before
    assert not list(node.folder.rglob("evil*"))


@pytest.mark.usefixtures("unchanged")
def test_a_zip_with_a_link_is_a_400(api, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("shot.fake")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    api.upload("/api/add_job", {}, path).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_explodes_is_refused_at_little_cost(node, api, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("shot.fake", "w") as file:
        for _ in range(300):
            file.write(bytes(1_000_000))
    answer = api.upload("/api/add_job", {}, path)
    assert answer.status in {400, 413}, answer.text
    assert sum(path.stat().st_size for path in node.zordon.paths.jobs.rglob("*") if path.is_file()) < 50_000_000


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\3\4 broken", b"no zip at all"])
@pytest.mark.usefixtures("unchanged")
def test_a_zip_that_is_none_is_a_400(api, tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    api.upload("/api/add_job", {}, tmp_path / "a.zip").refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_truncated_zip_is_a_400(api, tmp_path):
    path = zip_with(tmp_path / "a.zip", ["shot.fake"], os.urandom(100_000))
    os.truncate(path, 50_000)
    api.upload("/api/add_job", {}, path).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_without_a_project_is_a_400(api, tmp_path):
    assert "no project" in api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", ["a.txt"])).refused(400)


@pytest.mark.usefixtures("unchanged")
def test_a_zip_with_several_projects_is_a_400_that_names_them(api, tmp_path):
    sentence = api.upload("/api/add_job", {}, zip_with(tmp_path / "a.zip", ["one.fake", "two.fake"])).refused(400)
    assert "one.fake" in sentence
