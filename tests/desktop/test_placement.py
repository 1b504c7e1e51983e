import pytest

from zordon_app.desktop.placement import Area, Placement, fit, keep_placement, read_placement

LAPTOP = Area(0, 0, 1440, 900)
SECOND = Area(1440, 0, 2560, 1440)


def test_a_window_comes_back_where_it_was(tmp_path):
    was = Placement(width=1000, height=700, x=1500, y=40)
    keep_placement(tmp_path / "placement.json", was)

    assert read_placement(tmp_path / "placement.json") == was
    assert fit(was, [LAPTOP, SECOND]) == was


def test_a_window_on_a_screen_that_is_gone_comes_to_one_that_is_there():
    was = Placement(width=2000, height=1300, x=1500, y=40)

    now = fit(was, [LAPTOP])

    assert (now.width, now.height, now.x, now.y) == (1440, 900, None, None)


@pytest.mark.parametrize(("x", "y"), [(-1250, 10), (1400, 10), (100, -20), (100, 880)])
def test_a_title_bar_out_of_reach_is_brought_back(x, y):
    assert fit(Placement(x=x, y=y), [LAPTOP]).x is None


def test_a_window_made_tiny_is_still_usable():
    now = fit(Placement(width=10, height=10, x=5, y=5), [LAPTOP])

    assert (now.width, now.height) == (640, 480)


def test_without_known_screens_the_system_places_the_window():
    assert fit(Placement(x=9000, y=9000), []) == Placement()


@pytest.mark.parametrize("text", ["", "{", '{"width": "wide"}', "[]"])
def test_a_damaged_memory_of_the_window_is_forgotten(tmp_path, text):
    (tmp_path / "placement.json").write_text(text)

    assert read_placement(tmp_path / "placement.json") == Placement()


def test_a_memory_that_cannot_be_written_costs_nothing_else(tmp_path):
    (tmp_path / "in the way").touch()
    keep_placement(tmp_path / "in the way" / "placement.json", Placement())

    assert [entry.name for entry in tmp_path.iterdir()] == ["in the way"]
