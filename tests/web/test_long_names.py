"""Names that are longer than there is room for."""

from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from tests.web.seed import fill
from zordon_app.app import Zordon

LONG = "sq01_sh0010_a_very_long_name_of_a_shot_that_nobody_shortens_lighting_v012_final_final_2"


def test_a_long_name_pushes_no_button_out_of_the_inspector(browser: Browser, own: Zordon):
    jobs = fill(own, 3, frames=4, with_files=0)
    with own._farm.state.change() as change:
        change.job(jobs[0].id).name = LONG
    with open_window(browser, own) as window:
        page = window.open(f"/jobs/{jobs[0].id}")
        title = page.locator(".inspector-title")
        expect(title.get_by_role("heading", name=LONG)).to_be_visible()
        right = "element => element.getBoundingClientRect().right"
        assert title.get_by_role("button").evaluate(right) <= page.evaluate("innerWidth")
