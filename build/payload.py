"""What goes into the built program, and what of its libraries stays out."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

Data = tuple[str, str]
"""A file or folder, and the folder for it in the program."""

WEB_PARTS = ("css", "i18n", "img", "js", "samples", "vendor", "index.html", "sign_in.html")
PACKAGE_DATA = (
    "addon/zordon_submit",
    # Blender reads these from disk, so they must be files of their own.
    "engines/blender/inside",
    "engines/presets.yaml",
    "engines/presets.schema.json",
    # Alembic reads its scripts from disk too.
    "storage/migrations",
    "desktop/bridge.js",
    "desktop/starting.html",
    "desktop/zordon.png",
)

# zstandard brings two of everything; we use the compiled one.
NEVER = (
    "zstandard._cffi",
    "zstandard.backend_cffi",
    "tkinter",
    "_tkinter",
    "IPython",
    "matplotlib",
    "pytest",
    # Libraries bring plugins for these.
    "hypothesis",
    "mypy",
    "setuptools",
    "pip",
    "PIL",
    "PyQt5",
    "PySide6",
)
EXCLUDED = {
    "qt": [*NEVER, "gi"],
    "system": [*NEVER, "PyQt6", "qtpy"],
    "headless": [*NEVER, "gi", "PyQt6", "qtpy", "webview", "desktop_notifier"],
}
"""Modules that a variant does without."""

QT_UNUSED = tuple(
    "Qt63D Qt6Bluetooth Qt6Charts Qt6Designer Qt6Help Qt6Multimedia Qt6Nfc Qt6Pdf Qt6Quick3D Qt6QuickControls2 "
    "Qt6QuickDialogs2 Qt6QuickTemplates2 Qt6QuickTest Qt6QuickTimeline Qt6RemoteObjects Qt6Sensors Qt6SerialPort "
    "Qt6ShaderTools Qt6SpatialAudio Qt6Sql Qt6Test Qt6TextToSpeech Qt6VirtualKeyboard Qt6WebSockets".split()
)
"""Libraries of Qt, by the beginning of their names, that a web view does not need."""

SYSTEM_ONLY = tuple(
    "gtk-3. gdk-3. gdk_pixbuf cairo pango pixman atk- atk-bridge atspi epoxy harfbuzz fribidi datrie thai graphite2 "
    "jpeg. tiff. webp. jbig. deflate. lerc. mvec.".split()
)
"""Libraries of the system: what only a theme of Qt for GNOME pulls in, and a part of glibc that must fit the rest."""

UNUSED_FOLDERS = (
    "PyQt6/Qt6/qml/",
    "PyQt6/Qt6/translations/qt",
    "PyQt6/Qt6/plugins/sqldrivers",
    "PyQt6/Qt6/plugins/platformthemes/libqgtk3",
    "PyQt6/Qt6/plugins/imageformats/libqpdf",
    "PyQt6/Qt6/plugins/platforms/libqeglfs",
    "PyQt6/Qt6/plugins/platforms/libqlinuxfb",
    "PyQt6/Qt6/plugins/platforms/libqminimal",
    "PyQt6/Qt6/plugins/platforms/libqvnc",
    "PyQt6/Qt6/plugins/platforms/libqvkkhrdisplay",
    "PyQt6/Qt6/plugins/egldeviceintegrations",
    "PyQt6/Qt6/plugins/multimedia",
    "PyQt6/Qt6/plugins/virtualkeyboard",
    "PyQt6/Qt6/plugins/assetimporters",
    "PyQt6/Qt6/plugins/sceneparsers",
    "PyQt6/Qt6/plugins/geometryloaders",
    "PyQt6/Qt6/plugins/renderers",
    "PyQt6/Qt6/resources/qtwebengine_devtools_resources",
    "gi_typelibs/",
    "gio_modules/",
    "lib/gdk-pixbuf",
    "librsvg-2",
    "share/icons",
    "share/locale",
    "share/themes",
)
"""Parts of libraries by the beginning of their place in the program."""

TOOLS = ("OpenImageIO/bin/", "OpenImageIO/share/")
"""Programs of libraries that Zordon does not start; on Windows the libraries themselves lie beside them."""

LIBRARY_ENDINGS = (".dll", ".pyd", ".so", ".dylib")

LOCALES = ("en-US", "de")
"""Of Chromium's own words, in the languages that Zordon speaks."""

WEB_VIEWS = {
    "linux": ["webview.platforms.gtk", "gi.repository"],
    "win32": ["webview.platforms.winforms", "webview.platforms.edgechromium"],
}
"""What reaches the system's own web view."""

SYSTEM_WEB_VIEW = ("libwebkit2gtk-4.1.so.0", "libgirepository-1.0.so.1", "libgtk-3.so.0")


def data_files(root: Path) -> list[Data]:
    """The frontend and the package's data."""
    web = [(str(root / "web" / part), _target("web", root / "web" / part)) for part in WEB_PARTS]
    package = [
        (
            str(root / "zordon_app" / part),
            _target(f"zordon_app/{Path(part).parent.as_posix()}", root / "zordon_app" / part),
        )
        for part in PACKAGE_DATA
    ]
    return [*web, *package]


def is_wanted_script(name: str, variant: str) -> bool:
    """Whether a script runs at start: PyInstaller's own for GTK point at a copy of it, and we take the system's."""
    return variant != "system" or not name.startswith("pyi_rth_g")


def hidden_imports(variant: str, system: str = sys.platform) -> list[str]:
    """Modules that are found by name only when the program runs, on ``system`` as ``sys.platform`` calls it."""
    needed = ["sqlalchemy.dialects.sqlite", "blender_asset_tracer", "logging.config"]
    if variant == "qt":
        needed += ["webview.platforms.qt", "PyQt6.QtWebEngineCore", "PyQt6.QtWebEngineWidgets", "PyQt6.QtWebChannel"]
    if variant == "system":
        needed += WEB_VIEWS.get(system, [])
    if variant != "headless" and system == "linux":
        needed += ["desktop_notifier.backends.dbus"]
    return needed


def is_wanted(target: str, given_by_system: Iterable[str] = ()) -> bool:
    """Whether a library or data file goes in; ``target`` is its place in the program."""
    place = target.replace("\\", "/")
    name = place.rsplit("/", 1)[-1]
    if name in given_by_system or "__pycache__" in place:
        return False
    if "qtwebengine_locales/" in place:
        return name.removesuffix(".pak") in LOCALES
    # Wheels keep their own libraries in folders of their own; only those at the top come from the system.
    unused = QT_UNUSED if "/" in place else SYSTEM_ONLY
    if name.removeprefix("lib").startswith(unused):
        return False
    if place.startswith(TOOLS) and not name.lower().endswith(LIBRARY_ENDINGS):
        return False
    return not place.startswith(UNUSED_FOLDERS)


def system_libraries() -> frozenset[str]:
    """Names of all libraries that WebKitGTK brings along: bundling some of them only would mix two systems."""
    listing = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    paths = [
        line.split("=>")[1].strip()
        for line in listing.splitlines()
        if line.split()[:1] and line.split()[0] in SYSTEM_WEB_VIEW
    ]
    found: set[str] = {Path(path).name for path in paths}
    for path in paths:
        needed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
        found |= {line.split()[0] for line in needed.splitlines() if "=>" in line}
    return frozenset(found)


def has_symbols(target: str) -> bool:
    """Whether stripping is worth while and safe: of Python and modules, not of libraries that wheels have patched."""
    name = Path(target).name
    return name.startswith("libpython") or ".cpython-" in name or name.endswith(".abi3.so")


def stripped(source: str, target: str, folder: Path) -> str:
    """A copy in ``folder`` without debug symbols, a seventh of the whole program; Linux only."""
    if sys.platform != "linux" or not shutil.which("strip"):
        return source
    copy = folder / "stripped" / target
    copy.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["strip", "--strip-unneeded", "-o", str(copy), source], check=True)
    return str(copy)


def _target(folder: str, part: Path) -> str:
    return f"{folder}/{part.name}" if part.is_dir() else folder
