"""Output folders: the only code that puts finished files where people see them, over nothing that they own."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from zordon_app.domain.claims import Claim, MadeFile
from zordon_app.domain.jobs import Existing
from zordon_app.errors import BadRequest, DiskFull, NotFound, WouldReplace
from zordon_app.files.durable import put_in_place, sync_file
from zordon_app.files.names import folded, put_for, put_new
from zordon_app.storage.made_files import NAME as LIST
from zordon_app.storage.made_files import MadeFiles

MARKER = ".zordon-job"
"""A file of this name marks a folder that Zordon made for one job; only such folders are ever removed."""

_PARTS = re.compile(r"\..+\.(\d+-\d+|final)\.part|\.zordon-[0-9a-f-]+\.part", re.DOTALL)
"""Names of staged files: other programs have such parts too."""


class OutputFolders:
    """Staging, publishing, listing and removing output files."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """``now`` is the present moment in UTC."""
        self._now = now
        self._made = MadeFiles()

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

    def stage(self, source: Path, folder: Path, name: str, tag: str, claim: Claim | None = None) -> Path:
        """Move ``source`` beside its final place as a ``.part`` file, all bytes on disk; returns its path.

        Without a ``claim`` the folder is Zordon's own.

        Raises:
            DiskFull: the volume has no room; ``source`` is still there and no part is left.
            WouldReplace: a file has the name that may not be replaced; ``source`` stays.
        """
        part = folder / f".{name}.{tag}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if claim is not None:
                self._check(folder / name, claim)
            _move(source, part)
            sync_file(part)
            if claim is not None:
                self._made.add(folder, _made(part, name, claim, self._now()))
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

    def publish(self, part: Path, name: str, claim: Claim | None = None) -> Path:
        """Give a staged file its final name and make that durable; an older file goes where the ``claim`` lets it.

        Raises:
            WouldReplace: it does not; both files are as they were.
        """
        final = part.parent / name
        if claim is None:
            put_in_place(part, final)
            return final
        try:
            put_new(part, final)
        except FileExistsError:
            about = self._check(final, claim)
            if about is None:
                return self.publish(part, name, claim)
            try:
                put_for(part, final, about)
            except FileExistsError as error:
                raise _refusal(final, "it was changed just now") from error
        return final

    def foreign(self, folder: Path, names: Iterable[str]) -> list[str]:
        """Those of ``names`` under which there is something in ``folder`` that is not as Zordon made it; sorted."""
        there = self._there(folder)
        found = [there[folded(name)] for name in names if folded(name) in there]
        return sorted(name for name in found if not self._is_made(folder / name))

    def has_list(self, folder: Path) -> bool:
        """Whether there is a list of what Zordon made in ``folder``."""
        return (folder / LIST).is_file()

    def existing(self, folder: Path, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that are taken in ``folder``, as they are written there; sorted."""
        there = self._there(folder)
        return sorted(there[folded(name)] for name in names if folded(name) in there)

    def _there(self, folder: Path) -> dict[str, str]:
        try:
            return {folded(path.name): path.name for path in folder.iterdir()}
        except OSError:
            return {}

    def _is_made(self, path: Path) -> bool:
        try:
            return _is_plain(path) and self._made.find(path) is not None
        except OSError:
            return False

    def _check(self, final: Path, claim: Claim) -> os.stat_result | None:
        """What is there, if anything, and may be replaced. Raises WouldReplace: it may not."""
        try:
            about = final.lstat()
        except FileNotFoundError:
            return None
        why = self._why_not(final, claim)
        if why:
            raise _refusal(final, why)
        return about

    def _why_not(self, final: Path, claim: Claim) -> str:
        """Why the file at ``final`` must stay; empty when it need not."""
        if not _is_plain(final):
            return "it is a folder or a link"
        reader = claim.reader(str(final))
        if reader:
            return f"{reader} reads it"
        made = self._made.find_exactly(final)
        if made is not None and made.job != claim.job and (claim.is_open(made.job) or made.at > claim.since):
            return "another job made it"
        if made is not None or claim.existing == Existing.REPLACE:
            return ""
        if self._made.hash(final) in {claim.sha256, *claim.known}:
            return ""
        return "Zordon did not make it, or it was changed since"

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
                if _PARTS.fullmatch(part.name):
                    part.unlink(missing_ok=True)

    def remove_owned(self, folder: Path, job_id: str) -> bool:
        """Delete ``folder`` if its marker says that it was made for this job; whether it did."""
        if not _was_made_for(folder, job_id):
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def release(self, folder: Path, job_id: str) -> None:
        """``folder``, made for a job that goes, is nobody's from now on; its files stay, and are the person's."""
        if _was_made_for(folder, job_id):
            (folder / LIST).unlink(missing_ok=True)
            (folder / MARKER).unlink(missing_ok=True)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _refusal(final: Path, why: str) -> WouldReplace:
    return WouldReplace(
        "{name} is in {folder} already and stays: {why}. Move it away and retry, or render into another folder.",
        code="file_stays",
        name=final.name,
        folder=final.parent,
        why=why,
    )


def _made(part: Path, name: str, claim: Claim, now: datetime) -> MadeFile:
    about = part.stat()
    return MadeFile(
        file=name, sha256=claim.sha256, bytes=about.st_size, mtime_ns=about.st_mtime_ns, job=claim.job, at=now
    )


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
