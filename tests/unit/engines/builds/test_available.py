import pytest

from zordon_app.domain.messages import ManagedBuild
from zordon_app.engines.builds.available import (
    Available,
    newest_first,
    pick,
    this_platform,
    version_key,
    wanted_platform,
)
from zordon_app.engines.builds.tasks import find_hash
from zordon_app.errors import BadRequest, BuildNotFound


def build(version, channel="stable", **fields):
    defaults = {
        "engine": "blender",
        "system_os": "linux",
        "cpu": "x64",
        "source": "blender",
        "url": "",
        "file_name": "",
    }
    return Available(version=version, channel=channel, **(defaults | fields))


BUILDS = [
    build("4.2.10", "lts"),
    build("4.2.9", "lts"),
    build("4.5.2", "lts"),
    build("5.1.0"),
    build("5.3.0-alpha.425ab43ad645", "daily"),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("4.2.9", "4.2.9"),
        ("4.2", "4.2.10"),
        ("4", "4.5.2"),
        ("latest", "5.1.0"),
        ("lts", "4.5.2"),
        ("daily", "5.3.0-alpha.425ab43ad645"),
        ("5.3.0-alpha.425ab43ad645", "5.3.0-alpha.425ab43ad645"),
    ],
)
def test_a_version_its_beginning_or_a_channel_names_the_newest_that_fits(wanted, found):
    assert pick(BUILDS, wanted).version == found


@pytest.mark.parametrize("wanted", ["9", "4.2.1", "5.3.0", "..", "4.2.x", "", "stable5"])
def test_what_is_not_there_is_not_replaced_by_something_near(wanted):
    with pytest.raises(BuildNotFound, match=r"Newest known: 5\.1\.0, 4\.5\.2"):
        pick(BUILDS, wanted)


def test_versions_are_ordered_by_their_numbers_and_finished_ones_come_before_tries():
    versions = [entry.version for entry in newest_first([build("5.1.0-beta.1"), *BUILDS, build("5.1.0")])]

    assert versions == ["5.3.0-alpha.425ab43ad645", "5.1.0", "5.1.0", "5.1.0-beta.1", "4.5.2", "4.2.10", "4.2.9"]
    assert version_key("n9.0.1-11-ge47273f4d9") == ((9, 0, 1), True)


def test_of_one_version_the_one_with_a_published_hash_comes_first():
    plain, hashed = build("8.1", source="a"), build("8.1", source="b", sha256="a" * 64)

    assert newest_first([plain, hashed]) == [hashed, plain]


def test_a_platform_that_is_left_out_is_this_machines(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")

    assert wanted_platform(ManagedBuild(engine="blender", version="1")) == this_platform()
    assert wanted_platform(ManagedBuild(engine="blender", version="1", system_os="linux")).system_os == "linux"
    assert wanted_platform(ManagedBuild(engine="blender", version="1", cpu="x64")).cpu == "x64"


def test_a_machine_for_which_nobody_builds_is_told_so(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    with pytest.raises(BadRequest, match="riscv64"):
        this_platform()


@pytest.mark.parametrize("text", ["{0}  a.zip\n{1}  b.zip\n", "{0} *a.zip\r\n", "{0}\n", "# list\n{0}  a.zip"])
def test_a_hash_is_found_in_every_kind_of_list(text):
    assert find_hash(text.format("A" * 64, "b" * 64), "a.zip") == "a" * 64


@pytest.mark.parametrize("text", ["", "a.zip", "{0}  b.zip", "{0}  sub/a.zip", "abc  a.zip"])
def test_a_hash_of_another_file_is_not_taken(text):
    assert find_hash(text.format("a" * 64), "a.zip") == ""
