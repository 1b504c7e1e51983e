"""A joined film is checked by its packets; what is wrong with it must show there too."""

import pytest
from msgspec import structs

from zordon_app.render.check import BadArtifact, check_artifact

pytestmark = pytest.mark.engines


@pytest.fixture
def joined(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"container": "mkv", "preset": "ultrafast"})
    assert made.plan.expected.joined
    return made


def test_a_good_one_passes_and_is_hashed_like_any_other(joined):
    whole = structs.replace(joined.plan.expected, joined=False)

    assert check_artifact(joined.path, joined.plan.expected) == check_artifact(joined.path, whole)


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_one_that_is_cut_off_is_refused(joined, part):
    data = joined.path.read_bytes()
    joined.path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(BadArtifact):
        check_artifact(joined.path, joined.plan.expected)


@pytest.mark.parametrize(
    "change", [{"frames": 599}, {"frames": 601, "may_lack": False}, {"seconds": 24.0}, {"width": 64}]
)
def test_one_that_is_something_else_is_refused(joined, change):
    with pytest.raises(BadArtifact):
        check_artifact(joined.path, structs.replace(joined.plan.expected, **change))


def test_a_segment_that_was_forgotten_is_missed(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"preset": "ultrafast"}, leave_out=[1])
    with pytest.raises(BadArtifact, match="has 305 frames, not 600"):
        check_artifact(made.path, made.plan.expected)


def test_an_end_that_does_not_decode_is_refused(one_studio, sources):
    made = one_studio.make(sources.film("24.mp4"), {"preset": "ultrafast", "audio": "none"})
    data = bytearray(made.path.read_bytes())
    # In an MP4 made for streaming the pictures come last.
    data[-3000:] = bytes(3000)
    made.path.write_bytes(data)
    with pytest.raises(BadArtifact):
        check_artifact(made.path, made.plan.expected)
