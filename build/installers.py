"""What Windows and macOS get. The Windows installer compiles wherever makensis is; the disk image on macOS only."""

from pathlib import Path

from steps import run_or_raise


def make_windows_installer(root: Path, program: Path, version: str, out: Path) -> Path:
    """An installer for one person, of the program folder that was built on Windows."""
    installer = out / f"zordon-{version}-windows-x64.exe"
    defines = {
        "PAYLOAD": program.resolve(),
        "VERSION": version,
        "OUT": installer.resolve(),
        "ICON": root / "build" / "icons" / "zordon.ico",
    }
    options = [f"-D{name}={value}" for name, value in defines.items()]
    run_or_raise(["makensis", "-V2", "-WX", *options, root / "build" / "windows" / "zordon.nsi"])
    return installer


def make_disk_image(root: Path, app: Path, version: str, machine: str, out: Path) -> Path:
    """A .dmg with the app and a link to where it goes."""
    image = out / f"zordon-{version}-macos-{machine}.dmg"
    run_or_raise(["sh", root / "build" / "macos" / "make_dmg.sh", app, image])
    return image
