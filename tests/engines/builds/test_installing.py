"""From a site to a build that runs: real programs, a local mirror in the sites' layouts, and all that goes wrong."""

import hashlib
import os
import random
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.fakes.archives import blender_34, blender_45, embedded_ffmpeg, saying, tar_of, zip_of
from tests.fakes.mirror import CHALLENGE, Fault, add_blender, add_btbn, wait_until
from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.base import Invocation
from zordon_app.engines.builds.steps import DownloadState
from zordon_app.errors import BadRequest, BuildNotFound, DiskFull

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(sys.platform != "linux", reason="the archives hold programs for Linux"),
]
S = DownloadState
ARCHIVE = "/release/Blender3.4/blender-3.4.1-linux-x64.tar.xz"


def blender(version="3.4.1", **fields):
    return ManagedBuild(engine="blender", version=version, **fields)


@pytest.fixture
def releases(mirror):
    """The site with one real Blender."""
    add_blender(mirror, dict([blender_34()]))
    return mirror


def test_a_blender_is_downloaded_checked_unpacked_started_and_found(node, releases):
    record = node.ended(node.managed.download(blender()))

    assert (record.state, record.reason) == (S.INSTALLED, "")
    build = node.builds("blender")["3.4.1"]
    assert build.command == (str(node.home / "engines" / "blender" / "3.4.1-linux-x64" / "blender"),)
    (managed, folder), *_ = node.managed.managed()
    assert (managed.verified, managed.reported, managed.channel) == (True, "3.4.1", "stable")
    assert managed.sha256 == hashlib.sha256(releases.files[ARCHIVE]).hexdigest()
    assert (folder / "readme.html").exists()
    assert node.leftovers() == []
    (listed,) = node.managed.available("blender")
    assert listed["installed"]


def test_the_blender_that_came_opens_and_renders(node, releases, tmp_path):
    node.ended(node.managed.download(blender("3.4")))
    build = node.builds("blender")["3.4.1"]

    def run(invocation: Invocation, *, timeout, on_line=None):
        import subprocess

        return subprocess.run(invocation.argv, capture_output=True, text=True, timeout=timeout, check=True).stdout

    assert "Usage: blender" in node.registry.get("blender").help(build, run)


def test_an_ffmpeg_of_btbn_is_installed_and_encodes(node, mirror):
    name = "ffmpeg-n9.0.1-11-ge47273f4d9-linux64-gpl-9.0"
    archive = tar_of(name, {"bin/ffmpeg": embedded_ffmpeg(), "LICENSE.txt": b"GPL"})
    add_btbn(mirror, "autobuild-2026-10-01-12-30", {f"{name}.tar.xz": archive})

    record = node.ended(node.managed.download(ManagedBuild(engine="ffmpeg", version="latest")))

    assert (record.state, record.reason) == (S.INSTALLED, "")
    build = next(iter(node.builds("ffmpeg").values()))
    assert build.version.startswith("9.0")
    assert "libx264" in build.details["encoders"]
    arrived = node.managed.arrived("ffmpeg", "9.0.1-11-ge47273f4d9")
    assert arrived == build


def test_a_hash_that_does_not_fit_leaves_nothing_unpacked(node, mirror):
    add_blender(mirror, dict([blender_34()]), wrong_hash=True)

    record = node.ended(node.managed.download(blender()))

    assert (record.state, record.status) == (S.FAILED, 502)
    assert "not what its site published" in record.reason
    assert node.builds("blender") == {}
    assert node.leftovers() == []


def test_an_archive_that_was_tampered_with_is_not_even_opened(node, releases):
    """A slip, in a file whose hash is that of the good one."""
    releases.files[ARCHIVE] = tar_of("..", {"../evil": b"x"})[: len(releases.files[ARCHIVE])]

    record = node.ended(node.managed.download(blender()))

    assert "not what its site published" in record.reason


@pytest.mark.parametrize("folder", ["../..", "/abs"])
def test_a_published_archive_that_leads_outside_is_refused(node, mirror, folder, tmp_path):
    add_blender(mirror, {"blender-3.4.1-linux-x64.tar.xz": tar_of(folder, {"blender": b"x"})})

    record = node.ended(node.managed.download(blender()))

    assert record.state == S.FAILED
    assert "The archive holds a path" in record.reason
    assert node.builds("blender") == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node"]


def test_a_published_archive_that_is_damaged_is_refused(node, mirror):
    add_blender(mirror, {"blender-3.4.1-linux-x64.tar.xz": blender_34()[1][:-40]})

    assert "damaged or incomplete" in node.ended(node.managed.download(blender())).reason


def test_a_build_that_does_not_run_here_is_not_installed_and_says_why(node, mirror):
    shim = b"#!/bin/sh\necho 'error while loading shared libraries: libXi.so.6' >&2\nexit 127\n"
    add_blender(mirror, {"blender-3.4.1-linux-x64.tar.xz": tar_of("blender-3.4.1-linux-x64", {"blender": shim})})

    record = node.ended(node.managed.download(blender()))

    assert record.state == S.FAILED
    assert "libXi.so.6" in record.reason
    assert node.managed.managed() == []
    assert not list((node.home / "engines.incoming").iterdir())


def test_an_archive_without_the_program_is_not_installed(node, mirror):
    add_blender(mirror, {"blender-3.4.1-linux-x64.tar.xz": tar_of("blender-3.4.1-linux-x64", {"readme": b"x"})})

    assert "holds no such program" in node.ended(node.managed.download(blender())).reason


def test_each_failure_of_the_site_has_a_message_of_its_own(node, releases):
    node.managed.refresh("blender")
    said = {}
    for name, fault in {
        "challenge": Fault(status=403, body=CHALLENGE, content_type="text/html"),
        "gone": Fault(status=404, body=b"<html>"),
        "cut": Fault(cut_after=0),
        "redirect": Fault(location="http://download.blender.org/x"),
        "endless": Fault(endless=True),
    }.items():
        releases.faults[ARCHIVE] = fault
        record = node.ended(node.managed.download(blender()))
        assert record.state == S.FAILED
        said[name] = record.reason
    releases.faults[ARCHIVE] = Fault(wait=threading.Event())

    assert "check for browsers" in said["challenge"]
    assert "replaced by newer builds" in said["gone"]
    assert "broke" in said["cut"]
    assert "not trusted" in said["redirect"]
    assert "more than the file can have" in said["endless"]
    assert node.builds("blender") == {}


def test_a_cut_download_goes_on_by_itself(node, releases):
    size = len(releases.files[ARCHIVE])
    releases.faults[ARCHIVE] = Fault(cut_after=size // 3, times=2)

    assert node.ended(node.managed.download(blender())).state == S.INSTALLED
    assert [asked.headers.get("Range") is not None for asked in releases.asked if asked.path == ARCHIVE] == [
        False,
        True,
        True,
    ]


def test_a_paused_download_goes_on_where_it_was_even_after_a_restart(make_node, releases):
    files = {"blender": saying("3.4.1"), "data": random.Random(1).randbytes(3_000_000)}
    releases.faults[ARCHIVE] = Fault(wait=threading.Event(), times=1)
    add_blender(releases, {"blender-3.4.1-linux-x64.tar.xz": tar_of("blender-3.4.1-linux-x64", files)})
    node = make_node()
    record = node.managed.download(blender())
    wait_until(lambda: any(Path(name).stat().st_size > 1_000_000 for name in node.leftovers()))

    # The line is silent at this moment; pausing does not wait for it.
    assert node.managed.downloads.pause(record.id).state == S.PAUSED
    node.close()
    again = make_node()
    assert again.ended(again.managed.download(blender())).state == S.INSTALLED

    (resumed,) = [asked.headers["Range"] for asked in releases.asked if "Range" in asked.headers]
    assert int(resumed.removeprefix("bytes=").removesuffix("-")) > 1_000_000


def test_a_full_disk_has_its_own_message_and_nothing_is_begun(node, releases):
    node.shortage = "Waiting for disk space: 0.1 GB free."

    with pytest.raises(DiskFull, match=r"0\.1 GB free"):
        node.managed.download(blender())

    assert ARCHIVE not in releases.paths()


def test_more_than_the_disk_can_hold_is_not_begun(node, releases, monkeypatch):
    usage = shutil.disk_usage(node.home.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=100))

    with pytest.raises(DiskFull, match="does not fit"):
        node.managed.download(blender())


def test_a_version_that_nobody_has_is_told_with_those_there_are(node, releases):
    with pytest.raises(BuildNotFound, match=r"linux x64: There is no download of version '9'.*3\.4\.1"):
        node.managed.download(blender("9"))


def test_without_a_network_the_reason_is_part_of_the_answer(make_node, mirror):
    node = make_node()
    node.mirrors = dict.fromkeys(node.mirrors, "http://127.0.0.1:9")

    with pytest.raises(BuildNotFound, match=r"Newest known: none.*blender\.org: 127\.0\.0\.1 cannot be reached"):
        node.managed.download(blender())


def test_a_build_of_another_system_is_kept_without_a_run(node, mirror):
    name = "blender-4.2.10-windows-x64"
    add_blender(mirror, {f"{name}.zip": zip_of({f"{name}/blender.exe": b"MZ", f"{name}/readme": b"x"})})

    record = node.ended(node.managed.download(blender("4.2", system_os="windows")))

    assert (record.state, record.reason) == (S.INSTALLED, "")
    ((managed, folder),) = node.managed.managed()
    assert (managed.reported, managed.system_os) == ("", "windows")
    assert (folder / "blender.exe").exists()
    assert node.builds("blender") == {}
    assert node.managed.remove(blender("4.2.10", system_os="windows")).version == "4.2.10"


def test_a_disk_image_is_not_fetched_where_it_cannot_be_opened(node, mirror):
    add_blender(mirror, {"blender-4.2.10-macos-arm64.dmg": b"koly"})

    with pytest.raises(BadRequest, match="only a Mac"):
        node.managed.download(blender("4.2", system_os="macos", cpu="arm64"))


def test_a_build_is_deleted_unless_a_job_needs_it(node, releases):
    node.ended(node.managed.download(blender()))
    node.jobs["3.4.1"] = "Forest"
    with pytest.raises(BadRequest, match="'Forest'"):
        node.managed.remove(blender())
    assert node.builds("blender")

    node.jobs.clear()
    node.managed.remove(blender())

    assert node.builds("blender") == {}
    assert not list((node.home / "engines" / "blender").iterdir())


def test_builds_that_are_not_managed_cannot_be_deleted(node):
    with pytest.raises(BuildNotFound):
        node.managed.remove(blender())


@pytest.mark.parametrize("owned", [True, False])
def test_an_archive_from_a_person_is_installed_by_its_name(node, tmp_path, owned):
    name, contents = blender_34()
    path = tmp_path / "dropped"
    path.write_bytes(contents)

    record = node.ended(node.managed.install_archive(path, file_name=name, engine=None, owned=owned))

    assert (record.state, record.version) == (S.INSTALLED, "3.4.1")
    assert path.exists() is not owned
    assert node.builds("blender")["3.4.1"]
    assert node.leftovers() == []
    assert not node.managed.managed()[0][0].verified


def test_an_archive_of_any_name_tells_its_version_by_being_run(node, tmp_path):
    path = tmp_path / "my-blender.zip"
    path.write_bytes(zip_of({"x/blender": saying("4.4.3")}))

    record = node.ended(node.managed.install_archive(path, file_name=path.name, engine="blender"))

    assert (record.state, record.version) == (S.INSTALLED, "4.4.3")
    with pytest.raises(BadRequest, match="name its engine"):
        node.managed.install_archive(path, file_name=path.name, engine=None)


def test_an_archive_is_compared_with_the_hash_that_came_with_it(node, tmp_path):
    name, contents = blender_34()
    path = tmp_path / name
    path.write_bytes(contents)

    record = node.ended(node.managed.install_archive(path, file_name=name, engine=None, sha256="0" * 64))
    assert "not what its site published" in record.reason
    right = hashlib.sha256(contents).hexdigest()
    record = node.ended(node.managed.install_archive(path, file_name=name, engine=None, sha256=right))

    assert record.state == S.INSTALLED
    assert node.managed.managed()[0][0].verified


def test_what_can_be_had_is_offered_to_jobs_without_daily_and_unhashed_builds(node, mirror):
    add_blender(mirror, {**dict([blender_45()]), "blender-4.2.10-windows-x64.zip": b"x"})
    node.managed.refresh("blender")

    offers = node.managed.offers("blender")

    assert [(offer.version, offer.command, offer.origin) for offer in offers] == [("4.5.15", (), "download")]
    assert node.registry.get("blender").choose_build(offers, "4.3", None).version == "4.5.15"


def test_half_downloads_that_nobody_went_on_with_are_removed_at_start(node):
    folder = node.home / "cache" / "downloads"
    folder.mkdir(parents=True)
    for name, days in (("old.part", 15), ("new.part", 1)):
        (folder / name).touch()
        moment = time.time() - days * 24 * 3600
        os.utime(folder / name, (moment, moment))

    node.managed.clean()

    assert [path.name for path in folder.iterdir()] == ["new.part"]
