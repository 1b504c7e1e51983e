"""The Blender add-on as the zip that Blender installs, made from the files that came with the program."""

import io
import zipfile
from pathlib import Path

NAME = "zordon_submit"
FILE = f"{NAME}.zip"
SOURCE = Path(__file__).parent.parent / "addon" / NAME
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip knows: the same files give the same bytes."""


def addon_zip(source: Path = SOURCE) -> bytes:
    """One folder ``zordon_submit`` with manifest: Blender 4.2+ takes it as an extension, older ones as an add-on."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in addon_files(source):
            entry = zipfile.ZipInfo(f"{NAME}/{path.relative_to(source).as_posix()}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def addon_files(source: Path = SOURCE) -> list[Path]:
    """The add-on's own files, sorted; nothing that Python, an editor or a file manager left there."""
    return sorted(
        path
        for path in source.rglob("*")
        if path.suffix in {".py", ".toml"} and path.is_file() and not _is_hidden(path.relative_to(source))
    )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts)
