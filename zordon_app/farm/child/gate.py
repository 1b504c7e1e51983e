"""What other members' jobs may do here: what a browser with control could have asked for, and no more."""

from zordon_app.domain.leases import Lease
from zordon_app.domain.sharing import JobOffer
from zordon_app.engines.arguments import check_arguments
from zordon_app.engines.base import Engine
from zordon_app.errors import BadRequest

MOST_NAME = 255
"""Bytes of a file's name, on every file system that is common."""
SCRIPTS = "allow_scripts"


def check_offer(offer: JobOffer, engine: Engine, *, may_run_scripts: bool) -> None:
    """Whether this machine takes a member's job.

    Raises:
        BadRequest, Forbidden: with the sentence for the job's people.
    """
    if offer.engine != engine.name or offer.build.engine != engine.name:
        raise BadRequest("The job names another engine than it was offered with.")
    args = check_arguments(offer.args, engine.arguments, engine=engine.label, from_this_machine=False)
    settings = offer.facts.get("settings", {})
    if not isinstance(settings, dict):
        raise BadRequest("The job's settings cannot be read.")
    # What engines are started with stands in the facts once more: it must be what was just checked.
    for argument in engine.arguments:
        if argument.local_only and settings.get(argument.name):
            raise BadRequest(f"The job's settings have {argument.name!r}, which is taken only from the machine itself.")
    if (args.get(SCRIPTS) or settings.get(SCRIPTS)) and not may_run_scripts:
        raise BadRequest(
            "This machine runs no scripts of other machines' jobs. Its owner can allow them in its settings."
        )


def check_lease(lease: Lease) -> None:
    """Whether all files of a lease will lie in the folder that they are given. Raises BadRequest."""
    for unit in lease.units:
        if not is_plain_name(unit.spec.file):
            raise BadRequest(f"The name of a file of this job is not taken here: {unit.spec.file[:60]!r}.")


def is_plain_name(name: str) -> bool:
    """Whether it names a file in a folder, on any system: no way out, no drive, no stream, nothing unseen."""
    is_short = 0 < len(name.encode("utf-8", "replace")) <= MOST_NAME
    return is_short and name.isprintable() and name.strip(" .") != "" and not set(name) & set('/\\:"<>|?*')
