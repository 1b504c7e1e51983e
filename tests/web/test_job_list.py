import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import THEMES, open_window
from tests.web.seed import fill, make_zordon
from tests.web.test_accessibility import violations
from tests.web.window import Window
from zordon_app.app import Zordon
from zordon_app.domain.statuses import JobStatus, UnitState
from zordon_app.storage.outputs import OutputFolders

MANY = 10_000


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zordon]:
    zordon = make_zordon(tmp_path_factory.mktemp("crowded"))
    zordon.start()
    fill(zordon, MANY, frames=4, with_files=0)
    yield zordon
    zordon.stop()


def test_ten_thousand_jobs_are_sixty_rows_at_most(browser: Browser, crowded: Zordon):
    with open_window(browser, crowded) as window:
        page = window.open()
        expect(window.grid).to_have_attribute("aria-rowcount", str(MANY + 1))
        assert 0 < page.locator(".row.job").count() <= 60
        window.grid.focus()
        page.keyboard.press("End")
        expect(page.locator(f".row.job[aria-rowindex='{MANY + 1}']")).to_be_in_viewport()
        assert page.locator(".row.job").count() <= 60


def test_a_list_that_is_flung_shows_names_at_once_and_the_rest_when_it_stands(browser: Browser, crowded: Zordon):
    # On a busy machine one move may be long past when the next one comes: that is no fling.
    fling = """async grid => {
        const names = [];
        const move = () => {
            grid.scrollTop += 2 * grid.clientHeight;
            grid.dispatchEvent(new Event('scroll'));
        };
        for (let step = 1; step <= 40; step += 1) {
            move();
            move();
            // Time for what is drawn at once, and for no timer.
            for (let turn = 0; turn < 20; turn += 1) await null;
            const row = document.elementFromPoint(400, 400).closest('.row.job');
            names.push(row?.querySelector('.title').textContent ?? '');
            if (row && !row.querySelector('.bar, .thumb')) return names;
        }
        return [];
    }"""
    with open_window(browser, crowded) as window:
        page = window.open()
        assert window.grid.evaluate(fling)[-1]
        expect(page.locator(".row.job .thumb").first).to_be_visible()
        expect(page.locator(".row.job .summary").first).to_have_text(re.compile(r"\d (frames|segments)"))


def test_scrolling_never_shows_an_empty_list(browser: Browser, crowded: Zordon):
    scroll = """async grid => {
        const blank = [];
        for (let top = 0; top < grid.scrollHeight; top += 15000) {
            grid.scrollTop = top;
            // What is scrolled to is told before the next picture, and drawn before the one after it.
            for (let picture = 0; picture < 2; picture += 1) await new Promise(requestAnimationFrame);
            const box = grid.getBoundingClientRect();
            const under = document.elementFromPoint(box.left + 200, box.top + box.height / 2);
            if (!under.closest('.row.job')) blank.push(top);
        }
        return blank;
    }"""
    with open_window(browser, crowded) as window:
        window.open()
        assert window.grid.evaluate(scroll) == []


def test_a_change_by_another_client_shows_without_a_reload(window: Window):
    page = window.open()
    name = "sq01_sh0040_anim_v2"
    expect(window.find(name)).to_contain_text("queued")
    page.evaluate("window.stays = true")
    window.post(f"jobs/{window.job(name)['id']}/pause")
    expect(window.row(name)).to_contain_text("paused")
    window.post(f"jobs/{window.job(name)['id']}/resume")
    expect(window.row(name)).to_contain_text("queued")
    assert page.evaluate("window.stays") is True


def test_a_row_tells_everything_in_words_and_shapes(window: Window):
    window.open()
    row = window.row("sq01_sh0000_lighting_v1")
    expect(row.locator("img.thumb")).to_be_visible()
    for text in ("sq01_sh0000_lighting_v1", "Blender 5.1.0", "240 frames", "running", "4 failed", "%", "min"):
        expect(row).to_contain_text(text)
    bar = row.get_by_role("progressbar")
    assert {"ok", "err", "run"} <= set(bar.locator("span").evaluate_all("parts => parts.map(part => part.className)"))
    shapes = window.page.locator(".row.job .mark").evaluate_all("marks => marks.map(mark => mark.innerHTML)")
    words = window.page.locator(".row.job .state").all_inner_texts()
    by_word = dict(zip(words, shapes, strict=True))
    assert len(set(by_word.values())) == len(by_word), "each state has a shape of its own"


def test_without_colours_everything_is_still_there(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, forced_colors="active") as window:
        window.open()
        row = window.row("sq01_sh0000_lighting_v1")
        expect(row).to_contain_text("running")
        expect(row.get_by_role("progressbar")).to_be_visible()
        assert row.locator(".bar").evaluate("bar => getComputedStyle(bar).borderTopWidth") != "0px"


def test_chips_filter_count_as_the_api_does_and_survive_a_reload(window: Window):
    page = window.open()
    failed = [job for job in window.get("jobs")["jobs"] if job["status"] == "error"]
    chip = page.get_by_role("button", name=re.compile("^Failed"), exact=False).and_(page.locator(".chip"))
    expect(chip).to_contain_text(str(len(failed)))
    chip.click()
    expect(window.grid).to_have_attribute("aria-rowcount", str(len(failed) + 1))
    assert "show=failed" in page.url
    page.reload()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(window.grid).to_have_attribute("aria-rowcount", str(len(failed) + 1))


def test_each_chip_has_its_number(window: Window):
    page = window.open()
    chips = page.locator(".chip")
    window.grid.focus()
    for number in range(chips.count(), 0, -1):
        page.keyboard.press(str(number))
        expect(chips.nth(number - 1)).to_have_attribute("aria-pressed", "true")


def test_the_filter_narrows_by_name_and_says_when_nothing_matches(window: Window):
    page = window.open()
    page.keyboard.press("/")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.type("edit_01")
    expect(page.locator(".row.job")).to_have_count(1)
    page.locator("#filter").fill("ffmpeg")
    expect(page.locator(".row.job").first).to_contain_text("FFmpeg")
    page.locator("#filter").fill("no such job")
    expect(page.get_by_text("No match for “no such job”")).to_be_visible()
    page.get_by_role("button", name="Show all jobs").click()
    expect(page.locator("#filter")).to_have_value("")
    page.locator("#filter").fill("edit")
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_have_value("")
    expect(window.grid).to_be_focused()


def test_rows_are_selected_by_mouse_and_keys_and_told(window: Window):
    page = window.open()
    rows = page.locator(".row.job")
    rows.nth(0).locator(".title").click()
    rows.nth(3).locator(".title").click(modifiers=["Shift"])
    expect(page.locator(".row.job[aria-selected=true]")).to_have_count(4)
    expect(page.locator("[aria-live=polite]", has_text="4 selected")).to_have_count(1)
    rows.nth(5).locator(".title").click(modifiers=["Control"])
    expect(page.locator(".row.job[aria-selected=true]")).to_have_count(5)
    window.grid.focus()
    page.keyboard.press("Control+a")
    total = len(window.get("jobs")["jobs"])
    expect(page.locator(".chosen")).to_have_text(f"{total} selected")
    page.keyboard.press("Escape")
    rows.nth(2).locator(".title").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".row.job[aria-selected=true]")).to_have_count(3)


def test_while_shift_is_held_the_order_stands_still(window: Window):
    page = window.open("/jobs?show=queued&find=sq01")
    before = window.names()
    paused = page.locator(".view", has_text="Paused").locator(".number")
    page.keyboard.down("Shift")
    moved, other = window.job(before[4]), window.job("sq02_sh0040_lighting_v3")
    window.post(f"jobs/{moved['id']}/move", {"where": "top"})
    # What is told after it, and not held.
    count = int(paused.inner_text())
    window.post(f"jobs/{other['id']}/pause")
    expect(paused).to_have_text(str(count + 1))
    assert window.names() == before
    page.keyboard.up("Shift")
    window.post(f"jobs/{other['id']}/resume")
    window.until(lambda: window.names()[0] == before[4])
    window.post(f"jobs/{moved['id']}/move", {"where": "after", "other": window.job(before[3])["id"]})


def test_space_pauses_what_is_selected_and_undo_restores_it(window: Window):
    page = window.open("/jobs?show=queued&find=sq02")
    rows = page.locator(".row.job")
    rows.nth(0).locator(".title").click()
    rows.nth(1).locator(".title").click(modifiers=["Shift"])
    names = window.names()[:2]
    page.keyboard.press("Space")
    toast = window.toast("2 jobs paused")
    expect(toast).to_be_visible()
    window.until(lambda: {window.job(name)["status"] for name in names} == {"paused"})
    toast.get_by_role("button", name="Undo").click()
    window.until(lambda: {window.job(name)["status"] for name in names} == {"not_started"})


def test_alt_and_arrow_moves_a_job_for_everybody(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon) as window, open_window(browser, zordon) as other:
        page = window.open("/jobs?show=queued&find=sq01")
        other.open("/jobs?show=queued&find=sq01")
        first, second = window.names()[:2]
        window.row(first).locator(".title").click()
        page.keyboard.press("Alt+ArrowDown")
        window.until(lambda: window.names()[:2] != [first, second])
        expect(window.row(first)).to_have_attribute("aria-selected", "true")
        order = window.names()
        other.until(lambda: other.names() == order)
        page.reload()
        window.until(lambda: window.names() == order)


def test_a_row_is_dragged_to_another_place(window: Window):
    page = window.open("/jobs?show=queued&find=sh00")
    before = window.names()
    source, target = window.row(before[0]), window.row(before[3])
    source.locator(".title").hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 5, steps=4)
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] - 2, steps=4)
    expect(page.locator(".drop-line")).to_be_visible()
    page.mouse.up()
    window.until(lambda: window.names().index(before[0]) == 3)
    expect(page.locator(".drop-line")).to_have_count(0)


def test_three_ways_open_the_same_menu_and_escape_goes_back(window: Window):
    page = window.open()
    row = page.locator(".row.job").first
    row.locator(".title").click()
    items = "menu => [...menu.querySelectorAll('button')].map(item => item.textContent.trim())"
    row.click(button="right")
    menu = page.get_by_role("menu")
    by_mouse = menu.evaluate(items)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "menuitem"
    page.keyboard.press("Escape")
    expect(window.grid).to_be_focused()
    page.keyboard.press("Shift+F10")
    by_keys = menu.evaluate(items)
    page.keyboard.press("Escape")
    row.locator(".row-menu").click()
    assert by_mouse == by_keys == menu.evaluate(items)
    page.keyboard.press("Escape")
    expect(row).to_have_attribute("aria-selected", "true")


def test_removing_asks_when_files_would_go_and_can_be_undone_otherwise(browser: Browser, own: Zordon):
    fill(own, 8, frames=4)
    with open_window(browser, own) as window:
        page = window.open()
        window.row("edit_01_review_v1").locator(".title").click()
        page.keyboard.press("Delete")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        expect(window.row("edit_01_review_v1")).to_have_count(0)
        window.toast("1 job removed").get_by_role("button", name="Undo").click()
        expect(window.row("edit_01_review_v1")).to_be_visible()
        window.row("sq01_sh0000_lighting_v1").locator(".title").click()
        page.keyboard.press("Delete")
        asked = page.get_by_role("alertdialog")
        expect(asked).to_contain_text("still running")
        asked.get_by_role("button", name="Keep job").click()
        assert window.job("sq01_sh0000_lighting_v1")
        page.keyboard.press("Delete")
        page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
        window.until(lambda: "sq01_sh0000_lighting_v1" not in {job["name"] for job in window.get("jobs")["jobs"]})


def test_what_is_done_is_done_to_the_job_that_a_link_shows(browser: Browser, own: Zordon):
    fill(own, 8, frames=4)
    with open_window(browser, own) as window:
        page = window.open()
        window.row("sq01_sh0050").locator(".title").click()
        other = window.job("sq01_sh0000_lighting_v1")
        page.evaluate("id => { location.hash = `#/jobs/${id}/files`; }", other["id"])
        expect(window.row(other["name"])).to_have_attribute("aria-selected", "true")
        expect(page.locator(".row.job[aria-selected=true]")).to_have_count(1)
        window.grid.focus()
        page.keyboard.press("Delete")
        expect(page.get_by_role("alertdialog", name=f"Remove “{other['name']}”?")).to_be_visible()


def test_a_job_goes_with_its_files_or_without_them(browser: Browser, own: Zordon):
    made = fill(own, 24, frames=4, with_files=24)
    for job in made:
        OutputFolders().make(Path(job.output_path), job.id, owned=True)
    jobs = {job.name: Path(job.output_path) for job in made}
    kept, gone = [name for name, path in jobs.items() if len(list(path.glob("*.png"))) == 4][:2]
    with open_window(browser, own) as window:
        page = window.open()
        window.forgive("status of 400")  # A picture that the page asked for just before its job went.
        for name, files in ((kept, "stay"), (gone, "go")):
            size = sum(path.stat().st_size for path in jobs[name].glob("*.png"))
            page.keyboard.press("/")
            window.find(name).locator(".title").click()
            page.keyboard.press("Delete")
            asked = page.get_by_role("alertdialog", name=f"Remove “{name}”?")
            expect(asked.get_by_label("Keep the files")).to_be_checked()
            expect(asked).to_contain_text(str(jobs[name]))
            expect(asked).to_contain_text(f"{len(list(jobs[name].glob('*.png')))} files · {round(size / 1000)} kB")
            if files == "go":
                asked.get_by_label("Keep the files").focus()
                page.keyboard.press("ArrowDown")
                asked.get_by_role("button", name=f"Remove and delete {round(size / 1000)} kB").click()
            else:
                asked.get_by_role("button", name="Remove", exact=True).click()
            window.until(lambda name=name: name not in {job["name"] for job in window.get("jobs")["jobs"]})
            page.locator("#filter").fill("")
    assert list(jobs[kept].glob("*.png"))
    assert not jobs[gone].exists()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_wrong_with_the_question_of_the_files(browser: Browser, zordon: Zordon, theme: str):
    with open_window(browser, zordon, prefs={"theme": theme}) as window:
        page = window.open()
        window.row("sq01_sh0000_lighting_v1").locator(".title").click()
        page.keyboard.press("Delete")
        expect(page.get_by_role("alertdialog")).to_contain_text("MB")
        assert violations(page) == []


def test_columns_are_hidden_sorted_and_remembered(browser: Browser, zordon: Zordon):
    with open_window(browser, zordon, prefs={}) as window:
        page = window.open()
        page.get_by_role("button", name="Columns").click()
        page.get_by_role("menuitemcheckbox", name="Age").click()
        expect(page.locator(".head .col-age")).to_be_visible()
        page.get_by_role("button", name="Sort by Name").or_(page.locator(".head .col-name button")).first.click()
        expect(page.locator(".head .col-name")).to_have_attribute("aria-sort", "ascending")
        names = window.names()
        assert names == sorted(names, key=lambda name: name.lower())
        window.until(lambda: "age" not in window.get("settings")["ui"].get("hiddenColumns", ["age"]))
    # A new browser knows nothing of the old one, as a private desktop window does: the node remembers.
    with open_window(browser, zordon, prefs={}) as window:
        page = window.open()
        expect(page.locator(".head .col-age")).to_be_visible()
        page.get_by_role("button", name="Columns").click()
        page.get_by_role("menuitemcheckbox", name="Age").click()
        window.until(lambda: "age" in window.get("settings")["ui"]["hiddenColumns"])


def test_a_running_job_that_waits_for_machines_says_so_in_its_row(browser: Browser, own: Zordon):
    made = fill(own, 24, frames=4, with_files=0)
    running = next(job for job in made if job.status == JobStatus.RUNNING)
    with own._farm.state.change() as change:
        leased = [
            number for number, unit in own._farm.state.ledger(running.id).items() if unit.state == UnitState.LEASED
        ]
        for number in leased:
            change.unit(running.id, number).state = UnitState.WAITING
    with open_window(browser, own) as window:
        window.open()
        row = window.find(running.name)
        expect(row.locator(".reason")).to_have_text("Waits for atlas (paused).")
        row.locator(".title").click()
        expect(window.page.locator("p.note")).to_contain_text("Waits for atlas (paused).")
