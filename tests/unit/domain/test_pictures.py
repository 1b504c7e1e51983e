"""Which finished frames a person should look at."""

from zordon_app.domain.pictures import Mark, Picture, marks_of_all


def pictures(text):
    """One for each sign: B black, T transparent, N with NaN, - not made yet; else the letter is what it shows."""
    kinds = {"B": {"black": True}, "T": {"transparent": True}, "N": {"nan": True}}
    return [None if sign == "-" else Picture(digest=sign, **kinds.get(sign, {})) for sign in text]


def marked(text):
    return {at: [mark.value for mark in marks] for at, marks in enumerate(marks_of_all(pictures(text))) if marks}


def test_a_black_frame_among_others_is_marked_and_a_fade_to_black_is_not():
    assert marked("abBcd") == {2: ["black"]}
    assert marked("Bab") == {0: ["black"]}
    assert "black" not in str(marked("abcdBBB"))
    assert marked("B") == {}


def test_a_transparent_frame_among_others_is_marked():
    assert marked("abTcd") == {2: ["transparent"]}
    assert marked("TT") == {}


def test_values_that_are_no_numbers_are_always_marked():
    assert marked("N") == {0: ["nan"]}
    assert marked("aNb")[1] == [Mark.NAN]


def test_a_frame_like_its_neighbour_is_marked_only_in_a_scene_that_moves():
    assert marked("abccde") == {2: ["same"], 3: ["same"]}
    assert marked("aaaaab") == {}
    assert marked("aabb") == {}


def test_neighbours_that_are_not_made_yet_decide_nothing():
    assert marked("-B-") == {}
    assert marked("aB-") == {1: ["black"]}
