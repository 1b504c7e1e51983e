import pytest

from zordon_app.engines.base import Build
from zordon_app.engines.blender.choose import choose_build, newest_first, parse_version
from zordon_app.errors import BuildNotFound


def build(version: str, origin: str = "system") -> Build:
    return Build(engine="blender", version=version, command=(version, origin), origin=origin)


def builds(*versions: str) -> list[Build]:
    return [build(version) for version in versions]


@pytest.mark.parametrize(
    ("here", "saved_with", "expected"),
    [
        (("3.4.1", "4.5.2", "4.5.15", "5.0.1"), "4.5", "4.5.15"),
        (("3.4.1", "4.5.15"), "3.4", "3.4.1"),
        (("3.5.0", "3.6.23", "4.2.1"), "3.4", "3.6.23"),
        (("3.5.0", "4.2.1"), "3.4", "3.5.0"),
        (("4.3.0", "4.2.1", "4.5.15", "5.2.3"), "3.4", "4.2.1"),
        (("4.4.0", "5.2.3"), "4.3", "4.4.0"),
        (("4.4.0", "4.5.1", "5.2.3"), "4.3", "4.5.1"),
        (("4.5.10", "4.5.9"), "4.5", "4.5.10"),
        (("5.3.0-alpha", "5.2.3"), "5.1", "5.2.3"),
        (("3.4.1", "4.5.15"), "", "4.5.15"),
        (("3.4.1",), "2.79", "3.4.1"),
    ],
)
def test_own_version_else_the_next_newer(here: tuple[str, ...], saved_with: str, expected: str) -> None:
    assert choose_build(builds(*here), saved_with, None).version == expected


@pytest.mark.parametrize(
    ("wanted", "expected"), [("4.5", "4.5.15"), ("4.5.2", "4.5.2"), ("5", "5.0.1"), ("4", "4.5.15")]
)
def test_wanted_version_or_its_beginning(wanted: str, expected: str) -> None:
    assert choose_build(builds("3.4.1", "4.5.2", "4.5.15", "5.0.1"), "3.4", wanted).version == expected


def test_wanted_is_compared_by_numbers() -> None:
    with pytest.raises(BuildNotFound):
        choose_build(builds("4.15.0"), "3.4", "4.1")


def test_file_newer_than_every_build_is_refused() -> None:
    with pytest.raises(BuildNotFound, match=r"saved with Blender 4\.5 .* this machine has 3\.4\.1"):
        choose_build(builds("3.4.1"), "4.5", None)


def test_older_build_is_refused_though_wanted() -> None:
    with pytest.raises(BuildNotFound, match="older"):
        choose_build(builds("3.4.1", "4.5.15"), "4.5", "3.4")


def test_wanted_build_that_is_not_here() -> None:
    with pytest.raises(BuildNotFound, match=r"Blender 4\.2 is asked for, this machine has 4\.5\.15, 3\.4\.1"):
        choose_build(builds("3.4.1", "4.5.15"), "3.4", "4.2")


def test_nothing_installed() -> None:
    with pytest.raises(BuildNotFound, match="no Blender is installed"):
        choose_build([], "4.5", None)


def test_program_comes_before_the_module() -> None:
    here = [build("4.5.15", "bpy"), build("4.5.15", "managed"), build("4.5.15", "system")]
    assert choose_build(here, "4.5", None).origin == "managed"
    assert [item.origin for item in newest_first(here)] == ["managed", "system", "bpy"]


@pytest.mark.parametrize(
    ("text", "expected"), [("4.5.15", (4, 5, 15)), ("5.3.0-alpha", (5, 3, 0)), ("4", (4,)), ("", ()), ("x", ())]
)
def test_parse_version(text: str, expected: tuple[int, ...]) -> None:
    assert parse_version(text) == expected
