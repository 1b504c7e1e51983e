"""A lease with all that is needed to render it on this machine."""

from msgspec import Struct

from zordon_app.domain.jobs import Job
from zordon_app.domain.leases import Lease
from zordon_app.engines.base import Build, Engine


class Assignment(Struct, frozen=True, kw_only=True):
    """What a node takes to work: the grant, its job, and the program to do it with."""

    lease: Lease
    job: Job
    engine: Engine
    build: Build
