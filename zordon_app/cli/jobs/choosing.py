"""Which jobs are meant: ids, the beginnings of ids, names, or ``last``."""

from collections.abc import Sequence

from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.cli.terminal.wording import SHORT_ID
from zordon_app.client import RenderServerProxy
from zordon_app.client.calls import Json
from zordon_app.client.errors import BadRequest
from zordon_app.domain.ids import is_id

LAST = "last"


def find_job(client: RenderServerProxy, text: str) -> Json:
    """The job that ``text`` means.

    Raises:
        NoSuchThing: there is none; WrongUsage: there are several.
    """
    if is_id(text.lower()):
        try:
            return client.get_job(text.lower())
        except BadRequest as error:
            raise NoSuchThing(str(error)) from error
    return choose_job(client.list_jobs()["jobs"], text)


def find_jobs(client: RenderServerProxy, texts: Sequence[str]) -> list[Json]:
    """The same for several; every one must exist before anything is done to one of them."""
    return [find_job(client, text) for text in texts]


def choose_job(jobs: Sequence[Json], text: str) -> Json:
    """The job among ``jobs`` whose id begins with ``text``, or whose name it is; ``last`` is the newest."""
    if text == LAST and jobs:
        return max(jobs, key=lambda job: str(job["created_at"]))
    found = [job for job in jobs if text and job["id"].startswith(text.lower())]
    found = found or [job for job in jobs if job["name"] == text]
    if not found:
        raise NoSuchThing(f"There is no job {text[:60]!r}. See them with: zordon list")
    if len(found) > 1:
        several = ", ".join(f"{job['id'][:SHORT_ID]} ({job['name']})" for job in found[:5])
        raise WrongUsage(f"{text[:60]!r} could mean {len(found)} jobs: {several}. Give more of the id.")
    return found[0]
