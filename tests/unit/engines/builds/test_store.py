"""The folder of managed builds: nothing half, nothing outside."""

import sys

import pytest

from zordon_app.engines.builds.available import Platform
from zordon_app.engines.builds.store import MARKER, BuildStore, Managed
from zordon_app.errors import BadRequest, BuildNotFound

LINUX = Platform("linux", "x64")


def managed(version="4.5.15", **fields):
    defaults = {
        "engine": "blender",
        "reported": version,
        "channel": "lts",
        "system_os": "linux",
        "cpu": "x64",
        "source": "blender",
        "file_name": "blender.tar.xz",
    }
    return Managed(version=version, **(defaults | fields))


@pytest.fixture
def store(tmp_path):
    return BuildStore(tmp_path / "engines")


@pytest.fixture
def place(store):
    def place(about):
        with store.incoming() as folder:
            tree = folder / "tree"
            tree.mkdir()
            (tree / "blender").write_bytes(about.version.encode())
            return store.place(tree, about)

    return place


def unused(_managed, _folder):
    return ""


def test_a_build_gets_a_folder_of_its_own_and_is_found_by_both_its_names(store, place):
    about = managed("9.0.1-11-ge47", engine="ffmpeg", reported="9.0.1")

    folder = place(about)

    assert folder == store.folder / "ffmpeg" / "9.0.1-11-ge47-linux-x64"
    assert store.all() == [(about, folder)]
    assert store.find("ffmpeg", "9.0.1", LINUX) == store.find("ffmpeg", "9.0.1-11-ge47", LINUX) == (about, folder)
    assert store.find("ffmpeg", "9.0.1", Platform("linux", "arm64")) is None
    assert store.find("blender", "9.0.1", LINUX) is None


def test_a_build_that_comes_again_replaces_the_old_one_whole(store, place):
    folder = place(managed())
    (folder / "old").touch()

    assert place(managed(sha256="new")) == folder
    assert sorted(path.name for path in folder.iterdir()) == ["blender", MARKER]
    assert store.all()[0][0].sha256 == "new"


def test_a_folder_that_is_not_ours_is_never_replaced(store, place):
    folder = store.folder / "blender" / "4.5.15-linux-x64"
    folder.mkdir(parents=True)
    (folder / "precious").touch()

    with pytest.raises(BadRequest, match="in the way"):
        place(managed())

    assert (folder / "precious").exists()


@pytest.mark.parametrize("version", ["../../x", "/abs", "..", "a/b", "a\\b", "CON", "x" * 300, "\0", "4.5\n"])
def test_versions_from_other_peoples_pages_never_lead_out(store, place, version):
    folder = place(managed(version))

    assert folder.parent == store.folder / "blender"
    assert (folder / MARKER).is_file()


def test_what_is_unpacked_is_no_build_until_it_has_its_place(store):
    with store.incoming() as folder:
        (folder / "blender").touch()

        assert store.all() == []
        assert not folder.is_relative_to(store.folder)
    assert not folder.exists()


def test_deleting_removes_the_build_and_nothing_else(store, place):
    place(managed("4.5.14"))
    folder = place(managed("4.5.15"))

    assert store.remove("blender", "4.5.15", LINUX, unused).version == "4.5.15"

    assert not folder.exists()
    assert [about.version for about, _folder in store.all()] == ["4.5.14"]


def test_a_build_in_use_is_not_deleted_and_the_job_is_named(store, place):
    folder = place(managed())

    with pytest.raises(BadRequest, match="'shot 7'"):
        store.remove("blender", "4.5.15", LINUX, lambda _managed, used: "shot 7" if used == folder else "")

    assert (folder / "blender").exists()


@pytest.mark.parametrize("version", ["../..", "4.5.16", "", "*", "/etc", "4.5.15-linux-x64"])
def test_only_builds_that_are_there_can_be_deleted(store, place, version, tmp_path):
    place(managed())
    (tmp_path / "canary").touch()

    with pytest.raises(BuildNotFound):
        store.remove("blender", version, LINUX, unused)

    assert (tmp_path / "canary").exists()
    assert len(store.all()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("what", ["build", "engine"])
def test_a_link_to_elsewhere_is_not_followed_when_deleting(store, place, tmp_path, what):
    folder = place(managed())
    elsewhere = tmp_path / "elsewhere"
    moved = folder if what == "build" else folder.parent
    moved.rename(elsewhere)
    moved.symlink_to(elsewhere)

    with pytest.raises(BadRequest, match="leads out"):
        store.remove("blender", "4.5.15", LINUX, unused)

    assert elsewhere.exists()


def test_a_damaged_marker_hides_its_build_and_protects_its_folder(store, place):
    folder = place(managed())
    (folder / MARKER).write_bytes(b'{"engine": 5}')

    assert store.all() == []
    with pytest.raises(BuildNotFound):
        store.remove("blender", "4.5.15", LINUX, unused)
    assert folder.exists()


def test_of_a_program_and_a_module_of_one_version_each_can_be_deleted(store, place):
    place(managed())
    module = place(managed(kind="module", source="pip"))

    store.remove("blender", "4.5.15", LINUX, unused, kind="module")

    assert not module.exists()
    assert [about.kind for about, _folder in store.all()] == ["program"]


def test_leftovers_of_a_killed_run_are_removed_at_start(store, place):
    place(managed())
    leftover = store._incoming / "abc" / "tree"
    leftover.mkdir(parents=True)
    (leftover / "half").touch()

    store.clean()

    assert not store._incoming.exists()
    assert len(store.all()) == 1
