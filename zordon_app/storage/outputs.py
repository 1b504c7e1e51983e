"""Output folders: the only code that puts finished files where people see them."""

import contextlib
import errno
import os
import shutil
from pathlib import Path

from zordon_app.errors import BadRequest, DiskFull, NotFound
from zordon_app.files.durable import put_in_place, sync_file

MARKER = ".zordon-job"
"""A file of this name marks a folder that Zordon made for one job; only such folders are ever removed."""


class OutputFolders:
    """Staging, publishing, listing and removing output files."""

    def make(self, folder: Path, job_id: str, *, owned: bool) -> None:
        """Create ``folder`` and see that it can be written.

        Raises:
            BadRequest: it cannot be made or written; the sentence says why.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".zordon-{job_id}.part"
            probe.write_bytes(b"")
            probe.unlink()
            if owned:
                (folder / MARKER).write_text(job_id, encoding="utf-8")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull("The disk of {folder} is full.", code="disk_full", folder=folder) from error
            raise BadRequest(
                "Cannot write into the output folder {folder}: {why}.",
                code="output_unwritable",
                folder=folder,
                why=error.strerror or error,
            ) from error

    def stage(self, source: Path, folder: Path, name: str, tag: str) -> Path:
        """Move ``source`` beside its final place as a ``.part`` file, all bytes on disk; returns its path.

        Raises:
            DiskFull: the volume has no room; ``source`` is still there and no part is left.
        """
        part = folder / f".{name}.{tag}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _move(source, part)
            sync_file(part)
        except OSError as error:
            _keep_source(source, part)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(
                    "The disk of {folder} is full. Free some space; the job goes on by itself.",
                    code="disk_full",
                    folder=folder,
                ) from error
            raise
        return part

    def publish(self, part: Path, name: str) -> Path:
        """Give a staged file its final name, replacing an older one, and make that durable."""
        final = part.parent / name
        put_in_place(part, final)
        return final

    def discard(self, part: Path) -> None:
        """Remove a staged file that is not wanted."""
        part.unlink(missing_ok=True)

    def list(self, folder: Path) -> list[str]:
        """Names of the regular files below ``folder``, relative, with ``/``; hidden ones and links are left out."""
        names: list[str] = []
        for root, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            here = Path(root)
            names += [
                (here / name).relative_to(folder).as_posix()
                for name in sorted(files)
                if not name.startswith(".") and (here / name).is_file() and not (here / name).is_symlink()
            ]
        return names

    def resolve(self, folder: Path, name: str) -> Path:
        """The regular file ``name`` of ``folder``; never through a link.

        Raises:
            NotFound: there is no such file, or it is a link or leaves the folder.
        """
        path = folder / name
        if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            raise NotFound(f"There is no file {name[:100]!r} in the output of this job.")
        return path

    def remove_parts(self, folder: Path) -> None:
        """Delete staged files that a crash left behind."""
        if folder.is_dir():
            for part in folder.glob(".*.part"):
                part.unlink(missing_ok=True)

    def remove_owned(self, folder: Path, job_id: str) -> bool:
        """Delete ``folder`` if its marker says that it was made for this job; whether it did."""
        if not _was_made_for(folder, job_id):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def release(self, folder: Path, job_id: str) -> None:
        """``folder``, made for a job that goes, is nobody's from now on; its files stay."""
        if _was_made_for(folder, job_id):
            (folder / MARKER).unlink(missing_ok=True)


def _was_made_for(folder: Path, job_id: str) -> bool:
    marker = folder / MARKER
    if folder.is_symlink() or marker.is_symlink() or not marker.is_file():
        return False
    return marker.read_text(encoding="utf-8") == job_id


def _move(source: Path, part: Path) -> None:
    try:
        source.replace(part)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, part, follow_symlinks=False)


def _keep_source(source: Path, part: Path) -> None:
    """After a failed move: the result is either still at its source, or goes back there."""
    with contextlib.suppress(OSError):
        if source.exists():
            part.unlink(missing_ok=True)
        else:
            part.replace(source)
