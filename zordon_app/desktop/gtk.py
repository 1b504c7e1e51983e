"""What GTK has and pywebview does not offer, or not on every machine: downloads and an icon in the tray."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gi.repository import Gio, GLib, Gtk, WebKit2

from zordon_app.desktop.words import word


def adorn(native: Any, *, icon: Path, show: Callable[[], None], leave: Callable[[], None]) -> None:
    """Downloads, and an icon by which a hidden window comes back; systems without a tray show none."""
    view = _view_in(native)
    view.get_context().connect("download-started", partial(_on_download, native))
    _keep_process(view.get_settings())
    _add_tray(native, icon, show, leave)


def _keep_process(settings: Any) -> None:
    """Let a page that wants no opener, as ours do, begin in the process of the first page: nothing opens this window.

    WebKit would start another process for it. It knows such a switch since 2.42.
    """
    if not hasattr(WebKit2.Settings, "get_all_features"):
        return
    features = WebKit2.Settings.get_all_features()
    for feature in map(features.get, range(features.get_length())):
        if feature.get_identifier() == "CrossOriginOpenerPolicy":
            settings.set_feature_enabled(feature, False)


def _add_tray(native: Any, icon: Path, show: Callable[[], None], leave: Callable[[], None]) -> None:
    tray = Gtk.StatusIcon.new_from_file(str(icon))
    menu = Gtk.Menu()
    for text, act in ((word("show"), show), (word("quit"), leave)):
        entry = Gtk.MenuItem.new_with_label(text)
        entry.connect("activate", partial(_call, act))
        menu.append(entry)
    menu.show_all()
    tray.set_title("Zordon")
    tray.set_tooltip_text("Zordon")
    tray.connect("activate", partial(_call, show))
    tray.connect("popup-menu", partial(_pop_up, menu))
    native.connect("notify::title", lambda window, _: tray.set_tooltip_text(window.get_title()))


def _view_in(widget: Any) -> Any:
    """The web view, which sits in a scrolled window, which may have put a viewport around it."""
    while not isinstance(widget, WebKit2.WebView):
        widget = widget.get_child()
    return widget


def _on_download(native: Any, _context: Any, download: Any) -> None:
    download.connect("decide-destination", partial(_decide, native))


def _decide(native: Any, download: Any, proposed: str) -> bool:
    chosen = _ask(native, proposed)
    if chosen is None:
        download.cancel()
    else:
        # The person was asked about a file of that name already.
        download.set_allow_overwrite(True)
        download.set_destination(Gio.File.new_for_path(chosen).get_uri())
    return True


def _ask(native: Any, proposed: str) -> str | None:
    dialog = Gtk.FileChooserNative.new(word("save_as"), native, Gtk.FileChooserAction.SAVE, None, None)
    folder = GLib.get_user_special_dir(GLib.UserDirectory.DIRECTORY_DOWNLOAD) or str(Path.home())
    dialog.set_current_folder(folder)
    dialog.set_current_name(proposed)
    dialog.set_do_overwrite_confirmation(True)
    try:
        return dialog.get_filename() if dialog.run() == Gtk.ResponseType.ACCEPT else None
    finally:
        dialog.destroy()


def _pop_up(menu: Any, tray: Any, button: int, time: int) -> None:
    menu.popup(None, None, Gtk.StatusIcon.position_menu, tray, button, time)


def _call(act: Callable[[], None], *_: object) -> None:
    act()
