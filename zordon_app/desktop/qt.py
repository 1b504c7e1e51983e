"""What Qt has and pywebview does not offer, or not for Qt 6: downloads and an icon in the tray."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qtpy.QtCore import QStandardPaths
from qtpy.QtGui import QAction, QIcon
from qtpy.QtWidgets import QApplication, QFileDialog, QMenu, QSystemTrayIcon

from zordon_app.desktop.words import word


def adorn(native: Any, *, icon: Path, show: Callable[[], None], leave: Callable[[], None]) -> None:
    """Downloads, and an icon by which a hidden window comes back; systems without a tray show none."""
    # What is seen before a page is drawn is white, unless told otherwise: a flash on a dark desktop.
    native.webview.page().setBackgroundColor(QApplication.palette().window().color())
    profile = native.webview.page().profile()
    # pywebview's is Python, so that each file of the page would wait for the lock that the starting node holds.
    profile.setUrlRequestInterceptor(None)
    profile.downloadRequested.connect(partial(take_download, native))
    _add_tray(native, icon, show, leave)


def take_download(native: Any, download: Any) -> None:
    """Ask for the place of one download; it goes on by itself then."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    proposed = str(Path(folder) / download.suggestedFileName())
    chosen, _ = QFileDialog.getSaveFileName(native, word("save_as"), proposed)
    if not chosen:
        download.cancel()
        return
    download.setDownloadDirectory(str(Path(chosen).parent))
    download.setDownloadFileName(Path(chosen).name)
    download.accept()


def _add_tray(native: Any, icon: Path, show: Callable[[], None], leave: Callable[[], None]) -> None:
    tray = QSystemTrayIcon(QIcon(str(icon)), native)
    menu = QMenu(native)
    for text, act in ((word("show"), show), (word("quit"), leave)):
        entry = QAction(text, menu)
        entry.triggered.connect(partial(_call, act))
        menu.addAction(entry)
    tray.setContextMenu(menu)
    tray.setToolTip("Zordon")
    tray.activated.connect(partial(_on_click, show))
    tray.show()
    native.windowTitleChanged.connect(tray.setToolTip)


def _on_click(show: Callable[[], None], reason: Any) -> None:
    if reason == QSystemTrayIcon.ActivationReason.Trigger:
        show()


def _call(act: Callable[[], None], *_: object) -> None:
    act()
