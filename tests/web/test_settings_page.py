from playwright.sync_api import Browser, expect

from tests.web.conftest import open_window
from zordon_app.app import Zordon


def test_a_setting_changed_in_one_window_shows_in_another(browser: Browser, own: Zordon):
    with open_window(browser, own) as one, open_window(browser, own) as two:
        first, second = one.open("/settings"), two.open("/settings")
        first.get_by_label("Patience with a silent engine (min)").fill("25")
        first.keyboard.press("Enter")
        expect(one.toast("Patience with a silent engine (min) saved")).to_be_visible()
        expect(second.get_by_label("Patience with a silent engine (min)", exact=True)).to_have_value("25")


def test_a_wrong_value_is_refused_where_it_stands(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        port = page.get_by_label("Port", exact=True)
        port.fill("80")
        page.keyboard.press("Enter")
        row = page.locator("[data-setting=port]")
        expect(row.locator(".error")).to_contain_text("1024")
        expect(port).to_have_attribute("aria-invalid", "true")
        assert window.get("settings")["port"] == 8585


def test_a_setting_goes_back_to_its_default_and_undo_takes_it_again(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        row = page.locator("[data-setting=disk_reserve_gib]")
        row.get_by_role("spinbutton").fill("7")
        page.keyboard.press("Enter")
        window.until(lambda: window.get("settings")["disk_reserve_gib"] == 7)
        first = window.toast("saved").element_handle()
        row.get_by_role("button", name="Reset").click()
        window.until(lambda: window.get("settings")["disk_reserve_gib"] == 2)
        first.wait_for_element_state("hidden")
        window.toast("saved").get_by_role("button", name="Undo").click()
        window.until(lambda: window.get("settings")["disk_reserve_gib"] == 7)


def test_lists_and_pairs_are_edited_line_by_line(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        page.get_by_label("Machines by address").fill("nas.local\n10.0.0.7:8586")
        page.get_by_label("Name of this machine", exact=True).focus()
        window.until(lambda: window.get("settings")["peers"] == ["nas.local", "10.0.0.7:8586"])
        page.get_by_label("Source", exact=True).fill("blender")
        page.get_by_label("Address", exact=True).fill("http://nas.local/blender")
        page.keyboard.press("Enter")
        window.until(lambda: window.get("settings")["mirrors"] == {"blender": "http://nas.local/blender"})
        page.get_by_role("button", name="Remove blender").click()
        window.until(lambda: window.get("settings")["mirrors"] == {})


def test_the_search_finds_by_name_and_by_what_it_is_for(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        page.get_by_label("Search settings").fill("thumbnails")
        expect(page.locator(".setting")).to_have_count(1)
        expect(page.get_by_label("Room for previews (GiB)")).to_be_visible()
        page.get_by_label("Search settings").fill("zzz")
        expect(page.get_by_text("No setting matches “zzz”.")).to_be_visible()


def test_the_theme_changes_at_once_and_can_be_undone(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        page.get_by_label("Theme").select_option("light")
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        window.toast("Theme saved").get_by_role("button", name="Undo").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_diagnostics_are_copied_from_about(browser: Browser, own: Zordon):
    with open_window(browser, own, permissions=["clipboard-read", "clipboard-write"]) as window:
        page = window.open("/settings")
        page.get_by_role("button", name="About Zordon").click()
        about = page.get_by_role("dialog", name="About Zordon")
        about.get_by_role("button", name="Copy diagnostics").click()
        # Whatever is outside an open dialog can neither be clicked nor is it read out.
        expect(about.locator(".toast", has_text="Copied")).to_be_visible()
        assert '"system_os"' in page.evaluate("navigator.clipboard.readText()")
        licences = str(about.get_by_role("link").evaluate("a => a.href"))
        assert b"preact" in window.http.request("GET", licences).data


def test_diagnostics_are_copied_where_the_page_may_not_use_the_clipboard(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        window.stub("""delete Navigator.prototype.clipboard;
            document.execCommand = () => { window.took = document.activeElement.value; }""")
        page = window.open("/settings")
        page.get_by_role("button", name="About Zordon").click()
        page.get_by_role("button", name="Copy diagnostics").click()
        expect(page.locator(".toast", has_text="Copied")).to_be_visible()
        assert '"system_os"' in str(page.evaluate("window.took"))


def test_the_week_is_painted_by_mouse_and_keys(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings?at=machine")
        week = page.get_by_role("grid", name="Working hours")
        page.get_by_role("button", name="Nights", exact=True).click()
        window.until(lambda: window.get("settings")["schedule"].get("mon") == "00:00-08:00, 18:00-24:00")
        cells = week.locator(".hour")
        cells.nth(9).hover()
        page.mouse.down()
        cells.nth(11).hover()
        page.mouse.up()
        expect(cells.nth(11)).to_have_attribute("aria-selected", "true")
        window.until(lambda: "11:00-12:00" in window.get("settings")["schedule"]["mon"])
        week.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        window.until(lambda: window.get("settings")["schedule"]["mon"].endswith("11:00-13:00, 18:00-24:00"))
        page.get_by_role("button", name="Always").click()
        window.until(lambda: window.get("settings")["schedule"] == {})


def test_notices_are_tried_out_before_anybody_relies_on_them(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings")
        tried = page.get_by_role("button", name="Try it")
        expect(tried).to_be_disabled()
        page.get_by_label("Tell a web address").fill("http://127.0.0.1:9/hook")
        page.keyboard.press("Enter")
        expect(tried).to_be_enabled()
        tried.click()
        expect(window.toast("127.0.0.1 is this machine")).to_be_visible()


def test_a_link_to_the_last_subject_moves_the_list_and_not_the_page(browser: Browser, own: Zordon):
    with open_window(browser, own) as window:
        page = window.open("/settings?at=about")
        expect(page.get_by_role("heading", name="About", exact=True)).to_be_in_viewport()
        expect(page.get_by_role("banner")).to_be_in_viewport()
        assert page.evaluate("document.scrollingElement.scrollTop") == 0
