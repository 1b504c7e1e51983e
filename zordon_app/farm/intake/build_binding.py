"""The build that a job is bound to."""

from zordon_app.domain.jobs import Job
from zordon_app.engines.base import Build
from zordon_app.engines.registry import EngineRegistry
from zordon_app.errors import BuildNotFound
from zordon_app.farm.interfaces import Builds


def bound_build(job: Job, builds: Builds, registry: EngineRegistry) -> Build:
    """The installed build of a job. Raises BuildNotFound: it is gone from this machine."""
    build = builds.find(job.build)
    if build is None:
        raise BuildNotFound(
            "{engine} {version} is no longer installed here.",
            code="build_left",
            engine=registry.label_of(job.engine),
            version=job.build.version,
        )
    return build
