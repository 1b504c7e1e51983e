"""``receipt``: the signed list of what a job made, and whether files are still what it says."""

import os
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated

import typer

from zordon_app.cli.jobs.choosing import find_job
from zordon_app.cli.jobs.fetching import read_by
from zordon_app.cli.jobs.reading import OneJob
from zordon_app.cli.receipts.files import Findings, compare
from zordon_app.cli.terminal.exits import NoSuchThing, Status, WrongUsage
from zordon_app.cli.terminal.screen import Screen
from zordon_app.cli.terminal.session import session_of
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.cli.terminal.wording import moment
from zordon_app.domain.receipts import Receipt
from zordon_app.errors import ZordonError
from zordon_app.files.durable import write_durably
from zordon_app.files.names import place

MOST_NAMED = 20
SHOWN = 16
"""Digits of a program's hash that tell it from others at a glance; the receipt has them all."""


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    add_verb(app, "verify", verify_job, Panel.RESULT, "zordon verify last")
    group = add_group(app, "receipt", "Signed lists of what jobs made, by which machine and how.", Panel.RESULT)
    add_verb(group, "get", get, Panel.RESULT, "zordon receipt get last -o shot.receipt.json")
    add_verb(
        group,
        "verify",
        verify,
        Panel.RESULT,
        "zordon receipt verify shot.receipt.json",
        "zordon receipt verify shot.receipt.json frames --signer ob3qzbmt5cqnvv7v4x2i",
    )


def verify_job(context: typer.Context, job: OneJob) -> None:
    """Hash the finished files of a job on its disk, and compare them with the ledger: bit rot, half-made copies.

    Exit status 1 when a file is missing or not what it was. To be used on the machine that has the job.
    """
    session = session_of(context)
    with session.connect() as client:
        found = find_job(client, job)
        if not client.address.is_local:
            raise WrongUsage("The files are on another machine. There: zordon verify; here: zordon receipt verify.")
        document = client.get_job_receipt(found["id"])
    folder, screen = Path(found["output_path"]), session.screen
    known = read_signed(document)
    try:
        result = compare(
            known.files, folder, besides=folder, look=lambda name: screen.say(name) if screen.moves else None
        )
    except OSError as error:
        raise NoSuchThing(f"A file cannot be read: {error}.") from error
    _tell(screen, known, result)
    if not result.is_good:
        raise typer.Exit(Status.FAILED)


def read_signed(document: bytes) -> Receipt:
    """A receipt as it came, its signature checked."""
    from zordon_app.peers.identity.signing import read_receipt

    return read_receipt(document)


def get(
    context: typer.Context,
    job: OneJob,
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; default: stdout.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is no receipt of this job.")] = False,
) -> None:
    """Get the receipt of a job: each frame or segment with its file, SHA-256, machine, attempt and time.

    It is signed by the machine that has the job, and holds for files that were copied elsewhere too.
    """
    session = session_of(context)
    with session.connect() as client:
        found = find_job(client, job)
        document = client.get_job_receipt(found["id"])
        is_read = output is not None and place(str(output.absolute())) in read_by(client, found)
    if output is None:
        session.screen.text(document.decode())
        return
    if is_read or not (force or _is_free(output, found["id"])):
        why = "the job reads it" if is_read else "it is no receipt of this job; --force replaces it"
        raise WrongUsage(f"{output} is there already and stays: {why}.")
    try:
        write_durably(output.absolute(), document)
    except OSError as error:
        raise WrongUsage(f"The receipt cannot be written to {output}: {error.strerror}.") from error
    session.screen.say(f"The receipt is in {output}.")


def verify(
    context: typer.Context,
    receipt: Annotated[Path, typer.Argument(help="File with the receipt.")],
    folder: Annotated[Path | None, typer.Argument(help="Folder with the files; default: that of the receipt.")] = None,
    *,
    signer: Annotated[str, typer.Option(help="Id of the machine that must have signed it.")] = "",
) -> None:
    """Check the signature of a receipt, and the files that it lists; works without a Zordon running.

    Exit status 1 when it was changed, another machine signed it, or a file is missing or not what it was. Files that
    the receipt does not know are named and do no harm.
    """
    screen = session_of(context).screen
    known = _read(receipt)
    if signer and known.node.id != signer.lower():
        screen.complain(f"The receipt is signed by {known.node.name} ({known.node.id}), not by {signer[:60]}.")
        raise typer.Exit(Status.FAILED)
    place = folder if folder is not None else receipt.absolute().parent
    if not place.is_dir():
        raise NoSuchThing(f"There is no folder {str(place)[:200]!r}.")
    try:
        found = compare(
            known.files, place, besides=receipt, look=lambda name: screen.say(name) if screen.moves else None
        )
    except OSError as error:
        raise NoSuchThing(f"A file cannot be read: {error}.") from error
    _tell(screen, known, found)
    if not found.is_good:
        raise typer.Exit(Status.FAILED)


def _is_free(output: Path, job: str) -> bool:
    """Whether nothing is lost when a receipt of a job is written there."""
    if not os.path.lexists(output):
        return True
    if output.is_symlink() or not output.is_file():
        return False
    try:
        return _read(output).job.id == job
    except (NoSuchThing, ZordonError):
        return False


def _read(path: Path) -> Receipt:
    try:
        document = path.read_bytes()
    except OSError as error:
        raise NoSuchThing(f"There is no receipt {str(path)[:200]!r}: {error.strerror}.") from error
    return read_signed(document)


def _tell(screen: Screen, receipt: Receipt, found: Findings) -> None:
    if screen.json:
        screen.document({"signer": receipt.node, "job": receipt.job, "good": found.is_good, "files": found})
        return
    job, node, build = receipt.job, receipt.node, receipt.build
    screen.facts(
        [
            ("Job", f"{job.name} ({job.id}), {job.status}"),
            ("Signed by", f"{node.name} ({node.id}), {moment(receipt.made_at.isoformat())}"),
            ("Engine", f"{build.engine} {build.version}"),
            *(("Program", f"{program[:SHOWN]}… ({names})") for program, names in _programs(receipt)),
            ("Files", f"{len(found.same)} of {len(receipt.files)} are as they were signed"),
            *((what, _shortened(names)) for what, names in _wrong(found)),
        ]
    )


def _programs(receipt: Receipt) -> list[tuple[str, str]]:
    """The programs that made units, by hash, and the names of the machines where they did."""
    made = sorted({(unit.program, unit.node.name) for unit in receipt.units if unit.node and unit.program})
    return [(program, ", ".join(name for _, name in by)) for program, by in groupby(made, key=itemgetter(0))]


def _wrong(found: Findings) -> list[tuple[str, list[str]]]:
    return [
        ("Missing", found.missing),
        ("Changed", found.changed),
        ("Not known", found.unknown),
        ("Extra", found.extra),
    ]


def _shortened(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
