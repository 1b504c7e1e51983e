"""A member's job does here what a browser with control could have asked for, and no more (outside.md 2)."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine import FakeEngine
from zordon_app.domain.ids import JobId, LeaseId, NodeId
from zordon_app.domain.jobs import BuildRef, Expected, UnitKind, UnitSpec
from zordon_app.domain.leases import Lease, LeasedUnit
from zordon_app.domain.sharing import JobOffer
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.blender.engine import BlenderEngine
from zordon_app.engines.ffmpeg.engine import FfmpegEngine
from zordon_app.errors import BadRequest, Forbidden, ZordonError
from zordon_app.farm.child.gate import check_lease, check_offer

ENGINES = [BlenderEngine(), FfmpegEngine(), FakeEngine()]


def offer(engine, args=None, facts=None):
    said = {
        "job": "job", "name": "shot", "engine": engine.name, "build": BuildRef(engine=engine.name, version="1"),
        "args": args or {}, "facts": facts or {}, "fps": 24.0, "priority": 50, "start_frame": 1, "end_frame": 2,
        "assemble": False, "expected": None,
    }  # fmt: skip
    return JobOffer(**said)


def lease(name):
    spec = UnitSpec(number=1, kind=UnitKind.FRAME, first=1, last=1, file=name, expected=Expected(format="png"))
    units = (LeasedUnit(spec=spec, attempt=1),)
    return Lease(id=LeaseId("lease"), job=JobId("job"), node=NodeId("node"), units=units, seconds=25.0)


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_raw_arguments_of_a_member_do_not_run_by_either_way(engine):
    with pytest.raises(Forbidden, match="raw"):
        check_offer(offer(engine, {"raw": "--python-expr x"}), engine, may_run_scripts=True)
    with pytest.raises(BadRequest, match="raw"):
        check_offer(offer(engine, facts={"settings": {"raw": "-y /etc/x"}}), engine, may_run_scripts=True)


@pytest.mark.parametrize(
    ("args", "facts"), [({"allow_scripts": True}, {}), ({}, {"settings": {"allow_scripts": True}})]
)
def test_scripts_of_a_member_run_where_the_owner_said_so_only(args, facts):
    blender = ENGINES[0]
    with pytest.raises(BadRequest, match="scripts"):
        check_offer(offer(blender, args, facts), blender, may_run_scripts=False)
    check_offer(offer(blender, args, facts), blender, may_run_scripts=True)


def test_an_offer_is_of_the_engine_that_this_machine_was_asked_for():
    with pytest.raises(BadRequest):
        check_offer(offer(ENGINES[1]), ENGINES[0], may_run_scripts=True)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data(), engine=st.sampled_from(ENGINES))
def test_whatever_is_offered_what_is_taken_could_have_come_from_a_browser(data, engine):
    names = st.sampled_from([argument.name for argument in engine.arguments]) | st.text(max_size=8)
    args = data.draw(st.dictionaries(names, VALUES, max_size=4))
    facts = data.draw(st.fixed_dictionaries({"settings": st.dictionaries(names, VALUES, max_size=4) | VALUES}))
    try:
        check_offer(offer(engine, args, facts), engine, may_run_scripts=False)
    except ZordonError:
        return
    taken = check_arguments(args, engine.arguments, engine=engine.label, from_this_machine=False)
    for given_ in (taken, facts["settings"]):
        assert not given_.get("raw")
        assert not given_.get("allow_scripts")


PIECES = st.sampled_from(["..", ".", "/", "\\", "C:", "a", "frame_0001.png", "\x00", " ", "é", "etc", ":s"])


@given(st.lists(PIECES, max_size=5).map("".join) | st.text(max_size=300))
def test_whatever_a_file_is_called_it_lies_in_its_own_folder(name):
    try:
        check_lease(lease(name))
    except BadRequest:
        return
    assert (PurePosixPath("/work") / name).parent == PurePosixPath("/work")
    assert (PureWindowsPath("C:/work") / name).parent == PureWindowsPath("C:/work")
    assert Path("/work", name).resolve().parent == Path("/work")
    assert len(name.encode("utf-8", "replace")) <= 255


@pytest.mark.parametrize("name", ["frame_0001.png", "Über uns 01.exr", "film.part1.mkv", ".hidden.png"])
def test_names_that_engines_give_are_taken(name):
    check_lease(lease(name))
